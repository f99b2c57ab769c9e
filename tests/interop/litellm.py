"""gaugeway against a LiteLLM proxy that runs: what `show --json` says, beside what the proxy's database says.

    LITELLM_URL=http://127.0.0.1:4000 LITELLM_MASTER_KEY=sk-... make interop

LITELLM_DATABASE_URL (postgresql://...) names the proxy's database, read with ``psql``. Without it the proxy's
own admin routes stand in, and the transcript says so. LITELLM_MODEL names a model that costs money (default
``mock``). Makes keys, a team and users, spends, and deletes them again. Exits with 1 where anything differs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

SETTLED = 6.0  # seconds without a change: spend is written in batches
PATIENCE = 90.0
PAUSE = 2.0  # the proxy reserves a call's cost in memory, and refuses the next one meanwhile
Row = Mapping[str, Any]


class Proxy:
    """The proxy's admin side. Numbers come as Decimal."""

    def __init__(self, url: str, master_key: str) -> None:
        self.url = url.rstrip("/")
        self._master_key = master_key

    def ask(self, path: str, body: Row | None = None, key: str | None = None) -> tuple[int, Any]:
        request = Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {key or self._master_key}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer, parse_float=Decimal)
        except HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def done(self, path: str, body: Row | None = None) -> Any:
        status, answer = self.ask(path, body)
        if status != 200:
            sys.exit(f"{path} answered {status}: {answer}")
        return answer

    def version(self) -> str:
        for path in ("/health/readiness", "/health/readiness/details"):
            _, said = self.ask(path)
            if isinstance(said, dict) and "litellm_version" in said:
                return str(said["litellm_version"])
        return "of an unknown version"


class Owner(NamedTuple):
    """Whose budget it is: one row of the proxy's tables."""

    scope: str
    id: str
    team: str = ""


class Gateway(NamedTuple):
    """A key and what gaugeway has to say of it: the error's code, or the binding meter's scope and level."""

    name: str
    key: str
    calls: int
    owners: tuple[Owner, ...]
    error: str | None = None
    binding: str | None = None
    level: str | None = None


class Database:
    """The proxy's tables."""

    name = "the proxy's database"

    def __init__(self, url: str) -> None:
        self._url = url

    def row(self, owner: Owner) -> Row:
        """``spend``, ``max_budget``, ``budget_reset_at`` as they are stored."""
        key, team = owner.id.replace("'", "''"), owner.team.replace("'", "''")
        columns = "spend, max_budget, budget_reset_at"
        statement = {
            "key": f"""select {columns} from "LiteLLM_VerificationToken" where token = '{key}'""",
            "team": f"""select {columns} from "LiteLLM_TeamTable" where team_id = '{key}'""",
            "user": f"""select {columns} from "LiteLLM_UserTable" where user_id = '{key}'""",
            "member": 'select m.spend, b.max_budget, b.budget_reset_at from "LiteLLM_TeamMembership" m'
            ' left join "LiteLLM_BudgetTable" b using (budget_id)'
            f" where m.user_id = '{key}' and m.team_id = '{team}'",
        }[owner.scope]
        command = ["psql", self._url, "-Atc", f"select row_to_json(t) from ({statement}) t"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        found: Row = json.loads(said, parse_float=Decimal, parse_int=Decimal)
        return found


class Admin:
    """What the proxy tells its administrator, where its database is out of reach."""

    name = "the proxy's admin routes (LITELLM_DATABASE_URL is not set: the database itself was NOT compared)"

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    def row(self, owner: Owner) -> Row:
        found: Any
        if owner.scope == "key":
            found = self._proxy.done(f"/key/info?key={owner.id}")["info"]
        elif owner.scope == "team":
            found = self._proxy.done(f"/team/info?team_id={quote(owner.id)}")["team_info"]
        elif owner.scope == "user":
            found = self._proxy.done(f"/user/info?user_id={quote(owner.id)}")["user_info"]
        else:
            team = self._proxy.done(f"/team/info?team_id={quote(owner.team)}")
            mine = next(one for one in team["team_memberships"] if one["user_id"] == owner.id)
            found = (mine.get("litellm_budget_table") or {}) | {"spend": mine["spend"]}
        return {name: found.get(name) for name in ("spend", "max_budget", "budget_reset_at")}


def make(proxy: Proxy, undo: ExitStack) -> Iterator[Gateway]:
    """Every kind of budget, each with a key that is under it."""
    tag = os.urandom(3).hex()

    def key(name: str, **settings: Any) -> tuple[str, Owner]:
        made = proxy.done("/key/generate", {"key_alias": f"{name}-{tag}", **settings})["key"]
        hashed = sha256(made.encode()).hexdigest()
        undo.callback(proxy.ask, "/key/delete", {"keys": [made]})
        return made, Owner("key", hashed)

    def user(name: str, budget: float, duration: str) -> Owner:
        settings = {"max_budget": budget, "budget_duration": duration, "auto_create_key": False}
        proxy.done("/user/new", {"user_id": f"{name}-{tag}", **settings})
        undo.callback(proxy.ask, "/user/delete", {"user_ids": [f"{name}-{tag}"]})
        return Owner("user", f"{name}-{tag}")

    team_id = proxy.done(
        "/team/new", {"team_alias": f"lab-{tag}", "max_budget": 0.5, "budget_duration": "7d"}
    )["team_id"]
    undo.callback(proxy.ask, "/team/delete", {"team_ids": [team_id]})
    team, carol, dave = Owner("team", team_id), user("carol", 0.5, "30d"), user("dave", 0.2, "1d")
    proxy.done(
        "/team/member_add",
        {
            "team_id": team_id,
            "member": {"role": "user", "user_id": carol.id},
            "max_budget_in_team": 0.03,
        },
    )
    member = Owner("member", carol.id, team_id)

    text, own = key("budget", max_budget=1, budget_duration="30d")
    yield Gateway("key-budget", text, 5, (own,), binding="key", level="ok")
    text, own = key("team", team_id=team_id)
    yield Gateway("team-binds", text, 3, (own, team), binding="team", level="ok")
    text, own = key("member", team_id=team_id, user_id=carol.id)
    yield Gateway("member-binds", text, 4, (own, member, team, carol), binding="member", level="ok")
    text, own = key("user", user_id=dave.id)
    yield Gateway("user-binds", text, 3, (own, dave), binding="user", level="ok")
    text, own = key("out", max_budget=0.008, budget_duration="1d")
    yield Gateway("exhausted", text, 2, (own,), binding="key", level="exhausted")
    text, own = key("free")
    yield Gateway("unlimited", text, 1, (own,), level="unlimited")
    text, own = key("old", max_budget=1, duration="1s")
    yield Gateway("expired", text, 0, (), error="key_expired")
    yield Gateway("invalid", "sk-no-such-key-0000", 0, (), error="unauthorized")


def spend(proxy: Proxy, gateways: list[Gateway], model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "hello there, how are you"}]}
    for one in gateways:
        codes: list[int] = []
        while codes.count(200) < one.calls and len(codes) < 4 * one.calls:
            codes.append(proxy.ask("/v1/chat/completions", body, one.key)[0])
            if codes[-1] != 200:
                time.sleep(PAUSE)
        print(f"  {one.name:13} completions: {', '.join(map(str, codes)) or 'none'}")


def settle(truth: Database | Admin, owners: set[Owner]) -> None:
    """Waits until what was spent has reached the database."""
    before: dict[Owner, Row] = {}
    began = since = time.monotonic()
    while time.monotonic() - since < SETTLED or not all(row["spend"] for row in before.values()):
        now = {owner: truth.row(owner) for owner in owners}
        if now != before:
            before, since = now, time.monotonic()
        if time.monotonic() - began > PATIENCE:
            sys.exit("what was spent did not reach the database")
        time.sleep(1)


def gaugeway(*arguments: str, folder: Path, keys: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The real command, with nothing of the user's."""
    return subprocess.run(
        [sys.executable, "-m", "gaugeway", "--config", str(folder / "config.toml"), *arguments],
        env={
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "GAUGEWAY_STATE_DIR": str(folder / "state"),
            "COLUMNS": "110",
            **keys,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def compare(one: Gateway, said: Row, truth: Database | Admin) -> Iterator[tuple[bool, str]]:
    """Each number of each budget, gaugeway's beside the proxy's."""

    def line(what: str, ours: Any, theirs: Any) -> tuple[bool, str]:
        return ours == theirs, f"{what:34} {ours!s:26} {theirs!s:26}"

    if one.error is not None:
        yield line("status", said["status"], "error")
        yield line("error", said["error"] and said["error"]["code"], one.error)
        yield line("meters", len(said["meters"]), 0)
        return
    yield line("status", said["status"], "ok")
    yield line("coverage", said["coverage"], "full")
    yield line("binding", said["binding"] and said["binding"].partition("/")[0], one.binding)
    yield line("level", said["level"], one.level)
    meters = {meter["scope"]: meter for meter in said["meters"]}
    limited = {owner.scope for owner in one.owners if truth.row(owner)["max_budget"] is not None}
    yield line("scopes with a budget", {scope for scope in meters if meters[scope]["limit"]}, limited)
    for owner in one.owners:
        row, meter = truth.row(owner), meters.get(owner.scope)
        if meter is None:
            yield line(f"{owner.scope}: budget", None, row["max_budget"])
            continue
        used, limit = number(row["spend"]), number(row["max_budget"])
        left = None if used is None or limit is None else limit - used
        yield line(f"{meter['id']}: spend", number(meter["used"]), used)
        yield line(f"{meter['id']}: max_budget", number(meter["limit"]), limit)
        yield line(f"{meter['id']}: remaining", number(meter["remaining"]), left)
        yield line(f"{meter['id']}: budget_reset_at", meter["resets_at"], moment(row["budget_reset_at"]))


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def moment(text: str | None) -> str | None:
    """A time of the database (UTC, without a zone) as the contract writes it."""
    if text is None:
        return None
    when = datetime.fromisoformat(text)
    return f"{when.astimezone(UTC) if when.tzinfo else when:%Y-%m-%dT%H:%M:%S}Z"


def variable(name: str) -> str:
    return name.upper().replace("-", "_") + "_API_KEY"


def main() -> int:
    missing = [name for name in ("LITELLM_URL", "LITELLM_MASTER_KEY") if not os.environ.get(name)]
    if missing:
        print(f"set {' and '.join(missing)}: the proxy to compare with\n\n{__doc__}", file=sys.stderr)
        return 2
    proxy = Proxy(os.environ["LITELLM_URL"], os.environ["LITELLM_MASTER_KEY"])
    database = os.environ.get("LITELLM_DATABASE_URL")
    truth = Database(database) if database else Admin(proxy)
    print(f"LiteLLM {proxy.version()} at {proxy.url}; compared with {truth.name}\n\nspending:")
    failed = 0
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="gaugeway-interop-")))
        gateways = list(make(proxy, undo))
        spend(proxy, gateways, os.environ.get("LITELLM_MODEL", "mock"))
        settle(truth, {owner for one in gateways for owner in one.owners})
        tables = [
            f'[gateways.{one.name}]\nbase_url = "{proxy.url}/v1"\npreset = "litellm"\n' for one in gateways
        ]
        (folder / "config.toml").write_text("\n".join(tables))
        keys = {variable(one.name): one.key for one in gateways}
        done = gaugeway("show", "--json", folder=folder, keys=keys)
        said = {one["id"]: one for one in json.loads(done.stdout)["gateways"]}
        print(f"\n$ gaugeway show --json    (exit code {done.returncode})")
        checks = [(done.returncode == 1, f"exit code: {done.returncode}, two gateways can't be read")]
        for one in gateways:
            print(f"\n{one.name:36} {'gaugeway':26} {truth.name if database else 'admin routes'}")
            for equal, text in compare(one, said[one.name], truth):
                checks.append((equal, text))
                print(f"  {text} {'equal' if equal else 'DIFFERENT'}")
        shown = gaugeway("show", "--verbose", folder=folder, keys=keys)
        print(
            f"\n$ gaugeway show --verbose    (from the store; exit code {shown.returncode})\n\n{shown.stdout}"
        )
        told = done.stdout + done.stderr + shown.stdout + shown.stderr
        checks.append((not [key for key in keys.values() if key in told], "no key in any output"))
        failed = sum(not equal for equal, _ in checks)
        print(f"{len(checks)} comparisons, {failed} different")
        for equal, text in checks:
            if not equal:
                print(f"  DIFFERENT  {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

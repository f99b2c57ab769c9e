"""No key, and nothing that a terminal obeys, leaves the program: whatever a gateway says, in every output."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.processes import KEY, Done, Home

from gaugeway.presets import in_tree
from gaugeway.testing import faults
from gaugeway.testing.server import Handler, LoopbackServer

STATUSES = (200, 302, 400, 401, 404, 429, 503)
EVIL = "x\x1b]0;owned\x07\x1b[2J\x9b31m\u202eabc\u200b\r\n\x08\x00\u2028[red]bold[/red]"
OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("show", "--json"),
    ("show", "-v"),
    ("status",),
    ("opencode", "view", "--json"),
    ("opencode", "status"),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def everywhere(status: int = 200) -> Handler:
    """An answer with the key and with control sequences in every place that a preset may look at."""
    text = f"{EVIL}{KEY}"
    named = {"name": text, "label": text, "unit": text, "currency": text, "reset_duration": text, text: text}
    amounts = {"limit": 100, "used": 5, "usage": 5, "spend": 5, "max_budget": 100, "balance": "7"}
    document: dict[str, Any] = {
        "error": {"message": text, "type": text, "code": text},
        "detail": text,
        "message": text,
        "key": text,
        "tokens": {"limit": 100, "used": 5, "resets_at": text},
        "cost": {"limit": 10, "used": 1, "currency": text},
        "data": {**named, **amounts, "limit_reset": text},
        "info": {
            **amounts,
            "key_alias": text,
            "team_id": text,
            "user_id": text,
            "model_max_budget": {text: 1},
        },
        "budgets": [{**named, "max_limit": 5, "current_usage": 1}],
        "balance_infos": [{"currency": text, "total_balance": "5"}],
        "virtual_key_name": text,
        "planName": text,
        **amounts,
        text: text,
    }
    body = json.dumps(document).encode()

    async def handler(_: web.BaseRequest) -> web.Response:
        names = ("X-Echo", "Location", "Retry-After", "WWW-Authenticate", "Set-Cookie", "RateLimit-Policy")
        headers = dict.fromkeys(names, f"{KEY}\x9b31m")
        headers |= {"RateLimit-Limit": "5", "RateLimit-Remaining": "3", "Content-Type": "application/json"}
        return web.Response(status=status, reason=KEY, body=body, headers=headers)

    return handler


def every_output(home: Home, url: str) -> Iterator[Done]:
    mine = {"MINE": KEY}
    for command in COMMANDS:
        yield home.run(*command)
    yield home.run("detect", url, "--key-env", "MINE", **mine)
    yield home.run("add", url, "--yes", "--id", "new", "--key-env", "MINE", **mine)
    yield home.run("add", url, "--preset", "custom", "--id", "other", "--key-env", "MINE", **mine)


def assert_safe(home: Home, done: Done) -> None:
    """Not the key, nor a part of it that is worth trying, nor that in other letters; nothing that a terminal
    obeys; and nothing is kept either.
    """
    parts = [part.lower().encode() for part in (KEY[:16], KEY[-16:])]
    files = {path: path.read_bytes() for path in home.state.rglob("*") if path.is_file()}
    for where, content in [("stdout", done.out), ("stderr", done.err), *files.items()]:
        assert [part for part in parts if part in content.lower()] == [], where
    for text in (done.out.decode(), done.err.decode()):
        assert OBEYED.findall(text) == []
        assert "Traceback" not in text


@pytest.mark.parametrize("status", STATUSES)
def test_a_gateway_that_says_what_it_must_not(home: Home, status: int) -> None:
    with LoopbackServer(everywhere(status)) as server:
        home.gateways({"g": server.url})
        for done in every_output(home, server.url):
            assert_safe(home, done)


@pytest.mark.parametrize("preset", [name for name in in_tree() if name != "custom"])
def test_every_preset(home: Home, preset: str) -> None:
    with LoopbackServer(everywhere()) as server:
        home.gateways({"g": server.url}, preset=preset)
        for command in COMMANDS:
            assert_safe(home, home.run(*command))


def test_markup_is_text(home: Home) -> None:
    with LoopbackServer({"/quota": faults.QUOTA | {"key": "[bold]laptop[/bold]"}}) as server:
        home.gateways({"g": server.url}, label="[red]mine[/red] [link=http://e]x[/link]")
        out = home.run("show", "-v").out.decode()
    assert "[bold]laptop[/bold]" in out
    assert "[red]mine[/red] [link=http://e]x[/link]" in out


FAULTS: Mapping[str, Handler] = {
    "closed": faults.closed(),
    "garbage": faults.garbage(),
    "hanging": faults.hanging(),
    "html": faults.html(),
    "bomb": faults.gzip_bomb(1_000_000),
    "truncated": faults.truncated(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_warning_and_no_log_shows_it_either(home: Home, fault: str) -> None:
    with LoopbackServer(FAULTS[fault]) as server:
        home.gateways({"g": server.url}, timeout=0.5)
        done = home.run("show", "--json", PYTHONDEVMODE="1", PYTHONASYNCIODEBUG="1")
    assert done.code == 1
    assert_safe(home, done)


def test_neither_the_process_list_nor_a_talkative_command_shows_it(home: Home) -> None:
    with LoopbackServer(faults.hanging()) as server:
        home.gateways({"g": server.url}, key="{command:sh -c 'printenv MINE >&2; printenv MINE'}", timeout=1)
        with home.start("show", "--json", MINE=KEY) as process:
            while not server.requests and process.poll() is None:
                lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True).stdout
                assert KEY.encode() not in lines
            out, err = process.communicate(timeout=30)
    assert_safe(home, Done(process.returncode, out, err))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_everything_is_private_whatever_the_umask(home: Home) -> None:
    open_umask = ("sh", "-c", 'umask 0; exec "$@"', "sh")
    with LoopbackServer({"/quota": faults.QUOTA}) as server:
        add = ("add", server.url, "--yes", "--preset", "neutral", "--key-env", "MINE")
        for command in (add, ("show",)):
            assert home.run(*command, prefix=open_umask, MINE=KEY).code == 0
    made = {path.relative_to(home.path): path.stat().st_mode & 0o777 for path in home.path.rglob("*")}
    private = {path: mode for path, mode in made.items() if "gaugeway" in path.parts}
    assert private
    assert [path for path, mode in private.items() if mode & 0o077] == []


def test_netrc_cookies_and_proxies_get_nothing(home: Home) -> None:
    (home.path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-secret\n")
    (home.path / ".netrc").chmod(0o600)
    variables = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    with LoopbackServer({"/quota": faults.QUOTA}) as server, LoopbackServer({}, host="127.0.0.2") as thief:
        home.gateways({"g": server.url})
        done = home.run("show", NETRC=str(home.path / ".netrc"), **dict.fromkeys(variables, thief.url))
    assert done.code == 0
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {KEY}"]
    assert thief.requests == []


@pytest.mark.parametrize("path", ["@127.0.0.2:{port}/quota", "//127.0.0.2:{port}/quota", "/../@127.0.0.2"])
def test_a_path_leads_nowhere_else(home: Home, path: str) -> None:
    with LoopbackServer({}) as server, LoopbackServer({"/quota": faults.QUOTA}, host="127.0.0.2") as thief:
        home.gateways({"g": server.url}, quota_path=path.format(port=thief.url.rpartition(":")[2]))
        assert home.run("show", "--json").error in {"invalid_config", "not_found"}
    assert thief.requests == []

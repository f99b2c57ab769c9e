"""A budget is spent on a LiteLLM proxy that runs; what gaugeway says of it meanwhile, and in which order.

    LITELLM_URL=http://127.0.0.1:4000 LITELLM_MASTER_KEY=sk-... .venv/bin/python -m tests.interop.story

Makes a key with a small budget and spends it within a few minutes. After each call the real commands read
it: forecast, level, the gate before a job. Alerts go to a receiver on loopback, by webhook and by Apprise.
The forecast has to warn before the budget is low, each alert to come once and in order, and the gate to close
before the budget is used up. Exits with 1 where that is not so. The key is deleted again.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from tests.interop.litellm import PATIENCE, PAUSE, Proxy, gaugeway, variable

from gaugeway.testing.server import LoopbackServer

BUDGET, NEED = 0.08, "0.02USD"
LIKELY = 0.6  # of running out: a key that is minutes old has no rhythm to be surer of
EVERY = 6.0  # seconds between calls
CONFIG = """
[gateways.lab]
base_url = "{proxy}/v1"
preset = "litellm"
label = "Lab"
refresh = 1

[alerts.channels.receiver]
webhook = "{receiver}/webhook"
[alerts.channels.phone]
apprise = "json://{host}/apprise"
[[alerts.rules]]
level = "low"
[[alerts.rules]]
runout = {likely}
"""


class Moment(NamedTuple):
    """What was seen after one call."""

    seconds: float
    used: Decimal
    level: str
    p_runout: float | None
    gate: int
    said: str


class Receiver:
    """Keeps what is delivered, with the second it came in."""

    def __init__(self) -> None:
        self.came: list[tuple[float, str, Mapping[str, Any]]] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append((time.monotonic(), request.path, await request.json()))
        return web.json_response({})

    def titles(self, path: str) -> list[str]:
        return [str(body.get("event") or body.get("title")) for _, at, body in self.came if at == path]


def spent(proxy: Proxy, key: str) -> Iterator[int]:
    """One call after another; each answer's status. The proxy ends it."""
    body = {
        "model": os.environ.get("LITELLM_MODEL", "mock"),
        "messages": [{"role": "user", "content": "hello"}],
    }
    refused = 0
    while refused < 3:
        status, _ = proxy.ask("/v1/chat/completions", body, key)
        refused = refused + 1 if status != 200 else 0
        yield status
        time.sleep(PAUSE)


def story(proxy: Proxy, key: str, folder: Path) -> Iterator[Moment]:
    began, before = time.monotonic(), Decimal(0)
    keys = {variable("lab"): key}
    for status in spent(proxy, key):
        deadline = time.monotonic() + PATIENCE
        while True:
            done = gaugeway("show", "--json", "--max-age", "0", folder=folder, keys=keys)
            (lab,) = json.loads(done.stdout)["gateways"]
            meter = lab["meters"][0]
            if Decimal(meter["used"]) > before or status != 200 or time.monotonic() > deadline:
                break
            time.sleep(0.5)  # spend reaches the proxy's database seconds later
        before = Decimal(meter["used"])
        gate = gaugeway("gate", "lab", "--need", NEED, folder=folder, keys=keys)
        forecast = meter["forecast"] or {}
        yield Moment(
            time.monotonic() - began,
            before,
            lab["level"],
            forecast.get("p_runout"),
            gate.returncode,
            gate.stdout.strip(),
        )
        time.sleep(EVERY)


def first(moments: list[Moment], **wanted: Any) -> int:
    """The place of the first moment like this; beyond all of them where there is none."""
    for place, moment in enumerate(moments):
        if all(getattr(moment, name) == value for name, value in wanted.items()):
            return place
    return len(moments)


def main() -> int:
    proxy = Proxy(os.environ["LITELLM_URL"], os.environ["LITELLM_MASTER_KEY"])
    receiver, moments = Receiver(), []
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="gaugeway-story-")))
        server = undo.enter_context(LoopbackServer(receiver))
        settings = {
            "key_alias": f"story-{os.urandom(3).hex()}",
            "max_budget": BUDGET,
            "budget_duration": "30d",
        }
        key = proxy.done("/key/generate", settings)["key"]
        undo.callback(proxy.ask, "/key/delete", {"keys": [key]})
        host = server.url.removeprefix("http://")
        text = CONFIG.format(proxy=proxy.url, receiver=server.url, host=host, likely=LIKELY)
        (folder / "config.toml").write_text(text)
        print(f"LiteLLM {proxy.version()}; a key with {BUDGET} USD for 30 days; the job needs {NEED}\n")
        print(f"{'s':>5} {'used':>9}  {'level':9} {'p(out)':>6}  gate")
        told = 0
        for moment in story(proxy, key, folder):
            moments.append(moment)
            chance = "" if moment.p_runout is None else f"{moment.p_runout:.2f}"
            print(
                f"{moment.seconds:5.0f} {moment.used:9.5f}  {moment.level:9} {chance:>6}  {moment.said}",
                flush=True,
            )
            for _, path, body in receiver.came[told:]:
                what = body.get("event_message") or f"{body.get('title')}: {body.get('message')}"
                print(f"      ◀ {path} {body.get('event', '')} {what}".replace("\n", " "), flush=True)
                told += 1
        time.sleep(5)
        for _, path, body in receiver.came[told:]:
            print(f"      ◀ {path} {body.get('event', '')} {body.get('event_message') or body.get('title')}")
        shown = gaugeway("show", "-v", folder=folder, keys={variable("lab"): key})
        listed = gaugeway("alerts", folder=folder, keys={variable("lab"): key})
        print(f"\n$ gaugeway show -v\n{shown.stdout}\n$ gaugeway alerts\n{listed.stdout}")
        output = shown.stdout + listed.stdout + json.dumps([body for *_, body in receiver.came])
    events = receiver.titles("/webhook")
    levels = [moment.level for moment in moments]
    expected = ["ok", "low", "critical", "exhausted"]
    likely = next((n for n, one in enumerate(moments) if (one.p_runout or 0) >= LIKELY), len(moments))
    checks = {
        "the levels came in order": sorted(levels, key=expected.index) == levels,
        "the forecast warned before the budget was low": likely < first(moments, level="low"),
        "the gate was open at first": moments[0].gate == 0,
        "the gate closed before the budget was used up": first(moments, gate=1)
        < first(moments, level="exhausted"),
        "the gate stayed closed": all(one.gate == 1 for one in moments[first(moments, gate=1) :]),
        "the forecast's alert came first, and once": events[:1] == ["projected_limit_exceeded"]
        and events.count("projected_limit_exceeded") == 1,
        "then each level's, once": events[1:]
        == ["threshold_crossed"] * (len(events) - 2) + ["budget_crossed"],
        "both channels told the same number of alerts": len(receiver.titles("/apprise")) == len(events),
        "no key in any output": key not in output,
    }
    for what, good in checks.items():
        print(f"{'ok ' if good else 'NO '} {what}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

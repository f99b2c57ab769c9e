"""``alerts``: from a reading to a message, and what is told about it."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from tests.cli.world import KEY, World

from gaugeway.testing.server import LoopbackServer
from gaugeway.view.alerting import AlertsReport
from gaugeway.view.report import Report

SECRET = "s3cret-token"


class Receiver:
    def __init__(self) -> None:
        self.status = 200
        self.events: list[dict[str, Any]] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.events.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hook(world: World, receiver: Receiver) -> Iterator[str]:
    """A gateway whose spend is at ``/money/quota``, and a webhook; its URL."""
    with LoopbackServer(receiver) as server:
        url = f"{server.url}/{SECRET}"
        world.environ["HOOK"] = url
        yield url


def configure(world: World, alerts: str) -> None:
    world.config(
        f'[gateways.lab]\nbase_url = "{world.url}/spent"\nlabel = "Lab"\napi_key = "{KEY}"\n{alerts}'
    )


HOOK = '[alerts.channels.hook]\nwebhook = "{env:HOOK}"\n'


def report(world: World) -> tuple[int, dict[str, Any]]:
    code, out, _ = world.run("alerts", "--json")
    msgspec.json.decode(out, type=AlertsReport)
    assert SECRET not in out
    return code, json.loads(out)


def test_nothing_configured(world: World) -> None:
    code, out, err = world.run("alerts")
    assert (code, out) == (0, "")
    assert "no alerts are configured" in err
    assert world.run("alerts", "deliver") == (0, "", "")
    code, out, err = world.run("alerts", "test")
    assert (code, out) == (2, "")
    assert "no alerts are configured" in err
    assert report(world)[1] == {
        "schema": "gaugeway.alerts/1",
        "quiet": None,
        "quiet_until": None,
        "channels": [],
        "rules": [],
        "raised": [],
        "waiting": [],
        "sent": [],
    }


def test_from_a_reading_to_a_message(world: World, hook: str, receiver: Receiver) -> None:
    configure(world, HOOK)
    world.run("show")
    assert world.spawned == [("alerts", "deliver")]
    code, before = report(world)
    assert code == 0
    assert [one["title"] for one in before["waiting"]] == ["Lab: Cost is critical: 4% left"]
    assert before["channels"] == [
        {"name": "hook", "kind": "webhook", "source": "{env:HOOK}", "waiting": 1, "failure": None}
    ]
    assert [one["rule"] for one in before["rules"]] == ["level low", "runout 0.8"]
    (raised,) = before["raised"]
    assert (raised["gateway"], raised["meter"], raised["level"]) == ("lab", "key/cost/-", "critical")
    assert (raised["label"], raised["title"]) == ("Lab", "Cost")
    assert world.run("alerts", "deliver") == (0, "", "")
    assert [event["event_message"] for event in receiver.events] == [
        "Lab: Cost is critical: 4% left. 48.00 of 50.00 USD used."
    ]
    world.clock.now += timedelta(minutes=5)
    after = report(world)[1]
    assert after["waiting"] == []
    assert after["sent"] == [
        {
            "channel": "hook",
            "gateway": "lab",
            "rule": "level low",
            "title": "Lab: Cost is critical: 4% left",
            "at": "2026-11-22T10:00:00Z",
        }
    ]
    world.run("show")
    assert len(world.spawned) == 1


def test_the_text(world: World, hook: str, receiver: Receiver) -> None:
    configure(world, f'{HOOK}[[alerts.rules]]\nlevel = "low"\n')
    world.run("show")
    receiver.status = 500
    world.run("alerts", "deliver")
    world.clock.now += timedelta(seconds=10)
    code, out, err = world.run("alerts")
    assert (code, err) == (1, "")
    assert out.replace("✗", "x").replace("→", "->") == (
        "Channels\n"
        "  x hook  webhook {env:HOOK}\n"
        "    answered 500, for 10 s; tried again in 20 s\n"
        "\n"
        "Rules\n"
        "  level low  -> hook\n"
        "\n"
        "Raised\n"
        "  Lab: Cost  critical, 10 s ago, by level low\n"
        "\n"
        "Waiting\n"
        "  Lab: Cost is critical: 4% left  hook, in 20 s\n"
    )
    receiver.status = 200
    world.clock.now += timedelta(seconds=20)
    world.run("show")
    assert world.spawned[-1] == ("alerts", "deliver")
    world.run("alerts", "deliver")
    code, out, _ = world.run("alerts")
    assert code == 0
    assert "Sent\n  Lab: Cost is critical: 4% left  hook, just now\n" in out


def test_quiet_hours(world: World, hook: str, receiver: Receiver) -> None:
    hour = world.clock.now.astimezone().hour
    configure(world, f'[alerts]\nquiet = "{hour:02}:00-{hour:02}:59"\n{HOOK}')
    world.run("show")
    assert world.spawned == []
    assert report(world)[1]["quiet_until"] == "2026-11-22T10:59:00Z"
    assert f"  quiet {hour:02}:00-{hour:02}:59  it is now; over in 59 min\n" in world.run("alerts")[1]
    world.run("alerts", "deliver")
    assert receiver.events == []
    world.clock.now += timedelta(minutes=59)
    world.run("show")
    world.run("alerts", "deliver")
    assert (len(world.spawned), len(receiver.events)) == (1, 1)


def test_status_tells_of_channels_that_fail(world: World, hook: str, receiver: Receiver) -> None:
    configure(world, HOOK)
    world.run("show")
    assert world.status()[1]["channels"] == []
    receiver.status = 404
    world.run("alerts", "deliver")
    world.clock.now += timedelta(minutes=3)
    code, out, _ = world.run("status", "--json")
    msgspec.json.decode(out, type=Report)
    assert code == 0
    assert json.loads(out)["channels"] == [
        {
            "channel": "hook",
            "kind": "webhook",
            "since": "2026-11-22T10:00:00Z",
            "attempts": 1,
            "error": "answered 404",
            "next_try_at": "2026-11-22T10:00:30Z",
        }
    ]
    code, out, _ = world.run("status")
    assert "! alerts: the channel hook fails\n" in out
    assert "answered 404, for 3 min; tried again now" in out
    assert SECRET not in out


def test_a_test_message(world: World, hook: str, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    program = tmp_path / "keep.py"
    program.write_text(f"import sys\nopen({str(file)!r}, 'w').write(sys.stdin.read())\n")
    script = f'[alerts.channels.a-script]\ncommand = ["{sys.executable}", "{program}"]\n'
    configure(world, f'[alerts]\nquiet = "00:00-23:59"\n{HOOK}{script}')
    code, out, err = world.run("alerts", "test")
    assert (code, err) == (0, "")
    assert out == "hook      webhook: delivered\na-script  command: delivered\n"
    assert receiver.events[0]["event_message"].startswith("gaugeway: test message")
    assert (receiver.events[0]["spend"], receiver.events[0]["max_budget"]) == (0, None)
    facts = json.loads(file.read_text())
    assert (facts["event"], facts["schema"]) == ("test", "gaugeway.alert/1")
    assert {facts[name] for name in ("used", "limit", "remaining", "meter", "unit")} == {None}
    receiver.status = 302
    code, out, _ = world.run("alerts", "test", "hook")
    assert (code, out) == (1, "hook  webhook: not delivered: answered 302: redirects are not followed\n")
    del world.environ["HOOK"]
    code, out, _ = world.run("alerts", "test", "hook")
    assert code == 1
    assert "alerts.channels.hook.webhook has {env:HOOK}, which is not set, or empty" in out
    code, out, err = world.run("alerts", "test", "hok")
    assert (code, out) == (2, "")
    assert "no channel has the name 'hok'; did you mean hook?" in err
    assert report(world)[1]["sent"] == []


def test_mistakes_are_told_and_the_rest_works(world: World, hook: str) -> None:
    configure(world, f"{HOOK}[alerts.channels.other]\nwebhok = 1\n[[alerts.rules]]\nlevel = 'low'\n")
    code, _, err = world.run("alerts")
    assert code == 1
    assert "config.toml:7: alerts.channels.other.webhok is not known; the nearest known key is webhook" in err
    world.run("show")
    assert len(report(world)[1]["waiting"]) == 1
    assert [one["field"] for one in world.status()[1]["problems"]] == ["alerts.channels.other.webhok"]
    configure(world, "[alerts.channels.other]\n")
    code, _, err = world.run("alerts", "test")
    assert code == 2
    assert "no channel is configured as it should be" in err
    world.config("[alerts\n")
    assert world.run("alerts")[0] == 2


def test_a_typo_in_the_only_rule_does_not_silence(world: World, hook: str) -> None:
    configure(world, f"{HOOK}[[alerts.rules]]\nlevl = 'low'\n")
    code, out, err = world.run("alerts")
    assert code == 1
    assert "alerts.rules[0].levl is not known; the nearest known key is level" in err
    assert "so the default rules apply" in err
    assert "level low  " in out
    world.run("show")
    assert [one["title"] for one in report(world)[1]["waiting"]] == ["Lab: Cost is critical: 4% left"]


def test_no_rules_at_all_say_so(world: World, hook: str) -> None:
    configure(world, f'[alerts]\nquiet = "22:00-07:00"\nrules = []\n{HOOK}')
    code, out, _ = world.run("alerts")
    assert code == 0
    assert out.endswith("\nRules\n  none: nothing will be sent\n  quiet 22:00-07:00\n")


def test_a_config_that_was_typed_is_passed_on(world: World, hook: str) -> None:
    configure(world, HOOK)
    file = world.home / "mine.toml"
    (world.home / ".config" / "gaugeway" / "config.toml").rename(file)
    world.run("--config", str(file), "show")
    assert world.spawned == [("--config", str(file), "alerts", "deliver")]


def test_without_alerts_nobody_is_sent(world: World) -> None:
    world.gateways(lab="/spent")
    world.run("show")
    assert world.spawned == []

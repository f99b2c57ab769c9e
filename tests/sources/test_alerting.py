"""``[alerts]`` of the user's own config: what is right works, what is wrong costs itself and says where."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.world import World

from gaugeway.sources.alert_tables import AlertsTable, ChannelTable, RuleTable
from gaugeway.sources.alerting import Alerts, Quiet, _quiet
from gaugeway.sources.openai_compatible import Found, discover
from gaugeway.sources.settings import Layer, Setting

OWN = "~/.config/gaugeway/config.toml"
LAB = '[gateways.lab]\nbase_url = "https://gw.example.org"\n'
PHONE = '[alerts.channels.phone]\napprise = "{env:NTFY_URL}"\n'


def found(tmp_path, text, *, file=OWN, environ=None, cwd="/elsewhere") -> Found:
    return discover(World(tmp_path, {file: LAB + text}, environ or {}, cwd).env)


def alerts(tmp_path, text) -> Alerts:
    said = found(tmp_path, text)
    assert said.problems == ()
    assert said.alerts is not None
    return said.alerts


def test_nothing_said_is_none(tmp_path):
    assert found(tmp_path, "").alerts is None


def test_a_channel_alone_gets_the_default_rules(tmp_path):
    said = alerts(tmp_path, PHONE)
    (phone,) = said.channels
    assert (phone.name, phone.kind) == ("phone", "apprise")
    assert phone.url is not None
    assert phone.url.shown == "{env:NTFY_URL}"
    assert [(rule.id, rule.channels) for rule in said.rules] == [
        ("level low", ("phone",)),
        ("runout 0.8", ("phone",)),
    ]
    assert said.rules[1].threshold == Decimal("0.8")


def test_every_kind_of_channel_and_rule(tmp_path):
    said = alerts(
        tmp_path,
        """
[alerts]
quiet = "22:00-07:00"
[alerts.channels]
desk = { desktop = true }
hook = { webhook = "https://hooks.example.org/{file:/run/token}" }
[alerts.channels.script]
command = ["notify", "--loud", "{env:NOT_A_TEMPLATE}"]
[[alerts.rules]]
gateways = ["lab"]
level = "critical"
to = ["desk"]
[[alerts.rules]]
percent = 10
[[alerts.rules]]
amount = "2.00"
[[alerts.rules]]
amount = 5000
unit = "tokens"
[[alerts.rules]]
runout = 0.5
[[alerts.rules]]
stale = "2h"
[[alerts.rules]]
key_expires = "1w"
to = ["script"]
""",
    )
    assert [channel.kind for channel in said.channels] == ["desktop", "webhook", "command"]
    assert said.channels[2].command == ("notify", "--loud", "{env:NOT_A_TEMPLATE}")
    assert str(said.quiet) == "22:00-07:00"
    assert [(rule.id, rule.threshold, rule.channels) for rule in said.rules] == [
        ("level critical on lab", 0, ("desk",)),
        ("percent 10", 10, ("desk", "hook", "script")),
        ("amount 2", Decimal("2.00"), ("desk", "hook", "script")),
        ("amount 5000 tokens", 5000, ("desk", "hook", "script")),
        ("runout 0.5", Decimal("0.5"), ("desk", "hook", "script")),
        ("stale 2h", 7200, ("desk", "script")),
        ("key_expires 1w", 604800, ("script",)),
    ]
    assert said.rules[0].least == "critical"


WRONG = {
    "unknown-key": (f"[alerts]\nquite = 1\n{PHONE}", 3, "alerts.quite", "the nearest known key is quiet"),
    "no-table": ("[alerts]\nchannels = 5\n", 3, "alerts.channels", "Expected `object`, got `int`"),
    "no-channel": ("[alerts]\n", 3, "alerts.channels", "there is none, so nothing is sent"),
    "quiet": (f'[alerts]\nquiet = "10-12"\n{PHONE}', 3, "alerts.quiet", "is not HH:MM-HH:MM"),
    "quiet-day": (f'[alerts]\nquiet = "08:00-08:00"\n{PHONE}', 3, "alerts.quiet", "two times of the day"),
    "channel-key": (
        "[alerts.channels.a]\nwebhok = 'x'\n",
        3,
        "alerts.channels.a.webhok",
        "the nearest known key is webhook",
    ),
    "channel-none": (
        "[alerts.channels.a]\ndesktop = false\n",
        3,
        "alerts.channels.a",
        "needs exactly one of",
    ),
    "channel-two": (
        "[alerts.channels.a]\ndesktop = true\ncommand = ['x']\n",
        3,
        "alerts.channels.a",
        "needs exactly one of apprise, command, desktop, webhook",
    ),
    "channel-name": ("[alerts.channels.'a%b']\ndesktop = true\n", 3, "alerts.channels.a%b", "is no name"),
    "channel-value": ("[alerts.channels]\na = 3\n", 3, "alerts.channels.a", "is not a table"),
    "command": ("[alerts.channels.a]\ncommand = 'x'\n", 3, "alerts.channels.a.command", "got `str`"),
    "command-empty": ("[alerts.channels.a]\ncommand = []\n", 3, "alerts.channels.a.command", "length >= 1"),
    "template": (
        "[alerts.channels.a]\nwebhook = 'https://hidden/{envy:X}'\n",
        3,
        "alerts.channels.a.webhook",
        "has {envy:X}, which is a kind of template that is not known",
    ),
    "rule-key": (f"{PHONE}[[alerts.rules]]\nlevle = 'low'\n", 5, "alerts.rules[0].levle", "is level"),
    "rule-none": (f"{PHONE}[[alerts.rules]]\nto = ['phone']\n", 5, "alerts.rules[0]", "exactly one of level"),
    "rule-two": (
        f"{PHONE}[[alerts.rules]]\nlevel = 'low'\npercent = 3\n",
        5,
        "alerts.rules[0]",
        "exactly one of level",
    ),
    "rule-second": (
        f"{PHONE}[[alerts.rules]]\nlevel = 'low'\n[[alerts.rules]]\nlevel = 'bad'\n",
        7,
        "alerts.rules[1].level",
        "is no word it knows: low, critical, exhausted",
    ),
    "rule-value": (
        "[alerts]\nrules = [3]\nchannels.a.desktop = true\n",
        3,
        "alerts.rules[0]",
        "is not a table",
    ),
    "twice": (
        f"{PHONE}[[alerts.rules]]\nlevel = 'low'\n[[alerts.rules]]\nlevel = 'low'\nto = ['phone']\n",
        7,
        "alerts.rules[1]",
        "repeats an earlier rule",
    ),
    "to": (
        f"{PHONE}[[alerts.rules]]\nlevel = 'low'\nto = ['fone']\n",
        5,
        "alerts.rules[0].to",
        "names no channel: fone",
    ),
    "gateway": (
        f"{PHONE}[[alerts.rules]]\nlevel = 'low'\ngateways = ['laab']\n",
        5,
        "alerts.rules[0].gateways",
        "names no gateway: laab",
    ),
    "runout": (f"{PHONE}[[alerts.rules]]\nrunout = 80\n", 5, "alerts.rules[0].runout", "is a probability"),
    "amount": (
        f"{PHONE}[[alerts.rules]]\namount = 1e99\n",
        5,
        "alerts.rules[0].amount",
        "is not a number of plausible size",
    ),
    "stale": (f"{PHONE}[[alerts.rules]]\nstale = 'soon'\n", 5, "alerts.rules[0].stale", "no length of time"),
    "month": (
        f"{PHONE}[[alerts.rules]]\nkey_expires = '1mo'\n",
        5,
        "alerts.rules[0].key_expires",
        "no length",
    ),
    "unit": (f"{PHONE}[[alerts.rules]]\nlevel='low'\nunit='USD'\n", 5, "alerts.rules[0].unit", "belongs to"),
    "webhook": (
        "[alerts.channels.a]\nwebhook = 'https://x'\n[[alerts.rules]]\nstale = '2h'\nto = ['a']\n",
        5,
        "alerts.rules[0].to",
        "names a, a webhook, which has no event for stale",
    ),
}


@pytest.mark.parametrize(("text", "line", "field", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_names_its_place_and_costs_itself(tmp_path, text, line, field, message):
    said = found(tmp_path, text)
    problem, *fallback = said.problems
    assert all("the default rules apply" in one.message for one in fallback)
    assert (problem.line, problem.field, problem.fatal) == (line, field, False)
    assert message in problem.message
    assert "hidden" not in problem.message
    assert [gateway.error for gateway in said.gateways] == [None]
    assert said.alerts is not None


@pytest.mark.parametrize("wrong", ["quite = 1", "quiet = 1", "rules = 1"])
def test_what_is_wrong_in_the_table_takes_no_channel_with_it(tmp_path, wrong):
    said = found(tmp_path, f"[alerts]\n{wrong}\n{PHONE}")
    assert [problem.field for problem in said.problems] == [f"alerts.{wrong[:5]}"]
    assert said.alerts is not None
    assert [rule.channels for rule in said.alerts.rules] == [("phone",), ("phone",)]


def test_a_broken_channel_takes_no_rule_with_it(tmp_path):
    text = f"{PHONE}[alerts.channels.b]\n[[alerts.rules]]\nlevel = 'low'\nto = ['b', 'phone']\n"
    said = found(tmp_path, text)
    assert [problem.field for problem in said.problems] == ["alerts.channels.b"]
    assert said.alerts is not None
    assert [rule.channels for rule in said.alerts.rules] == [("phone",)]


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("[[alerts.rules]]\nlevl = 'low'\n", ["level low", "runout 0.8"]),
        ("[[alerts.rules]]\nlevl = 'low'\n[[alerts.rules]]\nstale = 'x'\n", ["level low", "runout 0.8"]),
        ("[[alerts.rules]]\nlevl = 'low'\n[[alerts.rules]]\nstale = '2h'\n", ["stale 2h"]),
        ("[[alerts.rules]]\nstale = '2h'\n[[alerts.rules]]\nlevl = 'low'\n", ["stale 2h"]),
        ("[alerts]\nrules = []\n", []),
    ],
)
def test_where_every_rule_is_wrong_the_default_ones_apply_and_that_is_said_once(tmp_path, rules, kept):
    said = found(tmp_path, rules + PHONE)
    assert said.alerts is not None
    assert [rule.id for rule in said.alerts.rules] == kept
    told = [problem.field for problem in said.problems if "the default rules apply" in problem.message]
    assert len(told) == (len(kept) == 2)


def test_a_place_that_is_not_trusted_says_nothing(tmp_path):
    """A repository's .envrc must not have a command run."""
    environ = {"GAUGEWAY_CONFIG": "$ROOT/repo/evil.toml"}
    text = "[alerts.channels.a]\ncommand = ['touch', '/tmp/x']\n"
    files = {"/repo/evil.toml": LAB + text, "/repo/.git/": ""}
    world = World(tmp_path, files, environ, "/repo")
    assert discover(world.env).alerts is None
    (tmp_path / "two").mkdir()
    both = World(tmp_path / "two", {**files, OWN: LAB + PHONE}, environ, "/repo")
    said = discover(both.env).alerts
    assert said is not None
    assert [channel.kind for channel in said.channels] == ["apprise"]


@pytest.mark.parametrize("table", [AlertsTable, ChannelTable, RuleTable])
def test_every_field_describes_itself(table):
    for name, hint in get_type_hints(table, include_extras=True).items():
        assert any(isinstance(meta, msgspec.Meta) and meta.description for meta in hint.__metadata__), name


def quiet_hours(text: str) -> Quiet:
    return _quiet(Setting(text, Layer(file="config.toml", folder=Path()), ("alerts", "quiet")))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_quiet_hours_end_on_the_local_clock():
    quiet = msgspec.structs.replace(quiet_hours("22:00-07:00"), zone=ZoneInfo("Europe/Berlin"))
    assert quiet.ends(at("2026-11-26T20:59:59Z")) is None
    assert quiet.ends(at("2026-11-26T21:00:00Z")) == at("2026-11-27T06:00:00Z")
    assert quiet.ends(at("2026-11-27T05:59:59Z")) == at("2026-11-27T06:00:00Z")
    assert quiet.ends(at("2026-11-27T06:00:00Z")) is None
    # Clocks go forward in that night: seven o'clock comes an hour sooner.
    assert quiet.ends(at("2026-03-28T22:00:00Z")) == at("2026-03-29T05:00:00Z")


def test_quiet_hours_of_one_day():
    quiet = msgspec.structs.replace(quiet_hours("12:00-13:30"), zone=UTC)
    assert quiet.ends(at("2026-11-26T11:59:00Z")) is None
    assert quiet.ends(at("2026-11-26T12:00:00Z")) == at("2026-11-26T13:30:00Z")
    assert quiet.ends(at("2026-11-26T13:30:00Z")) is None


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda when: 1 < when.year < 9999),
    st.times(),
    st.times(),
)
def test_after_quiet_hours_it_is_not_quiet(now, start, end):
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    quiet = Quiet(start, end, UTC)
    if start == end or (until := quiet.ends(now)) is None:
        return
    assert now < until <= now + timedelta(days=1)
    assert quiet.ends(until) is None


def test_without_a_zone_the_machines_own_counts():
    quiet = quiet_hours("22:00-07:00")
    night = datetime(2026, 11, 26, 23).astimezone()
    assert quiet.ends(night) == datetime(2026, 11, 27, 7).astimezone()

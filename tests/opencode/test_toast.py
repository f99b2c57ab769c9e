"""When a toast is worth it: stories of what happened, minute by minute."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from tests.view.test_entries import METER, gateway

from gaugeway.opencode.toast import Event, Seen, decide
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.view.snapshot import GatewayView

START = 1_764_000_000
ALWAYS = {"show_on_idle": True, "show_on_question": True, "show_on_compact": True}


def view(level: str, gateway_id: str = "gw", status: str = "ok") -> GatewayView:
    return gateway(METER | {"remaining": "1", "level": level}, id=gateway_id, level=level, status=status)


class Session:
    """A plugin that hands back what was seen. ``at``: minutes since it started."""

    def __init__(self, **settings: Any) -> None:
        self.settings = QuotaToast(**settings)
        self.seen = ""

    def see(self, at: float, event: Event, *views: GatewayView) -> str | None:
        """``TITLE [VARIANT]: MESSAGE`` of the toast, if there is one."""
        news = {one.id: f"{one.id} is {one.level}" for one in views}
        toast, seen = decide(
            event, self.settings, views, news, seen=Seen.of(self.seen), now=START + int(at * 60)
        )
        self.seen = seen.text
        if toast is None:
            return None
        assert toast.duration_ms == self.settings.toast_duration_ms
        return f"{toast.title} [{toast.variant}]: {toast.message}"


LOW = "Quota is low [warning]: gw is low"
CRITICAL = "Quota is nearly used up [error]: gw is critical"
EXHAUSTED = "Quota is used up [error]: gw is exhausted"
BACK = "Quota is back [success]: gw is ok"
PLAIN = "Quota [info]: gw is ok"

STORIES: Mapping[str, tuple[dict[str, Any], Sequence[tuple[float, Event, str, str | None]]]] = {
    "every level once, then the reset": (
        {},
        [
            (0, "start", "ok", None),
            (1, "idle", "ok", None),
            (2, "idle", "low", LOW),
            (2.1, "late", "low", None),
            (3, "idle", "critical", CRITICAL),
            (4, "idle", "exhausted", EXHAUSTED),
            (5, "timer", "exhausted", None),
            (60, "timer", "ok", BACK),
        ],
    ),
    "a level is skipped": ({}, [(0, "start", "ok", None), (1, "idle", "exhausted", EXHAUSTED)]),
    "the late look sees what the first one did not": (
        {},
        [(0, "start", "ok", None), (1, "idle", "ok", None), (1.1, "late", "low", LOW)],
    ),
    "nothing is news at the start, however bad": (
        {},
        [(0, "start", "exhausted", None), (1, "idle", "exhausted", None), (2, "timer", "ok", BACK)],
    ),
    "the first look is no news, whatever the event": ({}, [(0, "idle", "critical", None)]),
    "who looks by himself needs no toast": (
        {},
        [(0, "start", "ok", None), (1, "command", "low", None), (2, "idle", "low", None)],
    ),
    "from unlimited to ok is no news": ({}, [(0, "start", "unlimited", None), (1, "idle", "ok", None)]),
    "what is unknown neither comes nor goes": (
        {},
        [
            (0, "start", "ok", None),
            (1, "idle", "unknown", None),
            (2, "idle", "ok", None),
            (3, "idle", "unknown", None),
            (4, "idle", "low", LOW),
        ],
    ),
    "swinging around a threshold is told once in a while": (
        {"min_interval_ms": 300_000},
        [
            (0, "start", "ok", None),
            (1, "idle", "low", LOW),
            (2, "idle", "ok", BACK),
            (3, "idle", "low", None),
            (4, "idle", "ok", None),
            (6, "idle", "low", LOW),
        ],
    ),
    "no toasts, and their time passes": (
        {"enable_toast": False, **ALWAYS},
        [(0, "start", "ok", None), (1, "idle", "low", None), (2, "question", "low", None)],
    ),
    "asked for on idle, as seldom as the interval": (
        {"show_on_idle": True, "min_interval_ms": 120_000},
        [
            (0, "start", "ok", None),
            (1, "idle", "ok", PLAIN),
            (2.9, "idle", "ok", None),
            (3, "idle", "ok", PLAIN),
            (6, "question", "ok", None),
            (6, "compact", "ok", None),
            (6, "late", "ok", None),
            (6, "timer", "ok", None),
            (6, "command", "ok", None),
        ],
    ),
    "news counts as a toast, and is not held back by one": (
        {"show_on_idle": True, "min_interval_ms": 600_000},
        [
            (0, "start", "ok", None),
            (1, "idle", "ok", PLAIN),
            (2, "idle", "low", LOW),
            (11.9, "idle", "low", None),
            (12, "idle", "low", "Quota [info]: gw is low"),
        ],
    ),
    "asked for after a question": ({"show_on_question": True}, [(0, "question", "ok", PLAIN)]),
    "asked for after a compaction": ({"show_on_compact": True}, [(0, "compact", "ok", PLAIN)]),
    "not asked for, or asked not to": (
        {"show_on_idle": False},
        [(0, "idle", "ok", None), (9, "question", "ok", None), (9, "compact", "ok", None)],
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    settings, steps = STORIES[name]
    session = Session(**settings)
    for at, event, level, toast in steps:
        assert session.see(at, event, view(level)) == toast, at


def test_a_stale_level_is_no_news() -> None:
    session = Session()
    session.see(0, "start", view("ok"))
    assert session.see(1, "idle", view("low", status="stale")) is None
    assert session.see(2, "idle", view("low")) == LOW


def test_several_at_once_are_one_toast_of_the_worst() -> None:
    session = Session()
    session.see(0, "start", view("low", "a"), view("ok", "b"), view("ok", "c"))
    toast = session.see(1, "idle", view("ok", "a"), view("critical", "b"), view("ok", "c"))
    assert toast == "Quota is nearly used up [error]: a is ok\nb is critical"


def test_a_gateway_that_comes_later_has_no_news() -> None:
    session = Session()
    session.see(0, "start", view("ok", "a"))
    assert session.see(1, "idle", view("ok", "a"), view("exhausted", "b")) is None


def test_no_gateway_no_toast() -> None:
    assert Session(**ALWAYS).see(0, "idle") is None


def test_a_toast_stays_as_long_as_the_user_says() -> None:
    session = Session(show_on_idle=True, toast_duration_ms=1234)
    assert session.see(0, "idle", view("ok")) is not None


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"at": "x"}', "\udcff", '{"gateways": {"a": 1}}'])
def test_what_is_not_ours_was_not_seen(text: str) -> None:
    assert Seen.of(text) == Seen()


def test_what_was_seen_is_one_short_line() -> None:
    session = Session()
    session.see(0, "start", view("ok"))
    session.see(1, "idle", view("low"))
    assert (
        session.seen
        == msgspec.json.encode(
            {"at": START + 60, "gateways": {"gw": {"level": "low", "told": {"low": START + 60}}}}
        ).decode()
    )

"""Alerts in words."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.notify.values import FACTS

from gaugeway.alerts.facts import Facts
from gaugeway.view.messages import message
from gaugeway.view.words import Zone

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Utc(Zone):
    def offset(self, at: float) -> int:
        return 0


def said(**changed: Any) -> Facts:
    return message(msgspec.structs.replace(FACTS, title="", text="", **changed), NOW, Utc())


TITLES: dict[str, tuple[dict[str, Any], str]] = {
    "level": ({}, "Campus: Team budget is critical: 3% left"),
    "low": ({"level": "low", "percent_remaining": "18.2"}, "Campus: Team budget is low: 18% left"),
    "exhausted": ({"level": "exhausted", "percent_remaining": "0"}, "Campus: Team budget is exhausted"),
    "over": (
        {"level": "exhausted", "percent_remaining": "-20"},
        "Campus: Team budget is exhausted: over by 20%",
    ),
    "no share": ({"percent_remaining": None}, "Campus: Team budget is critical: 1.50 USD left"),
    "model": ({"model": "gpt-9"}, "Campus: gpt-9 Team budget is critical: 3% left"),
    "percent": (
        {"condition": "percent", "threshold": "12.5"},
        "Campus: Team budget is below 12.5%: 3% left",
    ),
    "amount": (
        {"condition": "amount", "threshold": "2", "percent_remaining": None},
        "Campus: Team budget is below 2.00 USD: 1.50 USD left",
    ),
    "runout": ({"condition": "runout"}, "Campus: Team budget will probably not last: 3% left"),
    "runout better": (
        {"condition": "runout", "event": "recovered", "cause": "better"},
        "Campus: Team budget will probably last: 3% left",
    ),
    "reset": (
        {"event": "recovered", "cause": "reset", "level": "ok", "percent_remaining": "100"},
        "Campus: Team budget has been reset: 100% left",
    ),
    "better": (
        {"event": "recovered", "cause": "better", "level": "ok", "percent_remaining": "45"},
        "Campus: Team budget has recovered: 45% left",
    ),
    "nothing known": (
        {"level": "low", "percent_remaining": None, "remaining": None},
        "Campus: Team budget is low",
    ),
    "stale": (
        {"condition": "stale", "meter": None, "observed_at": "2026-11-22T07:30:00Z"},
        "Campus: not read for 2 h",
    ),
    "fresh": ({"condition": "stale", "meter": None, "event": "recovered"}, "Campus: can be read again"),
    "key": (
        {"condition": "key_expires", "meter": None, "key_expires_at": "2026-11-28T16:00:00Z"},
        "Campus: key laptop expires in 6 d 6 h",
    ),
    "key gone": (
        {
            "condition": "key_expires",
            "meter": None,
            "key_expires_at": "2026-11-20T16:00:00Z",
            "key_name": None,
        },
        "Campus: the key has expired",
    ),
    "key new": (
        {"condition": "key_expires", "meter": None, "event": "recovered"},
        "Campus: key laptop does not expire soon any more",
    ),
    "test": ({"event": "test"}, "gaugeway: test message"),
}


@pytest.mark.parametrize(("changed", "title"), TITLES.values(), ids=TITLES)
def test_titles(changed, title) -> None:
    assert said(**changed).title == title


def test_the_text_says_what_was_used_the_reset_and_what_is_ahead() -> None:
    assert said().text == (
        "48.50 of 50.00 USD used, weekly limit. Resets in 14 h."
        " Runs out today 13:00 (93%, 11:00 at the earliest)."
    )
    assert said(event="recovered", cause="reset").text == (
        "48.50 of 50.00 USD used, weekly limit. Resets in 14 h."
    )
    nobody_knows = {"p_runout": 0.5, "runs_out_at": (1795345200.0, None, None)}
    assert said(**nobody_knows).text == "48.50 of 50.00 USD used, weekly limit. Resets in 14 h."
    assert said(used=None, resets_at=None, runs_out_at=None, p_runout=None).text == ""
    assert said(unit="percent", resets_at=None, runs_out_at=None, p_runout=None).text == ""


def test_the_text_of_a_gateway_that_can_not_be_read_says_why() -> None:
    facts = {"condition": "stale", "meter": None, "error": "/quota answered 500"}
    assert said(**facts).text == "/quota answered 500."
    assert said(**facts, event="recovered").text == ""

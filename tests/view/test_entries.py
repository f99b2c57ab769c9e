"""Entries, and every surface on every recorded case: the same numbers everywhere."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec
import pytest
from rich.console import Console
from tests.presets.replay import Case, cases

from gaugeway.cli.paper import put
from gaugeway.cli.terminal import Page
from gaugeway.view.entries import Entry, entries_of
from gaugeway.view.snapshot import SCHEMA, GatewayView, MeterView, Snapshot

AROUND = {
    "id": "gw",
    "label": "Gateway",
    "provider": "openai-compatible",
    "preset": "some",
    "observed_at": "2026-11-22T09:59:58Z",
    "age_seconds": 2,
    "next_read_at": None,
}
METER: dict[str, Any] = {
    "id": "key/tokens/-",
    "name": "Tokens",
    "entry": "percent",
    "scope": "key",
    "model": None,
    "kind": "allowance",
    "unit": "tokens",
    "limit": None,
    "unlimited": False,
    "used": None,
    "remaining": None,
    "percent_remaining": None,
    "window": None,
    "window_started_at": None,
    "resets_at": None,
    "level": "ok",
    "derived": [],
    "advisory": False,
    "expired": False,
    "reset_due": False,
    "forecast": None,
}
READABLE = [case for case in cases() if "meters" in case.expected]


def gateway(*meters: dict[str, Any], binding: str | None = None, **fields: Any) -> GatewayView:
    facts: dict[str, Any] = {"status": "ok", "level": "ok", "coverage": "full", "error": None, "notes": []}
    return msgspec.convert(
        AROUND
        | facts
        | {"binding": binding, "key": {"name": None, "expires_at": None}, "meters": list(meters)}
        | fields,
        GatewayView,
    )


def entry(**fields: Any) -> Entry:
    (only,) = entries_of(gateway(METER | fields))
    return only


@pytest.mark.parametrize("case", READABLE, ids=str)
def test_every_surface_shows_the_same_numbers(case: Case) -> None:
    now = datetime.fromisoformat("2026-11-22T10:00:00Z")
    view = msgspec.convert(AROUND | case.expected, GatewayView)
    document = json.loads(
        msgspec.json.encode(Snapshot(schema=SCHEMA, generated_at="2026-11-22T10:00:00Z", gateways=(view,)))
    )
    file = StringIO()
    console = Console(file=file, width=200, _environ={})
    put(console, Page([view], now, console, verbose=True).text())
    # The columns are aligned with more blanks than an entry's own text has.
    lines = [" ".join(line.split()) for line in file.getvalue().splitlines()]
    entries = {one.id: one for one in entries_of(view)}
    meters = document["gateways"][0]["meters"]
    assert set(entries) == {meter["id"] for meter in meters}
    for meter in meters:
        shown = entries[meter["id"]]
        agrees(shown, meter)
        wanted = [shown.percent, shown.amount.text, shown.reset_text(now.timestamp())]
        assert [line for line in lines if all(text in line for text in wanted)], wanted


def agrees(shown: Entry, meter: dict[str, Any]) -> None:
    """An entry's words against the document's numbers, with Decimal's arithmetic and not our own."""
    percent = meter["percent_remaining"]
    if match := re.fullmatch(r"(over by )?([\d,]+)%", shown.percent):
        said = Decimal(match[2].replace(",", "")) * (-1 if match[1] else 1)
        assert abs(said - Decimal(repr(percent))) <= Decimal("0.5001")
        assert said or percent == 0
    elif shown.percent.endswith("<1%"):
        assert -1 < percent < 1
    elif shown.percent == ">99%":
        assert 99 < percent <= 100
    else:
        assert shown.percent == ("unlimited" if meter["unlimited"] else "none left" if percent is None and
                                 meter["level"] == "exhausted" else "")  # fmt: skip
    figures = [Decimal(text.replace(",", "")) for text in (shown.amount.figure, shown.amount.limit) if text]
    given = [meter[name] for name in ("used", "limit", "remaining") if meter[name] is not None]
    for figure in figures:
        assert any(close(figure, Decimal(text)) for text in given)
    assert bool(figures) == bool(given)


def close(figure: Decimal, exact: Decimal) -> bool:
    if figure == exact or abs(figure - exact) <= abs(exact) / 20:
        return figure != 0 or exact == 0
    return abs(figure - exact) <= Decimal("0.5") <= abs(exact)


def test_binding_first_then_finite_then_endless_then_minor() -> None:
    def meter(name: str, **fields: Any) -> dict[str, Any]:
        return METER | {"id": name, "name": name} | fields

    view = gateway(
        meter("rate", kind="rate_limit"),
        meter("advisory", advisory=True),
        meter("unlimited", unlimited=True),
        meter("spend", kind="spend"),
        meter("finite"),
        meter("binding"),
        binding="binding",
    )
    shown = entries_of(view)
    assert [one.id for one in shown] == ["binding", "finite", "unlimited", "spend", "advisory", "rate"]
    assert [one.id for one in shown if one.minor] == ["advisory", "rate"]
    assert [one.id for one in shown if one.binding] == ["binding"]


def test_a_rate_limit_that_binds_is_not_minor() -> None:
    view = gateway(METER | {"kind": "rate_limit"}, binding=METER["id"])
    assert [one.minor for one in entries_of(view)] == [False]


@pytest.mark.parametrize(
    ("fields", "percent", "fraction"),
    [
        ({"limit": "9007199254740993", "remaining": "1", "percent_remaining": 0.0}, "<1%", 0.0),
        ({"limit": "1000000000", "remaining": "999999999", "percent_remaining": 100.0}, ">99%", 1.0),
        ({"percent_remaining": 0.0}, "<1%", 0.0),
        ({"percent_remaining": 0.0, "level": "exhausted"}, "0%", 0.0),
        ({"percent_remaining": -20.0, "level": "exhausted"}, "over by 20%", 0.0),
        ({"percent_remaining": 120.0}, "120%", 1.0),
        ({"limit": "0", "used": "5", "remaining": "-5", "level": "exhausted"}, "none left", None),
        ({"remaining": "-0.01", "level": "exhausted"}, "none left", None),
        ({"unlimited": True, "level": "unlimited"}, "unlimited", None),
        ({"remaining": "5"}, "", None),
    ],
)
def test_the_share_that_is_left(fields: dict[str, Any], percent: str, fraction: float | None) -> None:
    shown = entry(**fields)
    assert shown.percent == percent
    assert shown.fraction == (None if fraction is None else pytest.approx(fraction, abs=1e-6))


@pytest.mark.parametrize(
    ("fields", "text", "short"),
    [
        ({"used": "1234567", "limit": "5000000"}, "1,234,567 of 5,000,000 tokens", "1.23M of 5M tokens"),
        ({"remaining": "1"}, "1 token left", "1 token left"),
        ({"remaining": "1", "unit": "USD"}, "1.00 USD left", "1.00 USD left"),
        ({"used": "2"}, "2 tokens used", "2 tokens used"),
        ({"limit": "50", "unit": "EUR"}, "50.00 EUR allowed", "50.00 EUR allowed"),
        ({"percent_remaining": 75.0, "unit": "percent", "limit": "100", "used": "25"}, "", ""),
        ({"used": "63", "unit": "percent"}, "63 percent used", "63 percent used"),
        ({}, "", ""),
    ],
)
def test_amounts(fields: dict[str, Any], text: str, short: str) -> None:
    shown = entry(**fields)
    assert (shown.amount.text, shown.short.text) == (text, short)


@pytest.mark.parametrize(
    ("name", "model", "window", "said"),
    [
        ("Budget", None, "7d", ("Budget", "weekly")),
        ("Requests per day", None, "1d", ("Requests per day", "")),
        ("Weekly limit", None, "7d", ("Weekly limit", "")),
        ("Budget", None, None, ("Budget", "")),
        ("Requests", "gpt-x", "30d", ("gpt-x Requests", "30-day")),
        ("gpt-x requests", "gpt-x", "5h", ("gpt-x requests", "5-hour")),
    ],
)
def test_names(name: str, model: str | None, window: str | None, said: tuple[str, str]) -> None:
    shown = entry(name=name, model=model, window=window)
    assert (shown.name, shown.window) == said


def test_reset_in_words() -> None:
    now = datetime.fromisoformat("2026-11-22T10:00:00Z").timestamp()
    assert entry(resets_at="2026-11-25T14:00:30Z").reset_text(now) == "in 3 d 4 h"
    assert entry().reset_text(now) == ""
    assert entry(expired=True).reset_text(now) == "window over"
    assert entry(reset_due=True).reset_text(now) == "reset due"


def test_a_meter_of_the_contract_has_just_these_fields() -> None:
    assert {field.name for field in msgspec.structs.fields(MeterView)} == set(METER)


@pytest.mark.parametrize(
    ("meter", "left", "used"),
    [
        ({"limit": "100", "used": "58", "remaining": "42"}, "42% left", "58% used"),
        ({"limit": "1000", "used": "3", "remaining": "997"}, ">99% left", "<1% used"),
        ({"limit": "1000", "used": "997", "remaining": "3"}, "<1% left", ">99% used"),
        ({"limit": "100", "used": "0", "remaining": "100"}, "100% left", "0% used"),
        ({"limit": "100", "used": "120", "remaining": "-20"}, "over by 20%", "120% used"),
        ({"percent_remaining": 75.5}, "76% left", "24% used"),
        ({"unlimited": True}, "unlimited", "unlimited"),
        ({"remaining": "0", "level": "exhausted"}, "none left", "none left"),
        ({"remaining": "5"}, "", ""),
    ],
)
def test_the_share_that_is_left_or_used(meter: dict[str, Any], left: str, used: str) -> None:
    view = gateway(METER | meter)
    (of_left,), (of_used,) = entries_of(view), entries_of(view, "used")
    assert (of_left.left, of_used.left) == (left, used)
    if of_left.fraction is not None and of_used.fraction is not None:
        assert of_left.fraction + of_used.fraction == pytest.approx(1)


@pytest.mark.parametrize(
    ("meter", "text"),
    [
        ({"resets_at": "2026-11-23T00:00:00Z"}, "resets in 14 h"),
        ({"resets_at": "2026-11-22T10:00:00Z"}, "resets now"),
        ({"expired": True}, "window over"),
        ({"reset_due": True}, "reset due"),
        ({}, ""),
    ],
)
def test_a_reset_in_words_that_stand_alone(meter: dict[str, Any], text: str) -> None:
    (entry,) = entries_of(gateway(METER | {"remaining": "5"} | meter))
    assert entry.resets(datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()) == text

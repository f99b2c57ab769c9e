"""The arithmetic of a meter: derive the third, believe remaining, clamp nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts.numbers import EXACT
from gaugeway.readings import Meter

D = Decimal
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=9)


def budget(**given_values):
    return Meter.of(name="budget", unit="USD", **given_values)


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        ({"limit": D(50), "used": D("12.35")}, ("50", "12.35", "37.65", ("remaining",))),
        ({"limit": D(50), "remaining": D("37.65")}, ("50", "12.35", "37.65", ("used",))),
        ({"used": D("12.35"), "remaining": D("37.65")}, ("50.00", "12.35", "37.65", ("limit",))),
        ({"limit": D(50), "used": D("12.35"), "remaining": D("37.65")}, ("50", "12.35", "37.65", ())),
        ({"used": D(3)}, ("None", "3", "None", ())),
        ({"remaining": D(3)}, ("None", "None", "3", ())),
        ({"limit": D(50)}, ("50", "None", "None", ())),
        ({"limit": D(10), "used": D(12)}, ("10", "12", "-2", ("remaining",))),
        ({"limit": D(10), "remaining": D(14)}, ("10", "-4", "14", ("used",))),
    ],
)
def test_the_third_is_derived(given_values, expected):
    meter = budget(**given_values)
    assert (str(meter.limit), str(meter.used), str(meter.remaining), meter.derived) == expected


@given(amounts, amounts)
def test_derived_amounts_are_exact(limit, used):
    meter = budget(limit=limit, used=used)
    assert meter.remaining is not None
    assert EXACT.add(meter.remaining, used) == limit
    if limit > 0:
        assert meter.percent_remaining is not None
        assert (meter.percent_remaining <= 0) == (meter.remaining <= 0)


def test_a_contradiction_is_noted_and_remaining_wins():
    notes: list[str] = []
    meter = budget(limit=D(100), used=D(90), remaining=D(74), title="Key budget", notes=notes)
    assert (meter.remaining, meter.used, meter.derived) == (D(74), D(26), ("used",))
    assert notes == [
        "Key budget: limit 100, used 90 and remaining 74 contradict each other; remaining is believed"
    ]


@pytest.mark.parametrize(
    ("limit", "gap", "noted"),
    [
        ("1", "0.000001", False),
        ("1", "0.000011", True),
        ("0.01", "0.000001", False),
        ("0.01", "0.0000011", True),
        ("1000000", "10", False),
        ("1000000", "10.1", True),
    ],
)
def test_float_dust_is_no_contradiction(limit, gap, noted):
    notes: list[str] = []
    budget(limit=D(limit), used=D(0), remaining=D(limit) - D(gap), notes=notes)
    assert bool(notes) is noted


def test_nothing_is_clamped():
    over = budget(limit=D(10), used=D(12))
    assert over.percent_remaining == -20
    assert budget(limit=D(10), remaining=D(14)).percent_remaining == 140


def test_unlimited_is_neither_unknown_nor_a_big_number():
    meter = budget(limit=D(10**8), unlimited=True, used=D(5), remaining=D(7))
    assert (meter.unlimited, meter.limit, meter.remaining, meter.used) == (True, None, None, D(5))
    assert meter.percent_remaining is None


def test_a_percentage_alone_stands_alone():
    meter = Meter.of(name="quota", unit="percent", percent_remaining=D("42.5"))
    assert (meter.limit, meter.used, meter.remaining) == (None, None, None)
    assert (meter.percent_remaining, meter.kind, meter.entry) == (D("42.5"), "allowance", "percent")


def test_amounts_beat_a_given_percentage():
    assert budget(limit=D(10), used=D(5), percent_remaining=D(99)).percent_remaining == 50


def test_a_meter_says_something():
    with pytest.raises(ValueError, match="no limit, no amount and no percentage"):
        budget()


@pytest.mark.parametrize(
    ("given_values", "kind", "entry"),
    [
        ({"limit": D(1), "used": D(0)}, "allowance", "percent"),
        ({"limit": D(1)}, "allowance", "value"),
        ({"remaining": D(1)}, "balance", "value"),
        ({"used": D(1)}, "spend", "value"),
        ({"unlimited": True, "used": D(1)}, "allowance", "value"),
        ({"limit": D(1), "remaining": D(1), "entry": "value"}, "allowance", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "1m"}, "rate_limit", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "59m"}, "rate_limit", "value"),
        ({"kind": "rate_limit", "limit": D(1)}, "rate_limit", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "60m"}, "allowance", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "1d"}, "allowance", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "1mo"}, "allowance", "value"),
        ({"kind": "rate_limit", "limit": D(1), "window": "lifetime"}, "allowance", "value"),
    ],
)
def test_kind_and_entry(given_values, kind, entry):
    meter = budget(**given_values)
    assert (meter.kind, meter.entry) == (kind, entry)


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        ({}, "key/budget/-"),
        ({"scope": "team", "window": "weekly"}, "team/budget/7d"),
        ({"scope": "account", "window": "lifetime"}, "account/budget/lifetime"),
        ({"model": "openai/gpt-4o mini", "window": "1d"}, "model:openai%2Fgpt-4o%20mini/budget/1d"),
    ],
)
def test_ids(given_values, expected):
    meter = budget(used=D(1), **given_values)
    assert meter.id == expected
    assert (meter.scope == "model") == ("model" in given_values)


def test_titles_default_to_the_name():
    assert Meter.of(name="free-requests", unit="requests", used=D(1)).title == "Free requests"


def test_windows_are_kept():
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    window = budget(used=D(1), window="monthly", started_at=start, resets_at=end).window
    assert (window.length, window.started_at, window.resets_at) == ("1mo", start, end)


def test_what_is_derived_has_every_digit():
    """More of them than decimal's own context would keep."""
    great, small = D(10) ** 29, D("1e-20")
    assert budget(limit=great, used=small).remaining == EXACT.subtract(great, small)
    assert budget(limit=great, remaining=small).used == EXACT.subtract(great, small)
    assert budget(used=great, remaining=small).limit == EXACT.add(great, small)
    assert EXACT.subtract(great, small) != great

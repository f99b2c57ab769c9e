"""Levels are decided on exact numbers; a passed reset expires what was read before it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gaugeway.readings import Meter, Thresholds, as_of, level_of

D = Decimal
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
AMOUNTS = Thresholds(low_amount=D(2), critical_amount=D("0.5"))


def budget(**given_values):
    return Meter.of(name="budget", unit="USD", **given_values)


@pytest.mark.parametrize(
    ("given_values", "level"),
    [
        ({"limit": D(100), "remaining": D(20)}, "ok"),
        ({"limit": D(100), "remaining": D("19.9999999999")}, "low"),
        ({"limit": D(100), "remaining": D(5)}, "low"),
        ({"limit": D(100), "remaining": D("4.9999999999")}, "critical"),
        ({"limit": D(100), "remaining": D("0.0000000001")}, "critical"),
        ({"limit": D(100), "remaining": D(0)}, "exhausted"),
        ({"limit": D(100), "remaining": D(-3)}, "exhausted"),
        ({"limit": D(0), "used": D(0)}, "exhausted"),
        ({"limit": D(0)}, "exhausted"),
        ({"limit": D(1), "used": D(0)}, "ok"),
        ({"limit": D(100)}, "unknown"),
        ({"percent_remaining": D(0)}, "exhausted"),
        ({"percent_remaining": D("0.4")}, "critical"),
        ({"percent_remaining": D(42)}, "ok"),
        ({"unlimited": True, "used": D(5)}, "unlimited"),
        ({"used": D(5)}, "unknown"),
        ({"remaining": D(5)}, "ok"),
        ({"remaining": D("1.99")}, "low"),
        ({"remaining": D("0.49")}, "critical"),
        ({"remaining": D("-0.42")}, "exhausted"),
    ],
)
def test_level(given_values, level):
    assert level_of(budget(**given_values), AMOUNTS) == level


def test_a_balance_without_thresholds_is_ok_while_it_lasts():
    assert level_of(budget(remaining=D("0.01"))) == "ok"


def test_thresholds_are_the_users():
    meter = budget(limit=D(100), remaining=D(30))
    assert level_of(meter, Thresholds(low=D(40), critical=D(10))) == "low"
    assert level_of(meter, Thresholds(low=D(40), critical=D(31))) == "critical"


def test_a_passed_reset_expires_the_numbers_and_keeps_the_limit():
    meter = budget(limit=D(50), used=D(49), window="1d", resets_at=NOW)
    assert as_of(meter, NOW - timedelta(microseconds=1)) is meter
    later = as_of(meter, NOW)
    assert later.expired
    assert later.limit == 50
    assert (later.used, later.remaining, later.percent_remaining, later.derived) == (None, None, None, ())
    assert (later.window.length, later.window.resets_at) == ("1d", None)
    assert level_of(later) == "unknown"


def test_an_expired_meter_is_unknown_even_where_its_limit_is_nothing():
    assert level_of(as_of(budget(limit=D(0), resets_at=NOW), NOW)) == "unknown"


def test_without_a_reset_nothing_expires():
    meter = budget(limit=D(50), used=D(49))
    assert as_of(meter, NOW + timedelta(days=9999)) is meter

"""Instants: one zone inside, naive times noted, implausible ones refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts import instant, stamp
from gaugeway.errors import ReadError

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TEN = "2026-11-22T10:00:00Z"


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (None, "iso", None),
        ("", "iso", None),
        ("2026-11-22T10:00:00Z", "iso", TEN),
        ("2026-11-22T10:00:00+00:00", "iso", TEN),
        ("2026-11-22 10:00:00 UTC", "iso", TEN),
        ("2026-11-22T18:00:00.123456789+08:00", "iso", TEN),
        ("2026-11-22T18:00:00+0800", "iso", TEN),
        ("2026-11-22 10:00:00.094374+00", "iso", TEN),
        ("2026-11-22T10:00Z", "iso", TEN),
        (1795341600, "unix", TEN),
        ("1795341600", "unix", TEN),
        (Decimal("1795341600.9"), "unix", TEN),
        (1795341600000, "unix_ms", TEN),
        (3600, "seconds_from_now", "2026-11-22T11:00:00Z"),
        (Decimal("0.5"), "seconds_from_now", TEN),
    ],
)
def test_takes(value, form, expected):
    found = instant(value, "x", form=form, now=NOW)
    assert (found if found is None else stamp(found)) == expected


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2026-11-22", "iso"),
        ("20261122T100000Z", "iso"),
        ("2026-W47-7T10:00", "iso"),
        ("tomorrow", "iso"),
        ("2026-13-01T00:00:00Z", "iso"),
        ("2026-11-22T10:00:00+99:00", "iso"),
        ("0001-01-01T00:00:00+14:00", "iso"),
        ("2026-11-22T10:00:00Z" + " " * 60, "iso"),
        (1795341600, "iso"),
        (True, "unix"),
        (0, "unix"),
        (1795341600000, "unix"),
        (1795341600, "unix_ms"),
        (10**29, "unix"),
        ("soon", "unix"),
        (10**12, "seconds_from_now"),
    ],
)
def test_refuses(value, form):
    with pytest.raises(ReadError, match=r"data\.reset") as caught:
        instant(value, "data.reset", form=form, now=NOW)
    assert caught.value.code == "unexpected_shape"


def test_a_naive_time_is_utc_with_a_note():
    notes: list[str] = []
    assert instant("2026-11-22T10:00:00", "x", notes=notes) == NOW
    assert notes == ["x has no time zone; taken as UTC"]


def test_a_documented_zone_needs_no_note():
    notes: list[str] = []
    beijing = timezone(timedelta(hours=8))
    assert instant("2026-11-22T18:00:00", "x", naive=beijing, notes=notes) == NOW
    assert notes == []


@given(
    st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2199, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_any_zone_is_the_same_instant(naive, minutes):
    when = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    found = instant(when.isoformat(), "x")
    assert found == when
    assert found is not None
    assert found.tzinfo is UTC

"""A reading: its meters' ids are unique, a reset that is already past is due and the numbers stand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gaugeway.readings import Answer, Meter, Reading, as_of

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def meter(name="budget", **rest):
    return Meter.of(name=name, unit="USD", limit=Decimal(10), used=Decimal(4), **rest)


def reading(*meters, **rest):
    return Reading.of(Answer(meters=meters, **rest), preset="neutral", observed_at=NOW)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=40)])
def test_a_reset_that_is_past_when_read_is_due(late):
    due = reading(meter(window="1d", resets_at=NOW - late)).meters[0]
    assert due.reset_due
    assert due.window.resets_at is None
    assert due.window.length == "1d"
    assert due.remaining == 6
    assert as_of(due, NOW + timedelta(days=1)) is due


def test_a_reset_to_come_is_not_due():
    coming = reading(meter(resets_at=NOW + timedelta(seconds=1))).meters[0]
    assert not coming.reset_due
    assert coming.window.resets_at is not None


def test_no_meter_is_no_reading():
    with pytest.raises(ValueError, match="no meter"):
        reading()


def test_two_meters_of_one_id_are_a_fault():
    with pytest.raises(ValueError, match="two meters with the id key/budget/-"):
        reading(meter(), meter())


@pytest.mark.parametrize(
    ("rest", "coverage"),
    [({}, "full"), ({"unread": ("team",)}, "partial"), ({"unread_advisory": ("user",)}, "partial")],
)
def test_coverage(rest, coverage):
    assert reading(meter(), **rest).coverage == coverage


def test_notes_are_said_once():
    assert reading(meter(), notes=("a", "b", "a")).notes == ("a", "b")

"""Use is taken out of the counter: over resets that were seen, that were not, and that came late."""

import pytest

from gaugeway.forecast.usage import usage_of
from gaugeway.forecast.windows import DAY, HOUR

MIDNIGHT = 20_000 * DAY


def h(hours: float) -> float:
    return MIDNIGHT + hours * HOUR


# Three days with a fall at each midnight, so that the grid is known.
DAYS = [(h(-60), 4.0), (h(-50), 9.0), (h(-40), 3.0), (h(-26), 8.0), (h(-20), 2.0), (h(-3), 6.0)]


@pytest.mark.parametrize(
    ("more", "now", "added", "used"),
    [
        ([], 5, 0, 0),  # nothing was read since the reset: a new window has begun
        ([(h(1), 1.0)], 5, 1, 1),
        ([(h(9), 7.0)], 10, 7, 7),  # began again and passed the old value
        ([(h(0), 7.0)], 10, 1, 0),  # read at the reset: the old window's last word
        ([(h(-0.5), 0.5), (h(1), 1.0)], 5, 1, 1),  # a reset that came early is not counted twice
        ([(h(0.2), 6.0)], 5, 0, 6),  # not reset yet, and nothing used
        ([(h(0.2), 6.5), (h(0.6), 0.0), (h(3), 2.0)], 5, 2.5, 2),  # a reset job that ran late
    ],
)
def test_over_a_reset(more, now, added, used):
    found = usage_of([*DAYS, *more], now=h(now), resets_at=h(24))
    assert found.started_at == h(0)
    assert found.used == used
    assert found.total[-1] == 5 + 3 + 5 + 2 + 4 + added


def test_a_first_window_counts_from_its_start():
    found = usage_of([(h(3), 6.0), (h(4), 7.0)], now=h(5), resets_at=h(24))
    assert found.times[0] == h(0)  # a day is the shortest window that can still have 21 hours left
    assert found.total == [0, 6, 7]
    assert found.started_at is None  # that was a guess


def test_windows_that_begin_with_the_first_use():
    readings = [(h(0.2), 3.0), (h(3), 9.0), (h(7.4), 1.0), (h(9), 4.0), (h(13.1), 2.0)]
    found = usage_of(readings, now=h(14), resets_at=h(18))
    assert found.used == 2
    assert found.started_at == h(13.1)
    assert found.total[-1] == 6 + 1 + 3 + 2


def test_a_balance_has_no_windows():
    found = usage_of([(h(0), 3.0), (h(5), 9.0)], now=h(7), resets_at=None)
    assert (found.used, found.total[-1], found.started_at) == (9, 6, None)


def test_a_clock_that_runs_behind_is_put_forward():
    assert usage_of(DAYS, now=h(-90), resets_at=h(24)).now == DAYS[-1][0]


def test_readings_without_use_are_not_use():
    readings = [(h(hour), min(hour, 4.0)) for hour in range(12)]
    found = usage_of(readings, now=h(12), resets_at=None)
    assert found.times[-1] == h(4)
    assert found.total[-1] == 4


def test_one_reading_a_day_is_spread_over_the_day():
    found = usage_of([(h(24 * day), 8.0 * day) for day in range(5)], now=h(96), resets_at=None)
    assert found.until(h(36)) == 12
    assert found.total[-1] == 32

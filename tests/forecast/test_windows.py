"""The grid of the resets is found in the falls of the counter."""

from datetime import UTC, datetime

import pytest

from gaugeway.forecast.windows import DAY, HOUR, MONTH, grid, length_of, usual_length


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


def test_the_grid_begins_with_the_window_of_the_first_reading():
    assert grid(at(2026, 3, 5), DAY, at(2026, 3, 2, 12)) == [at(2026, 3, day) for day in (2, 3, 4)]
    assert grid(at(2026, 3, 5), DAY, at(2026, 3, 4, 12)) == [at(2026, 3, 4)]


def test_months_have_their_own_lengths():
    assert grid(at(2026, 5, 31), MONTH, at(2026, 2, 15)) == [
        at(2026, 1, 31),
        at(2026, 2, 28),
        at(2026, 3, 31),
        at(2026, 4, 30),
    ]


@pytest.mark.parametrize(
    ("resets_at", "falls", "now", "length"),
    [
        # Daily falls exclude everything longer, whoever looks at which hour.
        ((2026, 3, 6), [((2026, 3, d, 23), (2026, 3, d + 1, 9)) for d in range(1, 5)], (2026, 3, 5, 12), DAY),
        # One fall fits a month, a week and a day: the longest that explains it is believed.
        ((2026, 4, 1), [((2026, 2, 28), (2026, 3, 2))], (2026, 3, 9), MONTH),
        # 30 days are not a month.
        ((2026, 3, 31), [((2026, 1, 29, 20), (2026, 1, 30, 8)), ((2026, 2, 28, 23), (2026, 3, 1, 3))],
         (2026, 3, 9), 30 * DAY),
        # Local midnight moves by an hour when the clocks do.
        ((2026, 4, 6, 22), [((2026, 3, d, 22), (2026, 3, d, 23, 30)) for d in (9, 16, 23)], (2026, 4, 4),
         7 * DAY),
        # So much left: it can't be a day.
        ((2026, 3, 8), [((2026, 2, 28, 20), (2026, 3, 1, 8))], (2026, 3, 5), 7 * DAY),
        # Windows that begin with the first use have no grid.
        ((2026, 3, 5, 14, 10), [((2026, 3, 5, 1), (2026, 3, 5, 1, 7)), ((2026, 3, 5, 7), (2026, 3, 5, 7, 20)),
                                ((2026, 3, 5, 9), (2026, 3, 5, 9, 10))], (2026, 3, 5, 12), None),
        ((2026, 3, 5), [], (2026, 3, 4, 12), None),
        # Falls so far apart would fit any hour: they tell nothing of hours.
        ((2026, 3, 5, 14, 10), [((2026, 3, 5, 1), (2026, 3, 5, 4)), ((2026, 3, 5, 5), (2026, 3, 5, 10))],
         (2026, 3, 5, 12), None),
        ((2026, 3, 5, 14), [((2026, 3, 5, h, 40), (2026, 3, 5, h + 1, 5)) for h in (3, 8)],
         (2026, 3, 5, 12), None),
        ((2026, 3, 5, 14), [((2026, 3, 5, h, 40), (2026, 3, 5, h + 1, 5)) for h in (3, 8, 10)],
         (2026, 3, 5, 13, 30), HOUR),
    ],
)  # fmt: skip
def test_length(resets_at, falls, now, length):
    found = length_of([(at(*a), at(*b)) for a, b in falls], resets_at=at(*resets_at), now=at(*now))
    assert found == length


def test_a_guess_for_a_first_window():
    assert usual_length(3 * HOUR) == 5 * HOUR
    assert usual_length(2 * DAY) == 7 * DAY
    assert usual_length(400 * DAY) == 400 * DAY

"""When it runs out, in the reader's own time."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.view import words
from gaugeway.view.axis import ticks

NOON = 1_795_694_400  # Thursday, 2026-11-26 12:00 UTC
HOUR, DAY = 3600, 86400


class East(words.Zone):
    """Kathmandu, more or less: clocks that are not ahead by whole hours."""

    def offset(self, at: float) -> int:
        return 20700


@pytest.mark.parametrize(
    ("p_runout", "hours", "text"),
    [
        (0.08, (30, 60, None), "lasts until reset (92%)"),
        (0.0, (None, None, None), "lasts until reset (>99%)"),
        (0.499, (24, 49, 90), "lasts until reset (50%)"),
        (0.97, (23, 27, 40), "runs out Fri 15:00 (11:00 to Sat 04:00)"),
        (0.97, (-1, 27, 40), "runs out Fri 15:00 (now to Sat 04:00)"),
        (0.97, (2, 3.3, 4.5), "runs out today 15:20 (14:00 to 16:30)"),
        (0.97, (2, 3.3, 9), "runs out today 15:15 (14:00 to 21:00)"),
        (0.97, (3, 3, 3), "runs out today 15:00"),
        (0.8, (23, 27, 90), "runs out Fri 15:00 (80%, 11:00 at the earliest)"),
        (0.8, (23, 27, None), "runs out Fri 15:00 (80%, 11:00 at the earliest)"),
        (0.55, (24, 49, 90), "runs out before reset (55%)"),
        (0.55, (None, None, None), "runs out before reset (55%)"),
        (0.8, (-9, -1, 40), "runs out before reset (80%)"),
        (1.0, None, "runs out before reset (>99%)"),
        (0.6, (2, 27, 150), "no telling yet (40% to last)"),
        (0.3, (2, 60, None), "no telling yet (70% to last)"),
        (0.3, (6, 60, None), "lasts until reset (70%)"),
        (0.3, (2, 60, 140), "lasts until reset (70%)"),
        (0.15, (2, 60, None), "lasts until reset (85%)"),
        (None, None, ""),
    ],
)
def test_will_it_last(
    p_runout: float | None, hours: tuple[float | None, float | None, float | None] | None, text: str
) -> None:
    assert foreseen(p_runout, hours, "allowance", NOON + 48 * HOUR) == text


@pytest.mark.parametrize(
    ("days", "kind", "text"),
    [
        ((7, 16, 55), "balance", "empty around 12 Dec (3 Dec to 20 Jan)"),
        ((0.95, 1.125, 2.25), "balance", "empty Fri 15:00 (11:00 to Sat 18:00)"),
        ((3, 6, 12), "balance", "empty Wed 12:00 (Sun 12:00 to 8 Dec)"),
        ((6.4, 6.6, 7), "balance", "empty around 3 Dec (2 Dec to 3 Dec)"),
        ((7, 7.1, 7.2), "allowance", "runs out around 3 Dec"),
        ((100, 300, 400), "balance", "empty around 22 Sep (6 Mar to 31 Dec 2027)"),
        ((0.5, 16, 55), "balance", "no telling yet (hardly before Fri 00:00)"),
        ((1, 16, 55), "balance", "empty around 12 Dec (27 Nov to 20 Jan)"),
        ((7, 16, None), "balance", "empty around 12 Dec (3 Dec at the earliest)"),
        ((7, None, None), "balance", "lasts past 3 Dec (90%)"),
        ((1, None, None), "balance", "no telling yet (hardly before Fri 12:00)"),
        ((None, None, None), "balance", "no end in sight"),
        ((-3, -2, 1), "balance", "should be empty by now"),
        ((-3, -2, 1), "allowance", "should have run out by now"),
    ],
)
def test_when_is_it_empty(
    days: tuple[float | None, float | None, float | None], kind: str, text: str
) -> None:
    hours = tuple(None if one is None else one * 24 for one in days)
    assert foreseen(None, (hours[0], hours[1], hours[2]), kind, None) == text


def test_moments_are_told_in_the_readers_time() -> None:
    at = (NOON + 23 * HOUR, NOON + 27 * HOUR, NOON + 40 * HOUR)
    east = words.forecast_text("allowance", "ok", 0.97, at, NOON + 48 * HOUR, NOON, East())
    assert east == "runs out Fri 20:45 (16:45 to Sat 09:45)"


@given(
    st.none() | st.floats(0, 1),
    st.lists(st.none() | st.floats(-(10**9), 10**10), min_size=3, max_size=3),
    st.none() | st.floats(NOON, 10**10),
)
def test_something_is_said_of_every_forecast(
    p_runout: float | None, quantiles: list[float | None], resets_at: float | None
) -> None:
    known = sorted(one for one in quantiles if one is not None)
    first, middle, last = [*known, None, None, None][:3]
    at = (first, middle, last)
    text = words.forecast_text("allowance", "ok", p_runout, at, resets_at, NOON, words.Zone())
    assert text
    assert len(text) < 70


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001  (of no zone)
def test_dates_are_those_of_the_calendar(when: datetime) -> None:
    days = (when - datetime(1970, 1, 1)).days  # noqa: DTZ001
    assert words.date_text(days, 0) == f"{when.day} {when:%b}" + (f" {when.year}" if days > 300 else "")


def foreseen(
    p_runout: float | None,
    hours: tuple[float | None, float | None, float | None] | None,
    kind: str,
    resets_at: float | None,
) -> str:
    at = None
    if hours is not None:
        first, middle, last = (None if one is None else NOON + one * HOUR for one in hours)
        at = first, middle, last
    return words.forecast_text(kind, "ok", p_runout, at, resets_at, NOON, words.Zone())


@pytest.mark.parametrize(
    ("hours", "most", "labels"),
    [
        (1, 5, "12:15 12:30 12:45 13:00"),
        (8, 4, "15:00 18:00"),
        (30, 6, "18:00 Fri 27 06:00 12:00 18:00"),
        (7 * 24, 8, "Fri 27|Sat 28|Sun 29|Mon 30|Tue 1|Wed 2|Thu 3"),
        (60 * 24, 5, "3 Dec|17 Dec|31 Dec|14 Jan"),
        (4000 * 24, 3, "16 Nov|13 Oct"),
    ],
)
def test_an_axis_has_round_moments(hours: float, most: int, labels: str) -> None:
    found = [text for _, text in ticks(NOON, NOON + hours * HOUR, most, words.Zone())]
    assert (labels.split("|") if "|" in labels else labels) == (found if "|" in labels else " ".join(found))


def test_an_axis_is_in_the_readers_time() -> None:
    found = ticks(NOON, NOON + 4 * HOUR, 4, East())
    assert [text for _, text in found] == ["18:00", "19:00", "20:00", "21:00"]
    assert [(at - NOON) / HOUR for at, _ in found] == [0.25, 1.25, 2.25, 3.25]


@given(st.floats(0, 10**10), st.floats(60, 10**9), st.integers(1, 20))
def test_an_axis_is_never_crowded(begin: float, length: float, most: int) -> None:
    found = ticks(begin, begin + length, most, East())
    assert len(found) <= most
    assert all(begin < at <= begin + length for at, _ in found)

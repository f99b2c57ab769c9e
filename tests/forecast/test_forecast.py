"""What holds for every forecast, whoever uses the gateway."""

import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gaugeway.forecast.outlook import forecast
from gaugeway.readings import Forecast

DAY = 86400.0
NOW = 1_795_000_000.0 // DAY * DAY + DAY / 2

finite = st.floats(allow_nan=False, allow_infinity=False)
amounts = st.floats(0, 1e9)


@st.composite
def worlds(draw):
    """Use at any moments, in windows of any length, seen as often as may be."""
    random_ = random.Random(draw(st.integers(0, 10_000)))
    length = draw(st.sampled_from([5 * 3600.0, DAY, 7 * DAY, 30 * DAY]))
    resets_at = NOW + draw(st.floats(0.01, 0.99)) * length
    start, used, readings = NOW - draw(st.floats(0.1, 90)) * DAY, 0.0, []
    at, window = start, None
    while at < NOW:
        index = math.ceil((at - resets_at) / length)
        used, window = (0.0 if index != window else used), index
        used += random_.choice([0, 1, 1, 5, 40]) * random_.random()
        readings.append((at, used))
        at += random_.expovariate(1 / draw(st.just(9000.0)))
    return readings, resets_at


def ordered(found: Forecast) -> None:
    if found.p_runout is not None:
        assert 0 <= found.p_runout <= 1
    if found.used_at_reset is not None:
        assert list(found.used_at_reset) == sorted(found.used_at_reset)
        assert all(math.isfinite(one) for one in found.used_at_reset)
    if found.runs_out_at is not None:
        known = [one for one in found.runs_out_at if one is not None]
        assert known == sorted(known)
        assert list(found.runs_out_at[: len(known)]) == known  # None is later than any moment
    if found.pace is not None:
        assert math.isfinite(found.pace)


@given(
    st.lists(st.tuples(finite, finite), max_size=12),
    finite,
    st.none() | finite,
    st.none() | finite,
)
@example([(0.0, 0.0), (0.0, -6.0)], 0.0, 0.0, 1e-300)
@example([(-1.0, 1.6e-41), (0.0, -5.3e222)], -1.0, 0.0, None)
@example([(0.0, 1.0), (0.0, 0.0)], 0.0, -62135596801.0, None)
@settings(max_examples=300, deadline=None)
def test_any_finite_numbers_get_an_answer(readings, now, resets_at, limit):
    ordered(forecast(readings, now=now, resets_at=resets_at, limit=limit))


@given(worlds(), st.floats(0.1, 500))
@settings(max_examples=60, deadline=None)
def test_the_result_is_consistent(world, limit):
    readings, resets_at = world
    found = forecast(readings, now=NOW, resets_at=resets_at, limit=limit)
    ordered(found)
    assert found == forecast(readings, now=NOW, resets_at=resets_at, limit=limit)
    assert found.p_runout is not None
    assert found.used_at_reset is not None
    assert found.runs_out_at is not None
    assert found.used_at_reset[0] >= 0
    first, middle, last = found.runs_out_at
    for quantile, when in ((0.1, first), (0.5, middle), (0.9, last)):
        if found.p_runout < 1 and abs(found.p_runout - quantile) > 1e-6:
            assert (when is not None and when <= resets_at) == (found.p_runout >= quantile)


@given(worlds(), st.lists(st.floats(0.1, 2000), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_more_room_never_runs_out_sooner(world, limits):
    readings, resets_at = world
    found = [
        forecast(readings, now=NOW, resets_at=resets_at, limit=limit).p_runout for limit in sorted(limits)
    ]
    assert all(p is not None for p in found)
    assert found == sorted(found, key=lambda p: -(p or 0))


@given(worlds(), st.floats(1, 500), st.sampled_from([1e-9, 1e-3, 7.0, 1e6, 1e12]))
@settings(max_examples=60, deadline=None)
def test_the_unit_does_not_matter(world, limit, factor):
    readings, resets_at = world
    one = forecast(readings, now=NOW, resets_at=resets_at, limit=limit)
    other = forecast(
        [(at, used * factor) for at, used in readings], now=NOW, resets_at=resets_at, limit=limit * factor
    )
    assert other.p_runout == pytest.approx(one.p_runout, abs=1e-6)
    assert one.used_at_reset is not None
    assert other.used_at_reset == pytest.approx([value * factor for value in one.used_at_reset], rel=1e-6)


@given(worlds(), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_a_limit_that_is_reached_has_run_out(world, part):
    readings, resets_at = world
    used = forecast(readings, now=NOW, resets_at=resets_at, limit=None).used_at_reset
    reached = forecast([*readings, (NOW, readings[-1][1] + 1)], now=NOW, resets_at=resets_at, limit=part)
    assert used is not None
    assert reached.p_runout == 1
    assert reached.runs_out_at is not None
    assert all(when is not None and when <= NOW for when in reached.runs_out_at)


@pytest.mark.parametrize("limit", [50.0, 5e-9])
def test_nothing_is_said_of_a_balance_that_was_read_once(limit):
    assert forecast([(NOW, limit / 4)], now=NOW, resets_at=None, limit=limit) == Forecast()


def test_an_unused_balance_has_no_end_in_sight():
    readings = [(NOW - 9 * DAY, 3.0), (NOW, 3.0)]
    assert forecast(readings, now=NOW, resets_at=None, limit=9.0).runs_out_at == (None, None, None)


def test_a_balance_that_is_spent_evenly_is_empty_when_it_looks_like_it():
    readings = [(NOW - 40 * DAY + hour * 3600, hour * 1.0) for hour in range(40 * 24 + 1)]
    found = forecast(readings, now=NOW, resets_at=None, limit=40 * 24 + 240.0)
    assert found.runs_out_at is not None
    first, middle, last = found.runs_out_at
    assert first is not None
    assert middle is not None
    assert last is not None
    assert NOW + 4 * DAY < first < NOW + 10 * DAY
    assert NOW + 8 * DAY < middle < NOW + 13 * DAY
    assert NOW + 10 * DAY < last < NOW + 40 * DAY

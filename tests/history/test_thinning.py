"""Thinning: few samples are left, and everything that matters is among them."""

from collections.abc import Sequence
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.history.series import balance_steps, counter_points, counter_steps
from gaugeway.history.thinning import DAY, HOUR, TIERS, choose
from gaugeway.store.history import Point

COUNTER, BALANCE = "key/tokens/7d", "account/wallet/-"


def counter(*samples: tuple[float, float | None], resets_at: float | None = None) -> list[Point]:
    return [(at, used, None, 100.0, resets_at) for at, used in samples]


def balance(*samples: tuple[float, float | None]) -> list[Point]:
    return [(at, None, left, None, None) for at, left in samples]


def thinned(points: Sequence[Point], grain: float, meter_id: str = COUNTER) -> list[Point]:
    gone = choose(meter_id, points, grain)
    assert set(gone) <= {point[0] for point in points}
    assert len(gone) == len(set(gone))
    return [point for point in points if point[0] not in gone]


def left(points: Sequence[Point], grain: float = HOUR, meter_id: str = COUNTER) -> list[float]:
    """How many minutes after the beginning the samples were taken that stay."""
    return [point[0] / 60 for point in thinned(points, grain, meter_id)]


def test_the_last_sample_of_each_hour_stays() -> None:
    assert left(counter(*((60.0 * at, at) for at in range(0, 200, 10)))) == [0, 50, 110, 170, 190]


def test_what_did_not_move_needs_only_its_ends_and_a_sign_of_each_day() -> None:
    still = [(HOUR * at, 5.0) for at in range(1, 72)]
    found = left(counter((0, 0.0), *still, (72 * HOUR, 6), (73 * HOUR, 7)))
    assert [minutes / 60 for minutes in found] == [0, 1, 23, 47, 71, 72, 73]


@pytest.mark.parametrize("resets_at", [None, 35 * 60.0])
def test_both_sides_of_a_reset_stay(resets_at: float | None) -> None:
    samples = [(0, 10), (20, 20), (30, 30), (40, 1), (50, 2), (55, 3), (70, 4), (130, 5)]
    points = counter(*((at * 60.0, used) for at, used in samples), resets_at=resets_at)
    assert left(points) == [0, 30, 40, 55, 70, 130]


def test_both_sides_of_a_reset_that_a_higher_count_hides_stay() -> None:
    samples = [(0, 10), (20, 10), (40, 30), (50, 40), (55, 50), (70, 60)]
    points = [(at * 60.0, used, None, 100.0, 1800.0 if at < 30 else 9000.0) for at, used in samples]
    assert left(points) == [0, 20, 40, 55, 70]


def test_resets_of_windows_shorter_than_an_hour_are_not_remembered() -> None:
    samples = [(float(at * 60), at % 3 + 1.0) for at in range(300)]
    assert len(left(counter(*samples), meter_id="key/requests/3m")) < 25
    assert len(left(counter(*samples), meter_id="key/requests/5h")) > 190


def test_both_sides_of_a_top_up_stay() -> None:
    samples = [(0, 30), (20, 20), (30, 10), (40, 60), (50, 50), (55, 40), (70, 30), (130, 20)]
    points = balance(*((at * 60.0, left) for at, left in samples))
    assert left(points, meter_id=BALANCE) == [0, 30, 40, 55, 70, 130]


def test_a_glitch_goes() -> None:
    samples = [(0, 30), (20, 31), (30, 0), (40, 32), (70, 40), (80, 0), (130, 41), (190, 42)]
    assert left(counter(*((at * 60.0, used) for at, used in samples))) == [0, 40, 70, 130, 190]


def test_what_was_taken_back_later_is_remembered_at_its_highest() -> None:
    samples = [(0, 50), (10, 60), (20, 70), (30, 55), (40, 56), (70, 57), (130, 58)]
    assert left(counter(*((at * 60.0, used) for at, used in samples))) == [0, 20, 40, 70, 130]


def test_samples_without_a_number_go() -> None:
    samples = [(0, 1), (20, None), (40, 3), (70, None), (130, 4), (190, None)]
    assert left(counter(*((at * 60.0, used) for at, used in samples))) == [0, 40, 130, 190]
    assert left(counter((0, None), (60, None), (120, None))) == [0, 2]
    assert choose(COUNTER, [], HOUR) == []


moves = st.lists(
    st.tuples(st.integers(60, 7200), st.sampled_from([0, 0, 1, 1, 2, 5, 40, -5, -1000])), max_size=120
)


def wandering(moves: Sequence[tuple[int, int]]) -> list[Point]:
    """A counter that is used, taken back from, and now and then begins anew."""
    at, used = 0.0, 0
    points: list[Point] = []
    for pause, move in moves:
        at, used = at + pause, max(used + move, 0)
        points.append((at, float(used), None, 1000.0, None))
    return points


@given(moves, st.sampled_from([tier.grain for tier in TIERS]))
def test_the_shape_stays(moves: list[tuple[int, int]], grain: float) -> None:
    points = wandering(moves)
    kept = thinned(points, grain)
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]

    def resets(points: Sequence[Point]) -> list[tuple[float, float]]:
        """Each reset, with what was used until then."""
        times, used = [point[0] for point in points], [point[1] or 0.0 for point in points]
        steps = counter_steps(times, used, [None] * len(points))
        good = [at for at, step in enumerate(steps) if step.change != "glitch"]
        return [(times[at], used[before]) for before, at in pairwise(good) if steps[at].change == "reset"]

    assert set(resets(points)) <= set(resets(kept))
    days = [list(group) for _, group in groupby(points, key=lambda point: point[0] // DAY)]
    assert {group[-1][0] for group in days} <= {point[0] for point in kept} | glitches(points)


def glitches(points: Sequence[Point]) -> set[float]:
    times, used = [point[0] for point in points], [point[1] or 0.0 for point in points]
    steps = counter_steps(times, used, [None] * len(points))
    return {at for at, step in zip(times, steps, strict=True) if step.change == "glitch"}


@given(moves)
def test_what_was_thinned_finely_and_then_coarsely_is_as_if_it_had_been_at_once(
    moves: list[tuple[int, int]],
) -> None:
    points = [point for point in wandering(moves) if point[0] not in glitches(wandering(moves))]
    finely = thinned(points, TIERS[0].grain)
    for tier in TIERS[1:]:
        finely = thinned(finely, tier.grain)
    at_once = thinned(points, TIERS[-1].grain)
    assert spent(finely) == spent(at_once)


def spent(points: Sequence[Point]) -> float:
    times, used = [point[0] for point in points], [point[1] or 0.0 for point in points]
    found = counter_points(times, used, counter_steps(times, used, [None] * len(points)))
    return sum(max(later[1] - earlier[1], 0) for earlier, later in pairwise(found))


@given(moves)
def test_what_was_spent_of_a_balance_stays(moves: list[tuple[int, int]]) -> None:
    points = balance(*((at, -(used or 0)) for at, used, *_ in wandering(moves)))
    kept = thinned(points, HOUR, BALANCE)
    times, left = [point[0] for point in kept], [point[2] or 0.0 for point in kept]
    steps = balance_steps(times, left)
    assert len(steps) == len(kept) <= len(points)

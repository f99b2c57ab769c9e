"""Counters and balances: which steps are resets, and which are none."""

from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.history.series import (
    Change,
    balance_points,
    balance_steps,
    counter_points,
    counter_steps,
)

QUARTER = 900.0
_CODES: dict[str, Change] = {
    "R": "reset",
    "c": "correction",
    "g": "glitch",
    "?": "unconfirmed",
    "+": "top-up",
}


class Case(NamedTuple):
    """``used`` every quarter of an hour, and what each step of it is: a point is nothing.

    ``resets``: for each sample, after how many quarters its window ends; None where there is no window.
    """

    used: list[int]
    steps: str
    resets: list[float | None] | None = None


COUNTERS = {
    "grows": Case([0, 5, 5, 9], "...."),
    "one low reading, then back": Case([50, 51, 0, 51, 52], "..g.."),
    "one lower reading, then back": Case([50, 51, 40, 52], "..g."),
    "falls and stays": Case([50, 51, 0, 1, 2], "..R.."),
    "falls and has grown since": Case([50, 60, 3, 20], "..R."),
    "the newest has fallen": Case([50, 51, 0], "..?"),
    "the newest has fallen a little": Case([50, 51, 50], "..c"),
    "something is taken back": Case([50, 60, 55, 56], "..c."),
    "one high reading, then back": Case([50, 500, 51, 52], "..c."),
    "the window says so": Case([50, 51, 0], "..R", [2, 2, 4]),
    "the window says so, a little late": Case([50, 51, 52, 1], "...R", [2, 2, None, 5]),
    "the window says so, and it is used again at once": Case([5, 51, 60], "..R", [1.5, 1.5, 4]),
    "a window that nobody used": Case([0, 0, 0], "..R", [1.5, 1.5, 4]),
    "a window that moved early": Case([50, 51, 2], "..R", [20, 20, 40]),
    "a window that moved for one reading": Case([50, 51, 2, 52], "..g.", [20, 20, 40, 20]),
    "a window that always ends so much from now": Case([50, 51, 2, 52], "..g.", [20, 21, 22, 23]),
    "a reset that is not due yet": Case([50, 51, 52], "...", [9, 9, 9]),
    "two glitches": Case([50, 0, 51, 0, 52], ".g.g."),
    "two resets": Case([50, 1, 2, 30, 1, 2], ".R..R."),
    "one sample": Case([50], "."),
    "nothing": Case([], ""),
}
BALANCES = {
    "is spent": Case([50, 40, 30], "..."),
    "is added to": Case([50, 40, 90, 80], "..+."),
    "is empty, and added to": Case([5, 0, 50], "..+"),
    "one empty reading, then back": Case([50, 0, 50, 49], ".g.."),
    "one empty reading, then nearly back": Case([50, 0, 48], ".g."),
    "is empty for a while, then added to": Case([50, 0, 0, 50], "...+"),
    "one high reading, then back": Case([50, 500, 50], ".g."),
    "is added to twice": Case([1, 11, 21], ".++"),
    "falls below zero": Case([1, -2, 10], "..+"),
    "nothing": Case([], ""),
}


def times(used: list[int]) -> list[float]:
    return [QUARTER * at for at in range(len(used))]


def codes(expected: str) -> list[Change]:
    return [_CODES.get(code, "") for code in expected]


@pytest.mark.parametrize("case", COUNTERS.values(), ids=COUNTERS)
def test_counters(case: Case) -> None:
    resets = [None if at is None else at * QUARTER for at in case.resets or [None] * len(case.used)]
    steps = counter_steps(times(case.used), case.used, resets)
    assert [step.change for step in steps] == codes(case.steps)


@pytest.mark.parametrize("case", BALANCES.values(), ids=BALANCES)
def test_balances(case: Case) -> None:
    assert [step.change for step in balance_steps(times(case.used), case.used)] == codes(case.steps)


def points(used: list[int], resets: list[float | None] | None = None) -> list[tuple[float, float]]:
    ends = [None if at is None else at * QUARTER for at in resets or [None] * len(used)]
    found = counter_points(times(used), used, counter_steps(times(used), used, ends))
    return [(at / QUARTER, value) for at, value in found]


def test_the_counter_without_what_was_wrong() -> None:
    assert points([50, 51, 0, 52]) == [(0, 50), (1, 51), (3, 52)]
    assert points([50, 51, 0]) == [(0, 50), (1, 51)]
    assert points([50, 60, 55, 57]) == [(0, 50), (1, 55), (2, 55), (3, 57)]
    assert points([50, 500, 51, 52]) == [(0, 50), (1, 51), (2, 51), (3, 52)]


def test_a_counter_is_zero_at_its_reset() -> None:
    assert points([50, 51, 8, 9], [1.5, 1.5, 9, 9]) == [(0, 50), (1, 51), (1.5, 0), (2, 8), (3, 9)]
    assert points([5, 51, 60], [1.5, 1.5, 4]) == [(0, 5), (1, 51), (1.5, 0), (2, 60)]
    assert points([50, 51, 8, 9]) == [(0, 50), (1, 51), (2, 8), (3, 9)]


def test_what_was_spent_of_a_balance() -> None:
    left = [50, 40, 0, 40, 90, 85]
    found = balance_points(times(left), left, balance_steps(times(left), left))
    assert [(at / QUARTER, spent) for at, spent in found] == [(0, 0), (1, 10), (3, 10), (4, 10), (5, 15)]


histories = st.lists(
    st.tuples(st.integers(1, 10**6), st.integers(-(10**6), 10**6), st.none() | st.integers(-(10**5), 10**7)),
    max_size=30,
)


@given(histories)
def test_any_counter_falls_at_resets_only(history: list[tuple[int, int, int | None]]) -> None:
    at, when, used, resets = 0, [], [], []
    for pause, value, end in history:
        at += pause
        when.append(float(at))
        used.append(abs(value))
        resets.append(None if end is None else float(end))
    steps = counter_steps(when, used, resets)
    found = counter_points(when, used, steps)
    assert len(steps) == len(history)
    assert {step.change for step in steps[:-1]}.isdisjoint({"unconfirmed"})
    assert [one for one, _ in found] == sorted(one for one, _ in found)
    falls = {later[0] for earlier, later in pairwise(found) if later[1] < earlier[1]}
    reset_at = {step.at for step in steps if step.change == "reset"}
    assert falls <= reset_at | set(when)
    assert len(falls) <= len(reset_at) == sum(step.change == "reset" for step in steps)


@given(histories)
def test_what_was_spent_never_falls(history: list[tuple[int, int, int | None]]) -> None:
    left = [value for _, value, _ in history]
    when = times(left)
    spent = [value for _, value in balance_points(when, left, balance_steps(when, left))]
    assert spent == sorted(spent)
    assert (spent[:1] or [0]) == [0]

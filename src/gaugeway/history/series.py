"""A series of samples as a counter or as a balance: what each step of it was, and what was used in all."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple, TypeVar

Number = TypeVar("Number", float, Decimal)
Change = Literal["", "reset", "correction", "top-up", "glitch", "unconfirmed"]

CLOCKS = 120.0  # seconds that a gateway's clock and ours may differ
_STILL = 60.0  # seconds that one and the same reset may move between two readings


class Step(NamedTuple):
    """What came between a sample and the one before it. ``at``: the reset's own moment where it is known,
    else the sample's.

    ``reset``: the counter began anew. ``correction``: the gateway took back a part of what it had counted.
    ``top-up``: a balance was added to. ``glitch``: the sample is wrong; the ones around it agree without it.
    ``unconfirmed``: the newest sample has fallen, and nothing says yet which of these it is.
    """

    change: Change
    at: float


def counter_steps(
    times: Sequence[float], used: Sequence[Number], resets_at: Sequence[float | None]
) -> list[Step]:
    """The steps of a counter. ``times`` and ``resets_at`` are unix seconds, oldest first.

    A fall is a reset where the window says so (its reset has passed, or moved), or where the next sample
    confirms it; a fall by less than half is then a correction. A reset that a later, higher count hides is
    found by its moment.
    """
    steps = [Step("", at) for at in times]
    last, ends = 0, resets_at[0] if resets_at else None
    before_last = -1  # the good sample before the last, in the same window
    for at in range(1, len(times)):
        now, end = times[at], resets_at[at]
        passed = ends is not None and ends <= now + CLOCKS
        follows = at + 1 < len(times)
        change: Change = ""
        if used[at] < used[last]:
            back = follows and used[at + 1] >= used[last]
            if passed or (_moved(ends, end, now - times[last]) and not (back and resets_at[at + 1] == ends)):
                change = "reset"
            elif back:
                change = "glitch"
            elif used[at] * 2 > used[last] or _spike(used, before_last, last, at):
                change = "correction"
            else:
                change = "reset" if follows else "unconfirmed"
        elif passed and end is not None and ends is not None and end > ends + _STILL and ends > times[last]:
            change = "reset"
        if change:
            between = passed and ends is not None and times[last] < ends < now
            steps[at] = Step(change, ends if change == "reset" and between and ends is not None else now)
        if change in {"glitch", "unconfirmed"}:
            continue
        before_last = -1 if change == "reset" else last
        last = at
        if end is not None or change == "reset":
            ends = end
    return steps


def changes_of(
    times: Sequence[float],
    used: Sequence[Number | None],
    remaining: Sequence[Number | None],
    resets_at: Sequence[float | None],
    *,
    balance: bool = False,
) -> list[Change]:
    """What each step was, of samples that may lack numbers: of what was used where that is known, else of
    what is left.
    """
    values = remaining if balance or all(value is None for value in used) else used
    known = [at for at, value in enumerate(values) if value is not None]
    numbers = [value for value in values if value is not None]
    when = [times[at] for at in known]
    if values is used:
        steps = counter_steps(when, numbers, [resets_at[at] for at in known])
    else:
        steps = balance_steps(when, numbers)
    changes: list[Change] = [""] * len(times)
    for at, step in zip(known, steps, strict=True):
        changes[at] = step.change
    return changes


def counter_points(
    times: Sequence[float], used: Sequence[Number], steps: Sequence[Step]
) -> list[tuple[float, Number]]:
    """The counter as it should have been: it falls at resets only, to zero where their moment is known."""
    points: list[tuple[float, Number]] = []
    least: Number | None = None  # what a later correction says that was used at most
    for at in range(len(times) - 1, -1, -1):
        change = steps[at].change
        if change in {"glitch", "unconfirmed"}:
            continue
        value = used[at] if least is None or used[at] < least else least
        points.append((times[at], value))
        least = value
        if change == "reset":
            least = None
            if steps[at].at < times[at]:
                points.append((steps[at].at, value - value))
    points.reverse()
    return points


def balance_steps(times: Sequence[float], left: Sequence[Number]) -> list[Step]:
    """The steps of a prepaid balance: it rises by top-ups only."""
    steps = [Step("", at) for at in times]
    last = 0
    for at in range(1, len(times)):
        move = left[at] - left[last]
        back = left[at + 1] - left[at] if at + 1 < len(times) else move - move
        # Back where it was, but for a tenth of the way that may have been spent or added meanwhile.
        low, high = (9, 10) if move < 0 else (-11, -10)
        if move and low * abs(move) <= 10 * back <= high * abs(move):
            steps[at] = Step("glitch", times[at])
            continue
        if move > 0:
            steps[at] = Step("top-up", times[at])
        last = at
    return steps


def balance_points(
    times: Sequence[float], left: Sequence[Number], steps: Sequence[Step]
) -> list[tuple[float, Number]]:
    """What was spent in all since the first sample, whatever was added meanwhile."""
    points: list[tuple[float, Number]] = []
    for at, step in enumerate(steps):
        if step.change == "glitch":
            continue
        if not points:
            before, spent = left[at], left[at] - left[at]
        if left[at] < before:
            spent += before - left[at]
        before = left[at]
        points.append((times[at], spent))
    return points


def _spike(used: Sequence[Number], before: int, last: int, at: int) -> bool:
    """Whether one sample was far too high: the next is back at what it was before, or little above."""
    if before < 0 or not used[before]:
        return False
    return 0 <= 10 * (used[at] - used[before]) <= used[last] - used[before]


def _moved(ends: float | None, end: float | None, elapsed: float) -> bool:
    """Whether the window ends at another time. One that always ends so much from now says nothing."""
    if ends is None or end is None:
        return False
    by = end - ends
    return abs(by) > _STILL and abs(by - elapsed) > _STILL

"""What a counter tells of use: how much by when, over all its windows, and how much in the present one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from gaugeway.forecast.windows import DAY, grid, length_of, slack, usual_length

_NEARLY_A_DAY, _PARTS = (DAY * 5 / 6, DAY * 7 / 6), 8
_REACH = 1e12  # seconds, 30,000 years: what is further away is not a time, and would overflow


def bounded(at: float) -> float:
    return min(max(at, -_REACH), _REACH)


class Usage(NamedTuple):
    """``total[i]`` was used until ``times[i]``, counted from the first reading on, resets taken out.

    ``used``: the counter at ``now``. ``started_at``: when the present window began, None where unknown.
    """

    times: list[float]
    total: list[float]
    now: float
    used: float
    started_at: float | None

    def until(self, moment: float) -> float:
        """How much was used until ``moment``."""
        return self.total[max(bisect_right(self.times, moment) - 1, 0)]


def usage_of(readings: Sequence[tuple[float, float]], *, now: float, resets_at: float | None) -> Usage:
    """``readings``: (unix seconds, counter), oldest first. A clock that runs behind them is put forward."""
    now = bounded(now)
    if not readings:
        return Usage([now], [0], now, 0, None)
    pairs = sorted(readings, key=itemgetter(0))
    if pairs[0][0] < -_REACH or pairs[-1][0] > _REACH:
        pairs = [(bounded(at), counter) for at, counter in pairs]
    now = max(now, pairs[-1][0])
    falls = [(old[0], new[0]) for old, new in pairwise(pairs) if new[1] < old[1]]
    length = None if resets_at is None else length_of(falls, resets_at=resets_at, now=now)
    if resets_at is None or length is None:
        return _without_grid(pairs, falls, now, resets_at)
    resets = grid(resets_at, length, pairs[0][0])
    started_at = resets[-1]
    times, total, reset_early = _added_up(pairs, falls, resets, length)
    current = pairs[-1][0] > started_at or reset_early
    if pairs[0][0] > started_at:
        times, total = _from_start(times, total, pairs[0][1], started_at)
    return Usage(times, total, now, pairs[-1][1] if current else 0, started_at)


def _without_grid(
    pairs: list[tuple[float, float]], falls: list[tuple[float, float]], now: float, resets_at: float | None
) -> Usage:
    """Windows that begin with the first use, a balance, or a first window: only falls are resets."""
    times, total, _ = _added_up(pairs, falls, [], DAY)
    started_at = falls[-1][1] if falls else None
    if not falls and resets_at is not None:
        guess = resets_at - usual_length(resets_at - pairs[0][0])
        if guess < pairs[0][0]:
            times, total = _from_start(times, total, pairs[0][1], guess)
    return Usage(times, total, now, pairs[-1][1], started_at)


def _from_start(
    times: list[float], total: list[float], counter: float, started_at: float
) -> tuple[list[float], list[float]]:
    """Where all that is known lies in one window, its first reading says what was used since the start."""
    first = max(counter, 0)
    return [started_at, *times], [0, *(value + first for value in total)]


def _added_up(
    pairs: list[tuple[float, float]], falls: list[tuple[float, float]], resets: list[float], length: float
) -> tuple[list[float], list[float], bool]:
    """Times, sums, and whether the last reset of the grid was seen before its time.

    A counter that grew over a reset did not go on: it began again and passed its old value. Unless the
    fall is seen a little later or earlier (a reset job that runs late, a clock), or it did not move at all.
    """
    times, total, used, early = [pairs[0][0]], [0.0], 0.0, False
    starts, ends, more = [fall[0] for fall in falls], [fall[1] for fall in falls], slack(length)
    before, old = pairs[0]
    passed = bisect_left(resets, before)
    for at, counter in pairs[1:]:
        now_passed = passed
        while now_passed < len(resets) and resets[now_passed] < at:
            now_passed += 1
        if counter < old:
            used += max(counter, 0)
            early = now_passed == len(resets) - 1 and at >= resets[-1] - more and now_passed == passed
        elif now_passed > passed and counter > old and not _seen(resets, now_passed, starts, ends, more):
            used += max(counter, 0)
        else:
            used += counter - old
        if used > total[-1]:  # readings without use say nothing that the next one does not
            times.append(at)
            total.append(used)
        before, old, passed = at, counter, now_passed
    return *_over_days(times, total), early


def _over_days(times: list[float], total: list[float]) -> tuple[list[float], list[float]]:
    """Old history keeps one reading a day: what that says was used sometime in the day, not at its end."""
    days = [_NEARLY_A_DAY[0] <= after - before <= _NEARLY_A_DAY[1] for before, after in pairwise(times)]
    if not any(one and other for one, other in pairwise(days)):
        return times, total
    spread_times, spread_total = times[:1], total[:1]
    for index, day in enumerate(days):
        if day and (days[index - 1 : index] == [True] or days[index + 1 : index + 2] == [True]):
            start, length = times[index], times[index + 1] - times[index]
            first, more = total[index], total[index + 1] - total[index]
            spread_times += [start + length * part / _PARTS for part in range(1, _PARTS)]
            spread_total += [first + more * part / _PARTS for part in range(1, _PARTS)]
        spread_times.append(times[index + 1])
        spread_total.append(total[index + 1])
    return spread_times, spread_total


def _seen(resets: list[float], passed: int, starts: list[float], ends: list[float], more: float) -> bool:
    """Whether a fall near the latest reset that was passed is that reset."""
    at = resets[passed - 1]
    late = bisect_left(starts, at)
    if late < len(starts) and starts[late] <= at + more:
        following = resets[passed] if passed < len(resets) else None
        if following is None or ends[late] + more < following:
            return True
    early = bisect_right(ends, at) - 1
    return (
        early >= 0 and ends[early] >= at - more and (passed < 2 or starts[early] > resets[passed - 2] + more)
    )

"""The forecast: chances made into a probability, quantiles of use and quantiles of time."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log

from gaugeway.forecast.chances import Chances
from gaugeway.forecast.rhythm import Rhythm
from gaugeway.forecast.usage import Usage, bounded, usage_of
from gaugeway.forecast.windows import DAY, usual_length
from gaugeway.readings.forecast import Forecast, Quantiles

_QUANTILES = (0.1, 0.5, 0.9)
_HORIZONS = (1 / 24, 1 / 6, 1 / 2, 1, 2, 4, 8, 16, 32, 64)  # days; beyond, nothing is said
_LARGEST = 1.7e308  # of a float: an amount is never infinite
_BALANCE_LASTS, _HARDLY_SEEN = 30.0, 1.0  # days
_PRESUMED = 0.5  # of a limit is used, as long as nothing else is known
# The interval holds four of five outcomes, measured: the tails of long windows are thinner than a logistic
# curve's, and where more than a tenth lies on 'nothing more is used' the lower end leaves none outside.
_UPPER, _INSTEAD, _THIN, _LONG = 0.9, 0.13, 0.095, 15.0
_STEPS = 18  # amounts at which the chances are computed, evenly on the logarithm ...
_LEAST, _MOST = 0.02, 14.0  # ... from so little to so much of what may be expected


def forecast(
    readings: Sequence[tuple[float, float]], *, now: float, resets_at: float | None, limit: float | None
) -> Forecast:
    """What will become of a counter, judged by its own past.

    ``readings``: (unix seconds, counter) over this and earlier windows, oldest first; the counter falls at a
    reset and at nothing else. ``resets_at``: the end of the present window in unix seconds, None where there
    is none (a balance: then the counter is all that was ever spent, and ``limit`` that and what is left).
    ``limit``: None where there is none. The result is in the unit of the readings; it is the same for the
    same readings. Where little is known the quantiles are far apart. No error for any finite numbers.
    """
    if resets_at is not None:
        resets_at = bounded(resets_at)
    # One unit for all: nothing overflows, and the result does not depend on the caller's unit.
    scale = max([abs(counter) for _, counter in readings] + [abs(limit or 0)]) or 1.0
    usage = usage_of([(at, counter / scale) for at, counter in readings], now=now, resets_at=resets_at)
    bound = None if limit is None else limit / scale
    reached = bound is not None and usage.used >= bound
    ahead = 0.0 if resets_at is None else (resets_at - usage.now) / DAY
    window = None if resets_at is None else usual_length(resets_at - (usage.started_at or usage.now))
    rhythm = Rhythm(usage, _presumed(usage, bound, window))
    chances = Chances(rhythm, ahead) if ahead > 0 else None
    p_runout = None
    if bound is not None and resets_at is not None:
        p_runout = 1.0 if reached else chances.of(bound - usage.used) if chances else 0.0
    return Forecast(
        p_runout=p_runout,
        runs_out_at=_runs_out_at(rhythm, bound, (ahead, p_runout) if chances and p_runout else None),
        used_at_reset=None if resets_at is None else _used_at_reset(usage.used, chances, scale),
        pace=_pace(usage, bound, resets_at),
    )


def _presumed(usage: Usage, bound: float | None, window: float | None) -> float:
    """Use per day as long as nothing else is known; of a balance, which knows no window, over a month."""
    if bound is None:
        return 0.0
    if window is None:
        return max(_PRESUMED * (bound - usage.used) / _BALANCE_LASTS, 0.0)
    return max(_PRESUMED * bound * DAY / window, 0.0)


def _pace(usage: Usage, bound: float | None, resets_at: float | None) -> float | None:
    if resets_at is None or usage.started_at is None or bound is None or bound <= 0:
        return None
    window, elapsed = resets_at - usage.started_at, min(usage.now, resets_at) - usage.started_at
    return (
        max(min(usage.used / bound * window / elapsed, _LARGEST), -_LARGEST) if window > 0 < elapsed else None
    )


def _used_at_reset(used: float, chances: Chances | None, scale: float) -> tuple[float, float, float]:
    """Where the chance of using more falls to 90, 50 and 10 %."""
    if chances is None or not chances.rhythm.per_day > 0:
        return used * scale, used * scale, used * scale
    typical = chances.typical
    low, step = log(_LEAST * typical), log(_MOST / _LEAST) / (_STEPS - 1)
    amounts = [low + step * index for index in range(_STEPS)]
    curve = [chances.of(exp(amount)) for amount in amounts]
    # Nothing lies below nothing: where that takes the lower tail, the upper one is all that is left outside.
    nothing = min(max(10 * (1 - curve[0]) - 1, 0), 1)
    upper = _UPPER - _INSTEAD * nothing - _THIN * min(chances.ahead / _LONG, 1)
    found = [used + _falls_to(1 - quantile, amounts, curve) for quantile in (0.1, 0.5, upper)]
    low, middle, high = (min(one * scale, _LARGEST) for one in found)
    return low, middle, high


def _falls_to(p: float, amounts: list[float], curve: list[float]) -> float:
    if curve[0] <= p:
        return 0.0  # likelier than not, in this sense, that nothing is used
    for index in range(1, len(curve)):
        if curve[index] <= p:
            share = (curve[index - 1] - p) / (curve[index - 1] - curve[index])
            return exp(amounts[index - 1] + share * (amounts[index] - amounts[index - 1]))
    return exp(amounts[-1])


def _runs_out_at(
    rhythm: Rhythm, bound: float | None, at_reset: tuple[float, float] | None
) -> Quantiles | None:
    """When the chance that the limit was reached rises to 10, 50 and 90 %, as if there was no reset.

    ``at_reset``: days until the reset and the chance then; both answers agree.
    """
    if bound is None:
        return None
    usage = rhythm.usage
    if at_reset is None and usage.used < bound and not rhythm.observed and rhythm.span < _HARDLY_SEEN:
        return None  # no use, no window, no time: a date would be made up, and so would be that there is none
    left = bound - usage.used
    if left <= 0:
        when = _reached_at(usage, left)
        return when, when, when
    curve = [(0.0, 0.0)]
    points = sorted({*_HORIZONS, *((at_reset[0],) if at_reset else ())})
    if at_reset and at_reset[1] < _QUANTILES[0]:
        points = points[points.index(at_reset[0]) :]  # none of the quantiles lies before the reset
    for days in points:
        if at_reset and days == at_reset[0]:
            p = at_reset[1]
        else:
            p = Chances(rhythm, days).of(left)
            if at_reset:
                p = min(p, at_reset[1]) if days < at_reset[0] else max(p, at_reset[1])
        curve.append((days, max(p, curve[-1][1])))
        if p >= _QUANTILES[-1]:
            break
    found = [_rises_to(quantile, curve) for quantile in _QUANTILES]
    first, middle, last = (None if days is None else usage.now + days * DAY for days in found)
    return first, middle, last


def _rises_to(p: float, curve: list[tuple[float, float]]) -> float | None:
    for (before, low), (after, high) in pairwise(curve):
        if high >= p:
            return before + (after - before) * (p - low) / (high - low)
    return None


def _reached_at(usage: Usage, left: float) -> float:
    """The first reading that was beyond the limit; ``left`` is 0 or less."""
    when, target = usage.now, usage.total[-1] + left
    for at, total in zip(reversed(usage.times), reversed(usage.total), strict=True):
        if total < target or (usage.started_at is not None and at < usage.started_at):
            break
        when = at
    return when

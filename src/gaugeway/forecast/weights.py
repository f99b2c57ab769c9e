"""The few numbers that were fitted: what the things that speak for use count, by how far one looks ahead.

Fitted by logistic regression on people, made up and real, and windows of all lengths, with the signs held so
that more is never likelier than less. docs/forecast.md says how; `make backtest` says how well they do.
"""

from bisect import bisect_right
from math import log, log1p
from typing import NamedTuple

# Days ahead that the columns below stand for; between them they are interpolated on the logarithm.
_KNOTS = tuple(log(days) for days in (0.1, 0.75, 4.0, 20.0))

_BIAS = (0.653, 0.081, -0.086, -0.052)  # all else being equal
_SINCE = (-0.473, -0.223, -0.082, 0.197)  # log(1 + 8 days since the last use)
_SHORT = (-0.515, 0.222, 0.232, -0.298)  # how short the history is: 1 without any, to 0
_HOURS = (0.080, 0.020, 0.108, 0.005)  # use in the last hours, compared with what is asked for
_DAYS = (0.070, 0.092, 0.242, 0.413)  # in the last days; counts the more, the longer the history
_WEEKS = (0.000, 0.000, 0.000, 0.426)  # in the last weeks
_EARLIER = (0.624, 0.495, 0.149, 0.122)  # what followed on earlier moments that were like this one
# More of that without a history, with and without any use in it: not fitted, so that tails end somewhere.
_AT_FIRST, _UNSEEN = 0.5, 1.0


class Weights(NamedTuple):
    """``fixed`` is what does not depend on the amount; for the others see :meth:`Chances.of`."""

    fixed: float
    hours: float
    days: float
    weeks: float
    earlier: float


def weights_at(ahead: float, *, since: float, span: float, unseen: bool) -> Weights:
    """``ahead``, ``since`` (the last use), ``span`` (of the history): in days. ``unseen``: no use yet."""
    at = min(max(log(ahead), _KNOTS[0]), _KNOTS[-1])
    left = min(bisect_right(_KNOTS, at), len(_KNOTS) - 1) - 1
    share = (at - _KNOTS[left]) / (_KNOTS[left + 1] - _KNOTS[left])

    def value(row: tuple[float, ...]) -> float:
        return row[left] * (1 - share) + row[left + 1] * share

    short = 1 / (1 + span / 7)
    first = _UNSEEN if unseen else _AT_FIRST
    return Weights(
        fixed=value(_BIAS) + value(_SINCE) * log1p(8 * since) + value(_SHORT) * short,
        hours=value(_HOURS),
        days=value(_DAYS) * log1p(span / max(ahead, 0.5)) + first * short**2,
        weeks=value(_WEEKS),
        earlier=value(_EARLIER) * (1 - short),
    )

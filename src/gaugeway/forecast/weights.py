"""The few numbers that were fitted: what the things that speak for use count, by how far one looks ahead.

Fitted by logistic regression on many people and windows of all lengths, with ridge, and with the signs held
so that more is never likelier than less. `docs/forecast.md` says how; `make backtest` says how well they do.
"""

from bisect import bisect_right
from math import log, log1p
from typing import NamedTuple

# Days ahead that the columns below stand for; between them they are interpolated on the logarithm.
_KNOTS = tuple(log(days) for days in (0.1, 0.75, 4.0, 20.0))

_BIAS = (0.621, 0.422, -0.230, -0.429)  # all else being equal
_SINCE = (-0.306, -0.264, -0.043, 0.222)  # the logarithm of the time since the last use
_SHORT = (-1.503, -0.629, 0.417, -0.076)  # how short the history is
# Use lately, one row for each memory, compared with the use that is asked for.
_LATELY = (
    (0.160, 0.126, 0.214, 0.000),
    (0.000, 0.000, 0.000, 0.000),
    (0.000, 0.000, 0.000, 0.628),
)
# How much more the two slower ones count where the history is long.
_PROVEN = (
    (0.000, 0.000, 0.154, 0.203),
    (0.000, 0.000, 0.000, 0.321),
)
# What followed on earlier moments: all of them, and those that were like this one.
_EARLIER = (
    (0.320, 0.665, 0.275, 0.180),
    (0.717, 0.238, 0.164, 0.000),
)


class Weights(NamedTuple):
    """``fixed`` is what does not depend on the amount."""

    fixed: float
    lately: list[float]
    earlier: list[float]


def weights_at(ahead: float, *, since: float, span: float) -> Weights:
    """``ahead``, ``since`` (the last use) and ``span`` (of the history) are in days."""
    at = min(max(log(ahead), _KNOTS[0]), _KNOTS[-1])
    left = min(bisect_right(_KNOTS, at), len(_KNOTS) - 1) - 1
    share = (at - _KNOTS[left]) / (_KNOTS[left + 1] - _KNOTS[left])

    def value(row: tuple[float, ...]) -> float:
        return row[left] * (1 - share) + row[left + 1] * share

    short = 1 / (1 + span / 7)
    proven = log1p(span / max(ahead, 0.5))
    first, *slower = (value(row) for row in _LATELY)
    return Weights(
        fixed=value(_BIAS) + value(_SINCE) * log1p(8 * since) + value(_SHORT) * short,
        lately=[first, *(one + value(row) * proven for one, row in zip(slower, _PROVEN, strict=True))],
        earlier=[value(row) * (1 - short) for row in _EARLIER],
    )

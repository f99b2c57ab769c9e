"""What the weekday does to use, and how far use departs from what would be expected of the day."""

from math import exp
from typing import NamedTuple

_MEMORY = 25.0  # days after which what was used counts 1/e
_DOUBT = 1.0  # a weekday is taken to be like its kind until it was seen more often than that, and so on
_WORKDAYS = 5


class Season(NamedTuple):
    """``factor``: use compared with a mean day's. ``variance``: of use divided by what was expected, summed
    with weights that sum up to ``weight``.
    """

    factor: float
    variance: float
    weight: float


def level_of(daily: list[float], otherwise: float) -> float:
    """Use per day of late; ``daily`` is latest first. Without any, ``otherwise``."""
    fade, weight = exp(-1 / _MEMORY), 1.0
    used, seen = otherwise, 1.0
    for amount in daily:
        used += weight * amount
        seen += weight
        weight *= fade
    return used / seen


def season_of(amounts: list[float], *, first: int, weekday: int, mean: float) -> Season:
    """``amounts``: what was used after moments ``first``, ``first + 1``, ... days ago, at this time of day.

    ``weekday``: today's, Monday is 0. ``mean``: what would be used after any moment, above 0.
    """
    fade = exp(-1 / _MEMORY)
    start = fade**first
    weights, sums = [0.0] * 7, [0.0] * 7
    weight, day = start, (weekday - first) % 7
    for amount in amounts:
        weights[day] += weight
        sums[day] += weight * amount
        weight *= fade
        day = day - 1 if day else 6
    whole = _towards(sum(sums), sum(weights), mean)
    kinds = [
        _towards(sum(sums[days]), sum(weights[days]), whole)
        for days in (slice(0, _WORKDAYS), slice(_WORKDAYS, 7))
    ]
    expected = [_towards(sums[day], weights[day], kinds[day >= _WORKDAYS]) for day in range(7)]
    variance, weight, day = 0.0, start, (weekday - first) % 7
    for amount in amounts:
        variance += weight * (amount / expected[day] - 1) ** 2
        weight *= fade
        day = day - 1 if day else 6
    return Season(expected[weekday] / mean, variance, sum(weights))


def _towards(total: float, weight: float, otherwise: float) -> float:
    return (total + _DOUBT * otherwise) / (weight + _DOUBT)

"""What is known of somebody's use at a moment: how much lately, and which earlier moments were like it."""

from bisect import bisect_right
from itertools import pairwise
from math import exp, expm1, log, log1p

from gaugeway.forecast.season import level_of, season_of
from gaugeway.forecast.usage import Usage
from gaugeway.forecast.windows import DAY

MEMORIES = (0.25, 3.0, 14.0)  # what was used lately, in averages that forget within so many days
_DAYS = 120  # earlier moments that are compared: more cost time and, being old, say little
_PRIOR_DAYS = 0.5  # for how long the use that the limit suggests is taken as seen
_RECENCY = 60.0  # days after which an earlier moment counts 1/e
_VARIANCE, _DAYS_OF_IT = 1.5, 3.0  # of a day's use, relative to the mean, as if seen on so many days
_LIKE = 2.0  # how far apart, in logarithms, two moments are that differ by one standard deviation
_LITTLE = 0.05  # of a day's use: less than that is as good as nothing
_LONG_AGO = 60.0  # days since the last use, where none was seen
_SESSION = 3 / 24
_SMALLEST = 1e-200  # of the greatest amount: less is nothing, and would underflow


class Rhythm:
    """Amounts are in the counter's unit, times in days. ``presumed``: use per day that the limit suggests.

    Earlier moments are whole days before ``now``: their hour is the same in every time zone, and a change to
    or from daylight saving time is noise.
    """

    def __init__(self, usage: Usage, presumed: float) -> None:
        times, total, now = usage.times, usage.total, usage.now
        self.usage = usage
        self.span = (now - times[0]) / DAY
        known = self.span + _PRIOR_DAYS
        observed = total[-1] / known
        self.observed = observed if observed > _SMALLEST else 0.0
        self.per_day = max((total[-1] + presumed * _PRIOR_DAYS) / known, _SMALLEST)
        self.days = days = min(int(self.span + 0.01), _DAYS)
        moments = [now - day * DAY for day in range(days + 1)]
        last = [bisect_right(times, moment) - 1 for moment in moments]
        self.sums = [total[max(index, 0)] for index in last]
        self.since = [
            min((moment - times[index]) / DAY, _LONG_AGO) if index >= 0 else _LONG_AGO
            for moment, index in zip(moments, last, strict=True)
        ]
        self.rates = [self._rate(memory) for memory in MEMORIES]
        self.weekday = int(now // DAY + 3) % 7
        self.likeness = self._likeness(moments)
        # The level of late, and the variance of single days around it, relative to it.
        daily = [later - earlier for later, earlier in pairwise(self.sums)]
        self.level = level_of(daily, self.observed)
        self.variance = _VARIANCE
        if self.observed > 0:
            _, variance, weight = season_of(daily, first=1, weekday=self.weekday, mean=self.level)
            self.variance = (variance + _DAYS_OF_IT * _VARIANCE) / (weight + _DAYS_OF_IT)

    def _rate(self, memory: float) -> float:
        """Use per day, recent use counting more."""
        times, total, now = self.usage.times, self.usage.total, self.usage.now
        seen = 0.0
        if memory < 1:
            for index in range(max(bisect_right(times, now - 10 * memory * DAY), 1), len(times)):
                seen += (total[index] - total[index - 1]) * exp((times[index] - now) / DAY / memory)
        else:
            fade = exp(-1 / memory)
            weight = fade**0.5
            for later, earlier in pairwise(self.sums):
                seen += weight * (later - earlier)
                weight *= fade
            seen += weight * self.sums[-1]
        return seen / (memory * -expm1(-max(self.span, _SESSION) / memory))

    def _likeness(self, moments: list[float]) -> list[float]:
        """A weight for each earlier moment, from a day ago on: how like now it was, and how long ago."""
        if self.observed <= 0:
            return [1.0] * self.days
        scale, until = 1 / self.observed, self.usage.until
        sums, days = self.sums, self.days
        padded = sums + [0.0] * 28
        states = [
            (
                log1p(self.since[day] * 96),
                log((sums[day] - until(moments[day] - _SESSION * DAY)) * scale + _LITTLE),
                log((sums[day] - padded[day + 1]) * scale + _LITTLE),
                log((sums[day] - padded[day + 7]) * scale + _LITTLE),
                log((sums[day] - padded[day + 28]) * scale + _LITTLE),
            )
            for day in range(days + 1)
        ]
        a, b, c, d, e = states[0]
        factor = -0.5 / _LIKE**2
        return [
            exp(
                factor * ((v - a) ** 2 + (w - b) ** 2 + (x - c) ** 2 + (y - d) ** 2 + (z - e) ** 2)
                - day / _RECENCY
            )
            for day, (v, w, x, y, z) in enumerate(states[1:], 1)
        ]

    def followed(self, ahead: float) -> tuple[int, list[float]]:
        """What was used in the ``ahead`` days after each earlier moment; the first is so many days ago."""
        first = max(1, -int(-(ahead - 1e-9) // 1))
        until, now, sums = self.usage.until, self.usage.now, self.sums
        return first, [until(now - (day - ahead) * DAY) - sums[day] for day in range(first, self.days + 1)]

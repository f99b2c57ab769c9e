"""How likely it is that at least so much is used within so many days."""

from math import exp, log, log1p, sqrt, tanh

from gaugeway.forecast.rhythm import Rhythm
from gaugeway.forecast.season import season_of
from gaugeway.forecast.weights import weights_at

_WEEKDAY = 1.5  # how much an earlier moment counts less on another kind of day, in logarithms
_OTHER_DAY = 0.35  # of that: on another weekday of the same kind (working day, weekend)
_KERNEL = 0.05, 0.25  # an earlier amount stands for those around it: at least, and with the spread of use
_DOUBT = 0.5  # so many earlier moments are outweighed by the usual use
_FAR = 4.0  # standard deviations beyond that say no more
_FLOOR = 0.2  # of a day's use is added to what is asked for: below, being used at all is what counts
_SAFE = 0.1  # as much of the long-run use in each average of late
_PRIOR_SEEN = 2.0  # as many windows of this length without overlap weigh as much as what days tell of spread
_DECAY = 0.4  # of the variance with the length of the window: days are not independent, else it were 1
_LEAST_VARIANCE, _UNPROVEN = 0.03, 0.1
_SURE = 1e-5


def logit(p: float) -> float:
    p = min(max(p, _SURE), 1 - _SURE)
    return log(p / (1 - p))


def expit(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


class Chances:
    """The distribution of what is used in ``ahead`` days, above 0."""

    def __init__(self, rhythm: Rhythm, ahead: float) -> None:
        self.rhythm = rhythm
        self.ahead = ahead
        self.weights = weights_at(ahead, since=rhythm.since[0], span=rhythm.span, unseen=not rhythm.observed)
        first, amounts = rhythm.followed(ahead)
        self.factor, self.variance = 1.0, rhythm.variance / ahead**_DECAY
        if rhythm.observed > 0:
            season = season_of(amounts, first=first, weekday=rhythm.weekday, mean=rhythm.level * ahead)
            alone = 1 / max(1.0, ahead)  # moments a day apart tell of the same days, if one looks further
            self.factor = season.factor
            self.variance = (season.variance * alone + _PRIOR_SEEN * self.variance) / (
                season.weight * alone + _PRIOR_SEEN
            )
        unproven = _UNPROVEN * ahead / (rhythm.span + ahead + 1)
        self.spread = sqrt(log1p(self.variance) + _LEAST_VARIANCE + unproven)
        self.kernel = _KERNEL[0] + _KERNEL[1] * min(1.0, self.spread)
        self._remember(first, amounts)

    def _remember(self, first: int, amounts: list[float]) -> None:
        """Weighs the earlier moments: how like now they were, how long ago, and by the kind of day."""
        rhythm, weekday, kernel = self.rhythm, self.rhythm.weekday, self.kernel
        less = _WEEKDAY / (1 + (self.ahead / 2) ** 2)  # within a week or more, all kinds of days follow
        by_day = [
            exp(
                -less * (0 if back == 0 else _OTHER_DAY if ((weekday - back) % 7 > 4) == (weekday > 4) else 1)
            )
            for back in range(7)
        ]
        examples: list[tuple[float, float]] = []
        seen, day = _DOUBT, first
        for amount, like in zip(amounts, rhythm.likeness[first - 1 :], strict=True):
            weight = like * by_day[day % 7]
            seen += weight
            if amount > 0:
                examples.append((log(amount) / kernel, weight))
            day += 1
        self.seen, self.examples = seen, examples

    @property
    def typical(self) -> float:
        """About what is used in that time: a scale, no more."""
        rhythm = self.rhythm
        return max(rhythm.per_day, 0.3 * rhythm.rates[1], 0.3 * rhythm.rates[2]) * max(self.ahead, 0.3)

    def of(self, amount: float) -> float:
        """The probability, 0 to 1, that ``amount`` (above 0) or more is used. Never rises with it.

        What speaks for it: use in the last hours, days and weeks, and what followed on earlier moments.
        """
        rhythm, weights = self.rhythm, self.weights
        per_day, unit = rhythm.per_day, _FAR * self.spread
        need = (amount / self.factor + _FLOOR * min(1.0, self.variance) * per_day) / self.ahead
        hours, days, weeks = (
            _FAR * tanh((log((rate + _SAFE * per_day) / (1 + _SAFE)) - log(need)) / unit)
            for rate in rhythm.rates
        )
        usual = 0.3 * rhythm.rates[1] + 0.5 * rhythm.rates[2] + 0.2 * per_day
        earlier = _DOUBT * expit(1.7 * (log(usual) - log(need)) / self.spread)
        at = log(amount) / self.kernel
        for example, weight in self.examples:
            below = at - example
            if below < 40:  # beyond that it is none of it, and exp would overflow
                earlier += weight / (1 + exp(below))
        return expit(
            weights.fixed
            + weights.hours * hours
            + weights.days * days
            + weights.weeks * weeks
            + weights.earlier * logit(earlier / self.seen)
        )

"""How likely it is that at least so much is used within so many days."""

from math import exp, log, tanh

from gaugeway.forecast.rhythm import Rhythm
from gaugeway.forecast.weights import weights_at
from gaugeway.forecast.windows import DAY

_RECENCY = (
    25.0,
    60.0,
)  # days after which an earlier moment counts 1/e: where likeness does not count, where it does
_WEEKDAY = (3.0, 1.5)  # how much another kind of day counts less, in logarithms
_OTHER_DAY = 0.35  # of that: another weekday of the same kind (working day, weekend)
_KERNEL = 0.25  # each earlier amount stands for amounts around it: a logistic kernel on logarithms
_DOUBT = 0.5  # so many earlier moments are outweighed by the average use
_FAR = 4.0  # logarithms beyond that say no more
_FLOOR = 0.2  # of a day's use is added to what is asked for: below, being used at all is what counts
_SURE = 1e-5


def logit(p: float) -> float:
    p = min(max(p, _SURE), 1 - _SURE)
    return log(p / (1 - p))


def expit(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


class Chances:
    """The distribution of what is used in ``ahead`` days."""

    def __init__(self, rhythm: Rhythm, ahead: float) -> None:
        self.rhythm = rhythm
        self.ahead = ahead
        first, amounts = rhythm.followed(ahead)
        weekday = int(rhythm.usage.now // DAY + 3) % 7
        dilution = 1 + (ahead / 2) ** 2
        plain, like = [], []
        for day, likeness in enumerate(rhythm.likeness[first - 1 :], first):
            other = 0.0 if day % 7 == 0 else _OTHER_DAY if ((weekday - day) % 7 > 4) == (weekday > 4) else 1.0
            plain.append(exp(-day / _RECENCY[0] - _WEEKDAY[0] * other / dilution))
            like.append(exp(-day / _RECENCY[1] - _WEEKDAY[1] * other / dilution + likeness))
        self.weight = sum(plain) + _DOUBT, sum(like) + _DOUBT
        self.examples = [
            (log(amount) / _KERNEL, a, b)
            for amount, a, b in zip(amounts, plain, like, strict=True)
            if amount > 0
        ]
        self.weights = weights_at(ahead, since=rhythm.since[0], span=rhythm.span)

    @property
    def typical(self) -> float:
        """About what is used in that time: a scale, no more."""
        rhythm = self.rhythm
        return max(rhythm.per_day, 0.3 * rhythm.rates[1], 0.3 * rhythm.rates[2]) * max(self.ahead, 0.3)

    def of(self, amount: float) -> float:
        """The probability, 0 to 1, that ``amount`` (above 0) or more is used. Falls as it grows."""
        lately, earlier = self.terms(amount)
        weights = self.weights
        return expit(
            weights.fixed
            + sum(weight * term for weight, term in zip(weights.lately, lately, strict=True))
            + sum(weight * term for weight, term in zip(weights.earlier, earlier, strict=True))
        )

    def terms(self, amount: float) -> tuple[list[float], list[float]]:
        """What speaks for using ``amount`` or more: lately's use compared with it, and earlier moments."""
        rhythm = self.rhythm
        need = (amount + _FLOOR * rhythm.per_day) / self.ahead
        lately = [_FAR * tanh(log((rate + 0.1 * rhythm.per_day) / need) / _FAR) for rate in rhythm.rates]
        usual = 0.3 * rhythm.rates[1] + 0.5 * rhythm.rates[2] + 0.2 * rhythm.per_day
        prior = expit(1.2 * log(usual / need))
        at = log(amount) / _KERNEL
        plain = like = _DOUBT * prior
        for example, a, b in self.examples:
            above = expit(example - at)
            plain += a * above
            like += b * above
        return lately, [logit(plain / self.weight[0]), logit(like / self.weight[1])]

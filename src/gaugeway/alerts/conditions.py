"""How far a rule's condition is met.

It is a rank: 0 for not at all; a level has three (low, critical, exhausted), every other condition one. Each
function gives a pair: the rank by the rule's own threshold, which raises, and the rank by a threshold with a
margin, which must be left behind before anything counts as over. So a number that trembles at a threshold
crosses it once. None: nothing is known of it just now, and whatever was raised stays as it was.
"""

from collections.abc import Sequence
from decimal import Decimal

from gaugeway.alerts.observation import Observation
from gaugeway.amounts import EXACT
from gaugeway.readings import Forecast, Level, Meter, Thresholds, level_of
from gaugeway.sources.alerting import Rule

Ranks = tuple[int, int] | None

EXHAUSTED = 3
LEVELS: tuple[Level, ...] = ("ok", "low", "critical", "exhausted")
OVER: Ranks = (0, 0)

_ONE = Decimal(1)
_MARGIN = Decimal("1.1")  # a tenth of the threshold; of percent at least one point
_LESS_LIKELY = Decimal("0.1")


def may_alert(meter: Meter) -> bool:
    """Whether it is a limit that one runs into once per window: not one per minute, no mere advice. One that
    is unlimited may have had a limit before (OpenRouter's is spend from then on, under the same id).
    """
    if meter.expired or meter.advisory:
        return False
    return meter.unlimited or meter.kind not in {"spend", "rate_limit"}


def meter_ranks(
    rule: Rule, meter: Meter, meters: Sequence[Meter], thresholds: Thresholds, forecast: Forecast | None
) -> Ranks:
    """``meters``: all of the reading; other balances may still pay."""
    if meter.unlimited:
        return OVER
    if rule.kind == "level":
        return OVER if _others_pay(meter, meters) else _level(rule, meter, thresholds)
    if rule.kind == "percent":
        percent = meter.percent_remaining
        if percent is None:
            return (1, 1) if level_of(meter, thresholds) == "exhausted" else None
        return _below(percent, rule.threshold, _ONE)
    if rule.kind == "amount":
        if meter.remaining is None or not _in_unit(meter, rule.unit):
            return None
        return _below(meter.remaining, rule.threshold)
    if forecast is None or forecast.p_runout is None or level_of(meter, thresholds) == "exhausted":
        return None  # what is used up needs no prophet
    least = rule.threshold - min(_LESS_LIKELY, rule.threshold / 2)
    return int(forecast.p_runout >= rule.threshold), int(forecast.p_runout >= least)


def stale_ranks(rule: Rule, seen: Observation) -> Ranks:
    """A gateway that can't be read, whose last reading is old."""
    if seen.reading is not None:
        return OVER
    if seen.observed_at is None or seen.at - seen.observed_at < rule.threshold:
        return None
    return 1, 1


def key_ranks(rule: Rule, seen: Observation) -> Ranks:
    """A key that is about to expire."""
    if seen.reading is None:
        return None
    end = seen.reading.key.expires_at
    if end is None:
        return OVER
    left = end.timestamp() - seen.at
    return int(left < rule.threshold), int(left < rule.threshold * _MARGIN)


def _level(rule: Rule, meter: Meter, thresholds: Thresholds) -> Ranks:
    level = level_of(meter, thresholds)
    if level not in LEVELS:
        return None
    widened = LEVELS.index(level_of(meter, _widened(thresholds)))
    percent = meter.percent_remaining
    if percent is not None and percent < _ONE:
        widened = EXHAUSTED
    least = LEVELS.index(rule.least)
    up, down = (rank if rank >= least else 0 for rank in (LEVELS.index(level), widened))
    return up, down


def _widened(by: Thresholds) -> Thresholds:
    return Thresholds(
        low=_wider(by.low, _ONE),
        critical=_wider(by.critical, _ONE),
        low_amount=by.low_amount and _wider(by.low_amount),
        critical_amount=by.critical_amount and _wider(by.critical_amount),
    )


def _wider(threshold: Decimal, least: Decimal = Decimal()) -> Decimal:
    return max(EXACT.multiply(threshold, _MARGIN), threshold + least)


def _others_pay(meter: Meter, meters: Sequence[Meter]) -> bool:
    """A balance in one currency is no worry while another one has something."""
    return meter.kind == "balance" and any(
        other.kind == "balance"
        and other.unit != meter.unit
        and other.remaining is not None
        and other.remaining > 0
        for other in meters
    )


def _in_unit(meter: Meter, unit: str | None) -> bool:
    if unit is not None:
        return meter.unit == unit
    return len(meter.unit) == 3 and meter.unit.isascii() and meter.unit.isalpha() and meter.unit.isupper()


def _below(left: Decimal, threshold: Decimal, least: Decimal = Decimal()) -> tuple[int, int]:
    return int(left < threshold), int(left < _wider(threshold, least))

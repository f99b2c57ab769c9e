"""How worried to be about one meter, at one moment."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from gaugeway.readings.meter import Meter, Window

Level = Literal["ok", "low", "critical", "exhausted", "unlimited", "unknown"]


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Where low and critical begin: percent left, and amounts left (in the meter's unit) without a limit."""

    low: Decimal = Decimal(20)
    critical: Decimal = Decimal(5)
    low_amount: Decimal | None = None
    critical_amount: Decimal | None = None


DEFAULT_THRESHOLDS = Thresholds()


def as_of(meter: Meter, now: datetime) -> Meter:
    """The meter as it may be shown at ``now``: after its reset passed, its old numbers say nothing."""
    resets_at = meter.window.resets_at
    if resets_at is None or now < resets_at:
        return meter
    return msgspec.structs.replace(
        meter,
        used=None,
        remaining=None,
        percent_remaining=None,
        derived=(),
        window=Window(length=meter.window.length),
        expired=True,
    )


def level_of(meter: Meter, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Level:
    """The level of a meter that went through :func:`as_of`. Decided on exact numbers, never rounded ones."""
    if meter.expired:
        return "unknown"
    if meter.unlimited:
        return "unlimited"
    percent, remaining = meter.percent_remaining, meter.remaining
    if (
        (remaining is not None and remaining <= 0)
        or (percent is not None and percent <= 0)
        or (meter.limit is not None and meter.limit <= 0)
    ):
        return "exhausted"
    if percent is not None:
        return _below(percent, thresholds.critical, thresholds.low)
    if remaining is not None:
        return _below(remaining, thresholds.critical_amount, thresholds.low_amount)
    return "unknown"


def _below(value: Decimal, critical: Decimal | None, low: Decimal | None) -> Level:
    if critical is not None and value < critical:
        return "critical"
    return "low" if low is not None and value < low else "ok"

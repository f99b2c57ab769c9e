"""How worried to be about one meter, at one moment."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from gaugeway.readings import judging
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
    return judging.level(meter, thresholds)

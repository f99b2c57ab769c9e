"""Which meter will stop the user first, and what that says of the whole gateway."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds, level_of
from gaugeway.readings.meter import SCOPES, Meter

_NEVER = datetime.max.replace(tzinfo=UTC)


class Verdict(msgspec.Struct, frozen=True):
    """The gateway's level, and its binding meter where one can be named."""

    level: Level
    binding: Meter | None


def judge(
    meters: Sequence[Meter],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    model: str | None = None,
    unread: bool = False,
) -> Verdict:
    """Judge meters that went through :func:`~gaugeway.readings.level.as_of`.

    ``model``: the model that is asked for; meters of other models do not bind. ``unread``: a scope that
    may bind could not be read, so nothing better than what was seen to be bad can be promised.
    """

    def level(meter: Meter) -> Level:
        return level_of(meter, thresholds)

    binding = _binding(meters, level, model)
    if binding is not None:
        overall = level(binding)
    elif any(meter.unlimited for meter in meters) and all(m.unlimited or m.advisory for m in meters):
        overall = "unlimited"
    else:
        overall = "unknown"
    if unread and overall in {"ok", "unlimited"}:
        overall = "unknown"
    return Verdict(overall, binding)


def _binding(meters: Sequence[Meter], level: Callable[[Meter], Level], model: str | None) -> Meter | None:
    candidates = [meter for meter in meters if _may_bind(meter, model)]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    # A limit per minute binds only where nothing else may.
    candidates = [meter for meter in candidates if meter.kind != "rate_limit"] or candidates
    balances = [meter for meter in candidates if meter.kind == "balance"]
    if len({meter.unit for meter in balances}) > 1 and any(level(meter) != "exhausted" for meter in balances):
        # Another currency still pays; and amounts of two currencies can't be ordered.
        candidates = [meter for meter in candidates if meter.kind != "balance"]
    return min(candidates, key=lambda meter: _order(meter, level(meter)), default=None)


def _may_bind(meter: Meter, model: str | None) -> bool:
    return not (
        meter.unlimited
        or meter.expired
        or meter.advisory
        or meter.kind == "spend"
        or (meter.model is not None and meter.model != model)
    )


def _order(meter: Meter, level: Level) -> tuple[bool, bool, Decimal, float, int, str]:
    percent = meter.percent_remaining
    resets_at = meter.window.resets_at or _NEVER  # a limit that never resets stops the user longest
    return (
        level != "exhausted",
        percent is None,
        percent if percent is not None else Decimal(0),
        -resets_at.timestamp(),
        SCOPES.index(meter.scope),
        meter.id,
    )

"""Which meter will stop the user first, and what that says of the whole gateway."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds, level_of
from gaugeway.readings.meter import SCOPES, Meter

_Judged = tuple[Meter, Level]
_NEVER = datetime.max.replace(tzinfo=UTC)


class Verdict(msgspec.Struct, frozen=True):
    """The gateway's level, its binding meter where one can be named, and the level of each meter in order."""

    level: Level
    binding: Meter | None
    levels: tuple[Level, ...]


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
    levels = tuple([level_of(meter, thresholds) for meter in meters])
    bound = _binding(list(zip(meters, levels, strict=True)), model)
    overall: Level = "unknown"
    if bound is not None:
        overall = bound[1]
    elif "unlimited" in levels and all(meter.unlimited or meter.advisory for meter in meters):
        overall = "unlimited"
    if unread and overall in {"ok", "unlimited"}:
        overall = "unknown"
    return Verdict(overall, None if bound is None else bound[0], levels)


def _binding(meters: Sequence[_Judged], model: str | None) -> _Judged | None:
    candidates = [one for one in meters if _may_bind(one[0], model)]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    # A limit per minute binds only where nothing else may.
    candidates = [one for one in candidates if one[0].kind != "rate_limit"] or candidates
    balances = [one for one in candidates if one[0].kind == "balance"]
    if len({meter.unit for meter, _ in balances}) > 1 and any(level != "exhausted" for _, level in balances):
        # Another currency still pays; and amounts of two currencies can't be ordered.
        candidates = [one for one in candidates if one[0].kind != "balance"]
    return min(candidates, key=_order, default=None)


def _may_bind(meter: Meter, model: str | None) -> bool:
    return not (
        meter.unlimited
        or meter.expired
        or meter.advisory
        or meter.kind == "spend"
        or (meter.model is not None and meter.model != model)
    )


def _order(judged: _Judged) -> tuple[bool, bool, Decimal, float, int, str]:
    meter, level = judged
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

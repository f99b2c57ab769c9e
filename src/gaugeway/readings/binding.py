"""Which meter will stop the user first, and what that says of the whole gateway."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds, level_of
from gaugeway.readings.meter import SCOPES, Meter

_Judged = tuple[Meter, Level]
_ZERO = Decimal(0)
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
    urgencies = [_urgency(*one) for one in candidates]
    first = min(urgencies, default=None)
    tied = [one for one, urgency in zip(candidates, urgencies, strict=True) if urgency == first]
    return min(tied, key=_precedence) if len(tied) > 1 else next(iter(tied), None)


def _may_bind(meter: Meter, model: str | None) -> bool:
    return not (
        meter.unlimited
        or meter.expired
        or meter.advisory
        or meter.kind == "spend"
        or (meter.model is not None and meter.model != model)
    )


def _urgency(meter: Meter, level: Level) -> tuple[bool, bool, Decimal]:
    """The exhausted first, then by smaller percent, those without percent last."""
    percent = meter.percent_remaining
    return level != "exhausted", percent is None, _ZERO if percent is None else percent


def _precedence(judged: _Judged) -> tuple[float, int, str]:
    """Of equally urgent ones: the later reset, the narrower scope, the id."""
    meter, _ = judged
    resets_at = meter.window.resets_at or _NEVER  # a limit that never resets stops the user longest
    return -resets_at.timestamp(), SCOPES.index(meter.scope), meter.id

"""Levels and the binding meter: the rules, for anything that has a meter's attributes.

Amounts need only be comparable with each other and with 0, so that a status line, which can't afford Decimal
on every prompt, decides as everybody does. Nothing is imported.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from gaugeway.readings.level import Level

    Judged = tuple[Any, Level]

# Narrowest first: of two meters that bind alike, the narrower one is named.
SCOPES = ("model", "key", "member", "user", "team", "organization", "account", "gateway")


def level(meter: "Any", thresholds: "Any") -> "Level":
    """The level of a meter as of now. Decided on exact numbers, never rounded ones."""
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


def _below(value: "Any", critical: "Any", low: "Any") -> "Level":
    if critical is not None and value < critical:
        return "critical"
    return "low" if low is not None and value < low else "ok"


def overall(
    meters: "Iterable[Any]", levels: "Sequence[Level]", bound: "Judged | None", *, unread: bool
) -> "Level":
    """The gateway's level. ``unread``: a scope that may bind could not be read, so nothing better than what
    was seen to be bad can be promised.
    """
    found: Level = "unknown"
    if bound is not None:
        found = bound[1]
    elif "unlimited" in levels and all(meter.unlimited or meter.advisory for meter in meters):
        found = "unlimited"
    return "unknown" if unread and found in {"ok", "unlimited"} else found


def contenders(meters: "Iterable[Any]", levels: "Iterable[Level]", model: str | None) -> "list[Judged]":
    """The meters that may stop the user now, each with its level: a limit per minute only where nothing else
    may, and a balance not while another currency still pays.
    """
    found = [one for one in zip(meters, levels, strict=True) if _may_bind(one[0], model)]
    if len(found) < 2:
        return found
    kinds = {meter.kind for meter, _ in found}
    if "rate_limit" in kinds and len(kinds) > 1:
        found = [one for one in found if one[0].kind != "rate_limit"]
    if "balance" in kinds:
        balances = [one for one in found if one[0].kind == "balance"]
        if len({meter.unit for meter, _ in balances}) > 1 and any(one != "exhausted" for _, one in balances):
            # amounts of two currencies have no order
            found = [one for one in found if one[0].kind != "balance"]
    return found


def first(found: "Sequence[Judged]") -> "Judged | None":
    """The contender that stops the user first."""
    if len(found) < 2:
        return found[0] if found else None
    urgencies = [_urgency(*one) for one in found]
    most = min(urgencies)
    if urgencies.count(most) == 1:
        return found[urgencies.index(most)]
    tied = [one for one, urgency in zip(found, urgencies, strict=True) if urgency == most]
    # The latest reset (what never resets stops the user longest), then the narrower scope, then the id.
    tied.sort(key=lambda one: (SCOPES.index(one[0].scope), one[0].id))
    return max(tied, key=lambda one: (one[0].window.resets_at is None, one[0].window.resets_at or 0))


def _may_bind(meter: "Any", model: str | None) -> bool:
    return not (
        meter.unlimited
        or meter.expired
        or meter.advisory
        or meter.kind == "spend"
        or (meter.model is not None and meter.model != model)
    )


def _urgency(meter: "Any", its_level: "Level") -> "tuple[bool, bool, Any]":
    """The exhausted first, then by smaller percent, those without percent last."""
    percent = meter.percent_remaining
    return its_level != "exhausted", percent is None, 0 if percent is None else percent

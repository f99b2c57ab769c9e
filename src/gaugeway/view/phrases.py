"""What is said of one meter: the words of an entry, from plain values.

Builtins alone, as in `words`: a status line says the same from a row of the store as the terminal does from
a view. Amounts and percentages are plain decimal texts, None where unknown; times are unix seconds.
"""

from gaugeway.view import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Parts = tuple[str, str, str]
NOTHING: Parts = ("", "", "")


def title(name: str, model: str | None) -> str:
    """The meter's name, with the model's where it does not say it."""
    return name if model is None or model in name else f"{model} {name}"


def percent(share: str | None, level: str, *, unlimited: bool) -> str:
    """``75%``, ``unlimited``, ``none left``; empty where nothing is known of it."""
    if unlimited:
        return "unlimited"
    if share is None:
        return "none left" if level == "exhausted" else ""
    if share == "0" and level != "exhausted":
        return "<1%"
    return words.percent_text(share)


def left(said: str, word: str = "left") -> str:
    """``75% left``; other words for a share say what they mean."""
    return f"{said} {word}" if said.lstrip("<>").removesuffix("%").isdecimal() else said


def amount(
    used: str | None,
    limit: str | None,
    remaining: str | None,
    unit: str,
    number: "Callable[[str, str], str]",
) -> Parts:
    """The used figure, the limit's and the unit; or one number alone, with what it is ("USD left")."""
    if used is not None and limit is not None:
        return number(used, unit), number(limit, unit), unit
    for value, word in ((remaining, "left"), (used, "used"), (limit, "allowed")):
        if value is not None:
            figure = number(value, unit)
            one = unit.removesuffix("s") if figure == "1" and unit.islower() else unit
            return figure, "", f"{one} {word}"
    return NOTHING


def amount_text(parts: Parts) -> str:
    figure, limit, unit = parts
    return f"{figure} of {limit} {unit}" if limit else f"{figure} {unit}".strip()


def state(*, expired: bool, reset_due: bool) -> str:
    """What stands in for a countdown, if something does."""
    return "window over" if expired else "reset due" if reset_due else ""


def brief(said: str) -> str:
    """A forecast without its interval: ``runs out Thu 15:00``; empty where it foresees too little."""
    return "" if said.startswith(words.NO_TELLING) else said.partition(" (")[0]


def dire(p_runout: float | None) -> bool:
    """Whether it will rather run out before its reset than last."""
    return p_runout is not None and p_runout > 0.5


def reset(said: str, resets_at: float | None, now: float) -> str:
    """``in 3 d 4 h``, or why there is no such time; empty where it is unknown."""
    return said or (words.countdown(resets_at - now) if resets_at is not None else "")


def resets(said: str, resets_at: float | None, now: float) -> str:
    """The same as words that stand for themselves: ``resets in 3 d 4 h``."""
    text = reset(said, resets_at, now)
    return f"resets {text}" if text and not said else text


def rank(meter: "Any", *, binding: bool) -> tuple[bool, bool, bool, bool]:
    """Sorts: the binding meter, the other finite ones, unlimited ones, then advisory ones and rate limits."""
    return not binding, meter.kind == "rate_limit", meter.advisory, meter.unlimited or meter.kind == "spend"


def minor(meter: "Any", *, binding: bool) -> bool:
    """Shown on request only: advisory, or a rate limit that does not bind."""
    return (meter.advisory or meter.kind == "rate_limit") and not binding

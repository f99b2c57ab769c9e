"""How long a limit's window is, in one canonical spelling."""

import re
from datetime import timedelta

_WINDOW = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d|mo|y|w|M)")
_WORDS = {
    "hourly": "1h", "daily": "1d", "weekly": "7d", "monthly": "1mo", "yearly": "1y", "lifetime": "lifetime",
    "second": "1s", "minute": "1m", "hour": "1h", "day": "1d", "week": "7d", "month": "1mo", "year": "1y",
}  # fmt: skip
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def window_of(text: str | None) -> str | None:
    """The canonical window, ``[1-9][0-9]*(s|m|h|d|mo|y)`` or ``lifetime``; None for None.

    The same length is the same window: 60s = 1m, 24h = daily = 1d, 1w = 168h = weekly = 7d, 1M = monthly
    = 1mo. ``30d`` and ``1mo`` stay apart, as the gateway says it. Raises ValueError for anything else.
    """
    if text is None:
        return None
    text = text.strip()
    if (word := _WORDS.get(text.lower())) is not None:
        return word
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f"not a window: {text!r} (5h, 1d, 30d, 1mo, lifetime)")
    count, unit = int(match[1]), match[2]
    if unit == "w":
        return f"{count * 7}d"
    if unit in {"M", "mo"}:
        return f"{count}mo"
    if unit == "y":
        return f"{count}y"
    return window_of_seconds(count * _SECONDS[unit])


def window_of_seconds(total: int) -> str:
    """The canonical window of so many seconds, in the largest unit that divides it. ``total`` > 0."""
    for unit in ("d", "h", "m"):
        if total % _SECONDS[unit] == 0:
            return f"{total // _SECONDS[unit]}{unit}"
    return f"{total}s"


def seconds_of(window: str | None) -> int | None:
    """How many seconds a canonical window lasts; None where that depends on the calendar or is unknown."""
    if window is None or window[-1] not in _SECONDS:
        return None
    return int(window[:-1]) * _SECONDS[window[-1]]


def span_of(text: str) -> timedelta:
    """A length of time as it is typed: ``90s``, ``30m``, ``2h``, ``7d``, ``4w``. Raises ValueError for
    anything else, also for what depends on the calendar.
    """
    seconds = seconds_of(window_of(text))
    if seconds is None:
        raise ValueError(f"not a length of time: {text!r} (90s, 30m, 2h, 7d)")
    return timedelta(seconds=seconds)

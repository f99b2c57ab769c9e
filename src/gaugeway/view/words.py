"""Words for numbers and times. Pure, and from what is built in: a status line can afford it on every prompt.

Amounts are text (``"37.65"``, plain notation) and are rounded as text: no float comes near them. Times are
seconds. What is shown is rounded; nothing is decided on it.
"""

from time import asctime, gmtime

# ISO 4217 currencies whose minor unit is not a hundredth.
_MINOR = {
    "BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "PYG": 0, "TND": 3,
    "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0,
}  # fmt: skip
_SUFFIXES = ((3, "k"), (6, "M"), (9, "B"), (12, "T"))
_EVERY = {
    "1m": ("per minute", "minute"),
    "1h": ("hourly", "hour"),
    "1d": ("daily", "day"),
    "7d": ("weekly", "week"),
    "1mo": ("monthly", "month"),
    "1y": ("yearly", "year"),
    "lifetime": ("lifetime", "lifetime"),
}
_LENGTHS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "mo": "month", "y": "year"}
_EIGHTHS = " ▏▎▍▌▋▊▉"
NO_TELLING = "no telling yet"  # how a forecast begins that foresees too little to be told in little room


class Zone:
    """Where the reader is: here UTC; a subclass knows how many seconds its clocks are ahead at a moment."""

    def offset(self, at: float) -> int:  # noqa: ARG002  (the same all year)
        return 0


def percent_text(percent: str) -> str:
    """``75%``; ``<1%`` and ``>99%`` rather than a wrong 0 or 100; ``over by 20%`` below zero."""
    if percent.startswith("-"):
        return f"over by {percent_text(percent[1:])}"
    if _whole(percent) == "" and percent.strip("0."):
        return "<1%"
    if _whole(percent) == "99" and percent.partition(".")[2].strip("0"):
        return ">99%"
    return f"{_scaled(percent, 0):,}%"


def figure(value: str, unit: str) -> str:
    """The number of an amount: thousands grouped, money to its minor unit, everything else to two places;
    always with two significant digits, so that a fraction of a cent is not erased.
    """
    places = _minor(unit)
    least = 0 if places is None else places
    places = 2 if places is None else places
    fraction = value.partition(".")[2]
    if _whole(value) == "":
        places = max(places, len(fraction) - len(fraction.lstrip("0")) + 2)
    return _pointed(_scaled(value, places), places, least)


def short_figure(value: str, unit: str) -> str:
    """The same in little room: three digits and ``k``, ``M``, ``B`` or ``T`` from 10,000 on."""
    digits = len(_whole(value))
    if digits < 5:
        return figure(value, unit)
    scaled = _scaled(value, 3 - digits)
    if abs(scaled) == 1000:  # 999,950 is 1M, not 1000k
        scaled, digits = scaled // 10, digits + 1
    exponent, suffix = next((pair for pair in _SUFFIXES if digits <= pair[0] + 3), _SUFFIXES[-1])
    places = exponent + 3 - digits
    if places < 0:
        scaled, places = scaled * 10**-places, 0
    return _pointed(scaled, places, 0) + suffix


def window_text(window: str | None, name: str = "") -> str:
    """How long a limit's window is: ``daily``, ``weekly``, ``5-hour``, ``30-day``, ``lifetime``; empty where
    it is unknown, or the meter's ``name`` says it already ("Requests per day").
    """
    if window is None:
        return ""
    if window in _EVERY:
        text, noun = _EVERY[window]
    else:
        count = window.rstrip("smhdoy")
        text = noun = f"{count}-{_LENGTHS[window[len(count) :]]}"
    return "" if text in name.lower() or noun in name.lower() else text


def span(seconds: float, parts: int = 2) -> str:
    """``3 d 4 h``, ``4 h 12 min``, ``45 s``: so much is certain, what is smaller is dropped."""
    left = max(0, int(seconds))
    if left < 60:
        return f"{left} s"
    pieces = ((left // 86400, "d"), (left % 86400 // 3600, "h"), (left % 3600 // 60, "min"))
    first = next(index for index, (count, _) in enumerate(pieces) if count)
    return " ".join(f"{count} {unit}" for count, unit in pieces[first : first + parts] if count)


def countdown(seconds: float) -> str:
    """``in 3 d 4 h``; ``now`` when less than a second is left."""
    return f"in {span(seconds)}" if seconds >= 1 else "now"


def age(seconds: float) -> str:
    """``2 min ago``; ``just now`` under five seconds, and for a clock that runs behind."""
    return f"{span(seconds, 1)} ago" if seconds >= 5 else "just now"


def forecast_text(  # noqa: PLR0917  (a row's columns)
    kind: str,
    level: str,
    p_runout: float | None,
    runs_out_at: tuple[float | None, float | None, float | None] | None,
    resets_at: float | None,
    now: float,
    zone: Zone,
) -> str:
    """``lasts until reset (92%)``, ``runs out Thu 15:00 (Wed 11:00 to Fri 18:00)``, ``no telling yet (...)``;
    empty where nothing is foreseen, or it has happened. ``runs_out_at``: the 10, 50 and 90 % quantiles, None
    beyond the horizon.
    """
    if level == "exhausted":
        return ""
    if p_runout is not None:
        return _before_reset(p_runout, runs_out_at or (None, None, None), resets_at, now, zone)
    if runs_out_at is None:
        return ""
    first, middle, last = runs_out_at
    if first is None:
        return "no end in sight"
    if middle is None and first - now >= 7 * 86400:
        return f"lasts past {_moments((first,), now, zone)[0]} (90%)"
    if middle is not None and middle <= now:
        return "should be empty by now" if kind == "balance" else "should have run out by now"
    if middle is None or (first > now and middle - now > 20 * (first - now)):
        return f"{NO_TELLING} (hardly before {_moments((first,), now, zone)[0]})"
    verb = "empty" if kind == "balance" else "runs out"
    return f"{verb} {_interval(first, middle, last, now, zone)}"


def _before_reset(
    p_runout: float,
    runs_out_at: tuple[float | None, float | None, float | None],
    resets_at: float | None,
    now: float,
    zone: Zone,
) -> str:
    lasts, falls = (percent_text(f"{min(100 * one, 99.5):.2f}") for one in (1 - p_runout, p_runout))
    first, middle, last = runs_out_at
    if 0.2 <= p_runout <= 0.8 and _anyhow(first, last, resets_at, now):
        return f"{NO_TELLING} ({lasts} to last)"
    if p_runout <= 0.5:
        return f"lasts until reset ({lasts})"
    if first is None or middle is None or middle <= now or (resets_at is not None and middle >= resets_at):
        return f"runs out before reset ({falls})"
    if last is not None and resets_at is not None and last >= resets_at:
        last = None
    return f"runs out {_interval(first, middle, last, now, zone, f'{falls}, ')}"


def _interval(  # noqa: PLR0917
    first: float, middle: float, last: float | None, now: float, zone: Zone, falls: str = ""
) -> str:
    if last is None:
        when, early = _moments((middle, first), now, zone)
        return f"{when} ({falls}{early} at the earliest)"
    when, early, late = _moments((middle, first, last), now, zone)
    return when if early == late else f"{when} ({early} to {late})"


def bar(fraction: float, width: int, *, ascii_only: bool = False) -> tuple[str, str]:
    """A bar of ``width`` cells as its filled part and the rest. Only this drawing is cut to 0..1.

    Anything left shows as something, and anything missing as a gap.
    """
    fraction = min(max(fraction, 0.0), 1.0)
    steps = 1 if ascii_only else 8
    filled = int(fraction * width * steps + 0.5)
    if 0 < fraction < 1:
        filled = min(max(filled, 1), width * steps - 1)
    if ascii_only:
        return "#" * filled, "-" * (width - filled)
    full, part = divmod(filled, steps)
    done = "█" * full + (_EIGHTHS[part] if part else "")
    return done, "░" * (width - len(done))


def _anyhow(first: float | None, last: float | None, resets_at: float | None, now: float) -> bool:
    """Whether all that is known is that it may run out at once, or long after the reset."""
    if first is None or first <= now or resets_at is None or 10 * (first - now) > resets_at - now:
        return False
    return last is None or last - resets_at > 2 * (resets_at - now)


def _moments(moments: tuple[float, ...], now: float, zone: Zone) -> tuple[str, ...]:
    """Moments in the reader's time, no finer than they differ. The first of them decides: within a week
    ``today 15:00``, ``Thu 15:00``, no day where it is that of the one before; else ``around 3 Dec``.
    """
    apart = max(moments) - min(moments)
    grain = 300 if 0 < apart < 4 * 3600 else 900 if 0 < apart < 86400 else 3600
    today = int(now + zone.offset(now)) // 86400
    local = [int((at + zone.offset(at)) / grain + 0.5) * grain for at in moments]
    near = local[0] // 86400 - today < 7
    texts: list[str] = []
    before = None
    for moment, at in zip(moments, local, strict=True):
        day = at // 86400
        if moment <= now:
            texts.append("now")
            day = today
        elif not near or day - today >= 7:
            texts.append(date_text(day, today))
        else:
            weekday, _, _, clock, _ = calendar(at)
            name = "" if day == before else "today " if day == today else f"{weekday} "
            texts.append(f"{name}{clock[:5]}")
        before = day
    if not near and len(texts) > 1:
        texts[0] = f"around {texts[0]}"
    return tuple(texts)


def date_text(day: int, today: int) -> str:
    """``12 Dec`` of a day counted from 1970, with the year where it is a long way off."""
    _, month, of_month, _, year = calendar(day * 86400)
    return f"{of_month} {month}" + (f" {year}" if abs(day - today) > 300 else "")


def calendar(at: float) -> list[str]:
    """``Thu``, ``Dec``, ``12``, ``15:00:00``, ``2026``; English wherever it runs."""
    return asctime(gmtime(at)).split()


def _minor(unit: str) -> int | None:
    """Decimal places of a currency code; None for any other unit."""
    if len(unit) == 3 and unit.isascii() and unit.isalpha() and unit.isupper():
        return _MINOR.get(unit, 2)
    return None


def _whole(value: str) -> str:
    """The digits before the point, without sign and leading zeros."""
    return value.partition(".")[0].lstrip("-0")


def _scaled(value: str, places: int) -> int:
    """``value`` times 10**places, rounded half to even."""
    drop = len(value.partition(".")[2]) - places
    digits, unit = abs(int(value.replace(".", ""))), int(10 ** abs(drop))
    if drop <= 0:
        digits *= unit
    else:
        digits, rest = divmod(digits, unit)
        if rest * 2 > unit or (rest * 2 == unit and digits % 2):
            digits += 1
    return -digits if value.startswith("-") else digits


def _pointed(scaled: int, places: int, least: int) -> str:
    """``scaled`` over 10**places, grouped; zeros at its end are dropped down to ``least`` decimals."""
    digits = str(abs(scaled)).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    text = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    return f"-{text}" if scaled < 0 else text

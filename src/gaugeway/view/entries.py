"""Meters to entries: what one line of display holds, the same on every surface."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from gaugeway.amounts import EXACT, plain
from gaugeway.readings import Level
from gaugeway.view import words
from gaugeway.view.snapshot import GatewayView, MeterView

Share = Literal["left", "used"]


class Amount(NamedTuple):
    """Used of limit in a unit; or one number alone, with what it is ("USD left"). Empty where unknown."""

    figure: str = ""
    limit: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        return (
            f"{self.figure} of {self.limit} {self.unit}"
            if self.limit
            else f"{self.figure} {self.unit}".strip()
        )


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line made from a meter: plain values, and the words that do not depend on the moment.

    ``window``: its length in words where the name does not say it. ``fraction``: the bar, cut to 0..1; None
    where there is none to draw. ``percent``: the share that is left ("75%", "over by 20%"), ``unlimited``,
    ``none left``, or empty where nothing is known of it. ``share``: ``left``, or ``used`` where fraction and
    percent were asked for as the share that is used. ``short``: the amount again, for little room.
    ``resets_at``: unix seconds. ``state``: words that stand in for a countdown. ``binding``: this one will
    stop the user first. ``minor``: advisory, or a rate limit that does not bind; shown on request.
    """

    id: str
    name: str
    window: str
    level: Level
    fraction: float | None
    percent: str
    share: Share = "left"
    amount: Amount
    short: Amount
    resets_at: int | None
    state: str
    binding: bool
    minor: bool

    @property
    def left(self) -> str:
        """``75% left`` or ``25% used``; the other words of ``percent`` say what they mean."""
        return (
            f"{self.percent} {self.share}"
            if self.percent.lstrip("<>").removesuffix("%").isdecimal()
            else self.percent
        )

    def reset_text(self, now: float) -> str:
        """``in 3 d 4 h``, or why there is no such time; empty where it is unknown. ``now``: unix seconds."""
        return self.state or (words.countdown(self.resets_at - now) if self.resets_at is not None else "")

    def resets(self, now: float) -> str:
        """The same as words that stand for themselves: ``resets in 3 d 4 h``."""
        text = self.reset_text(now)
        return f"resets {text}" if text and not self.state else text


def entries_of(view: GatewayView, share: Share = "left") -> tuple[Entry, ...]:
    """All entries of a gateway: the binding one, the other finite ones, unlimited ones, then the minor."""
    meters = sorted(view.meters, key=lambda meter: _rank(meter, view.binding))
    return tuple(_entry(meter, share, binding=meter.id == view.binding) for meter in meters)


def _rank(meter: MeterView, binding: str | None) -> tuple[bool, bool, bool, bool]:
    endless = meter.unlimited or meter.kind == "spend"
    return (meter.id != binding, meter.kind == "rate_limit", meter.advisory, endless)


def _entry(meter: MeterView, share: Share, *, binding: bool) -> Entry:
    percent = _percent(meter)
    said = _percent_words(meter, percent)
    if share == "used" and percent is not None:
        percent = plain(EXACT.subtract(Decimal(100), Decimal(percent)))
        said = words.percent_text(percent)
    name = meter.name if meter.model is None or meter.model in meter.name else f"{meter.model} {meter.name}"
    return Entry(
        id=meter.id,
        name=name,
        window=words.window_text(meter.window, name) if meter.window is not None else "",
        level=meter.level,
        fraction=None if percent is None else min(max(float(percent) / 100, 0.0), 1.0),
        percent=said,
        share=share,
        amount=_amount(meter, words.figure),
        short=_amount(meter, words.short_figure),
        resets_at=_unix(meter.resets_at),
        state="window over" if meter.expired else "reset due" if meter.reset_due else "",
        binding=binding,
        minor=(meter.advisory or meter.kind == "rate_limit") and not binding,
    )


def _percent(meter: MeterView) -> str | None:
    """The exact share that is left: JSON's four places may be 0 for what is not nothing."""
    if meter.limit is not None and meter.remaining is not None and (limit := Decimal(meter.limit)) > 0:
        return plain(EXACT.multiply(EXACT.divide(Decimal(meter.remaining), limit), Decimal(100)))
    if meter.percent_remaining is None:
        return None
    return plain(Decimal(repr(meter.percent_remaining)))


def _percent_words(meter: MeterView, percent: str | None) -> str:
    if meter.unlimited:
        return "unlimited"
    if percent is None:
        return "none left" if meter.level == "exhausted" else ""
    if percent == "0" and meter.level != "exhausted":
        return "<1%"
    return words.percent_text(percent)


def _amount(meter: MeterView, number: Callable[[str, str], str]) -> Amount:
    unit = meter.unit
    if unit == "percent" and meter.percent_remaining is not None:
        return Amount()  # the share itself says it
    if meter.used is not None and meter.limit is not None:
        return Amount(number(meter.used, unit), number(meter.limit, unit), unit)
    for value, word in ((meter.remaining, "left"), (meter.used, "used"), (meter.limit, "allowed")):
        if value is not None:
            figure = number(value, unit)
            one = unit.removesuffix("s") if figure == "1" and unit.islower() else unit
            return Amount(figure, "", f"{one} {word}")
    return Amount()


def _unix(stamp: str | None) -> int | None:
    return None if stamp is None else int(datetime.fromisoformat(stamp).timestamp())

"""Meters to entries: what one line of display holds, the same on every surface."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from gaugeway.amounts import EXACT, plain
from gaugeway.readings import Kind, Level
from gaugeway.view import phrases, words
from gaugeway.view.snapshot import GatewayView, MeterView
from gaugeway.view.words import Zone

Share = Literal["left", "used"]


class Amount(NamedTuple):
    """Used of limit in a unit; or one number alone, with what it is ("USD left"). Empty where unknown."""

    figure: str = ""
    limit: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        return phrases.amount_text(self)


class Ahead(NamedTuple):
    """A forecast as plain values: when it runs out in unix seconds, None for what can't be foreseen."""

    kind: Kind
    level: Level
    p_runout: float | None
    runs_out_at: tuple[int | None, int | None, int | None] | None
    resets_at: int | None

    @property
    def dire(self) -> bool:
        return self.level != "exhausted" and phrases.dire(self.p_runout)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line made from a meter: plain values, and the words that do not depend on the moment.

    ``window``: its length in words where the name does not say it. ``fraction``: the bar, cut to 0..1; None
    where there is none to draw. ``percent``: the share that is left ("75%", "over by 20%"), ``unlimited``,
    ``none left``, or empty where nothing is known of it. ``share``: ``left``, or ``used`` where fraction and
    percent were asked for as the share that is used. ``short``: the amount again, for little room.
    ``resets_at``: unix seconds. ``ahead``: what is foreseen, where something is. ``state``: words that stand
    in for a countdown. ``binding``: this one will stop the user first. ``minor``: advisory, or a rate limit
    that does not bind; shown on request. ``advisory``: it stops nobody.
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
    ahead: Ahead | None
    state: str
    binding: bool
    minor: bool
    advisory: bool

    @property
    def left(self) -> str:
        """``75% left`` or ``25% used``; the other words of ``percent`` say what they mean."""
        return phrases.left(self.percent, self.share)

    def forecast_text(self, now: float, zone: Zone) -> str:
        """``lasts until reset (92%)``, ``runs out Thu 15:00 (...)``; empty where nothing is foreseen."""
        return "" if self.ahead is None else words.forecast_text(*self.ahead, now, zone)

    def reset_text(self, now: float) -> str:
        """``in 3 d 4 h``, or why there is no such time; empty where it is unknown. ``now``: unix seconds."""
        return phrases.reset(self.state, self.resets_at, now)

    def resets(self, now: float) -> str:
        """The same as words that stand for themselves: ``resets in 3 d 4 h``."""
        return phrases.resets(self.state, self.resets_at, now)


def entries_of(view: GatewayView, share: Share = "left") -> tuple[Entry, ...]:
    """All entries of a gateway: the binding one, the other finite ones, unlimited ones, then the minor."""
    meters = sorted(view.meters, key=lambda one: phrases.rank(one, binding=one.id == view.binding))
    return tuple(_entry(meter, share, binding=meter.id == view.binding) for meter in meters)


def _entry(meter: MeterView, share: Share, *, binding: bool) -> Entry:
    percent = _percent(meter)
    said = phrases.percent(percent, meter.level, unlimited=meter.unlimited)
    if share == "used" and percent is not None:
        percent = plain(EXACT.subtract(Decimal(100), Decimal(percent)))
        said = words.percent_text(percent)
    name = phrases.title(meter.name, meter.model)
    return Entry(
        id=meter.id,
        name=name,
        window=words.window_text(meter.window, name),
        level=meter.level,
        fraction=None if percent is None else min(max(float(percent) / 100, 0.0), 1.0),
        percent=said,
        share=share,
        amount=_amount(meter, words.figure),
        short=_amount(meter, words.short_figure),
        resets_at=unix(meter.resets_at),
        ahead=_ahead(meter),
        state=phrases.state(expired=meter.expired, reset_due=meter.reset_due),
        binding=binding,
        minor=phrases.minor(meter, binding=binding),
        advisory=meter.advisory,
    )


def _percent(meter: MeterView) -> str | None:
    """The exact share that is left: JSON's four places may be 0 for what is not nothing."""
    if meter.limit is not None and meter.remaining is not None and (limit := Decimal(meter.limit)) > 0:
        return plain(EXACT.multiply(EXACT.divide(Decimal(meter.remaining), limit), Decimal(100)))
    if meter.percent_remaining is None:
        return None
    return plain(Decimal(repr(meter.percent_remaining)))


def _amount(meter: MeterView, number: Callable[[str, str], str]) -> Amount:
    if meter.unit == "percent" and meter.percent_remaining is not None:
        return Amount()  # the share itself says it
    return Amount(*phrases.amount(meter.used, meter.limit, meter.remaining, meter.unit, number))


def _ahead(meter: MeterView) -> Ahead | None:
    forecast = meter.forecast
    if forecast is None:
        return None
    out = forecast.runs_out_at
    return Ahead(
        kind=meter.kind,
        level=meter.level,
        p_runout=forecast.p_runout,
        runs_out_at=None if out is None else (unix(out[0]), unix(out[1]), unix(out[2])),
        resets_at=unix(meter.resets_at),
    )


def unix(stamp: str | None) -> int | None:
    return None if stamp is None else int(datetime.fromisoformat(stamp).timestamp())

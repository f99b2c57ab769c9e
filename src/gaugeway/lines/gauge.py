"""One gateway as a line shows it: judged at this moment by everybody's rules, in everybody's words."""

from gaugeway.lines.numbers import exact, fraction_of
from gaugeway.readings import judging
from gaugeway.view import phrases, words
from gaugeway.view.zone import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gaugeway.store.rows import Row

    Quantiles = tuple[int | None, int | None, int | None]

OLD = 600.0  # seconds beyond its interval after which a reading says how old it is


class Thresholds:
    """As `readings.level.Thresholds`, for `judging`."""

    def __init__(self, texts: "Sequence[str | None]") -> None:
        self.low, self.critical, self.low_amount, self.critical_amount = map(exact, texts)


class Meter:
    """A METER row at one moment: comparable amounts for `judging`, and the words made of it."""

    def __init__(self, row: "Row", now: float) -> None:
        (_, _, self.id, self.scope, _, title, self.model, self.kind, self.unit, _, limit, unlimited, used,
         remaining, percent, length, _, self.resets_at, _, advisory, reset_due, *_) = row  # fmt: skip
        self.unlimited, self.advisory = unlimited == 1, advisory == 1
        self.expired = self.resets_at is not None and now >= self.resets_at
        if self.expired:  # after its reset passed, its old numbers say nothing
            used = remaining = percent = self.resets_at = None
        self.limit, self.remaining, self.percent_remaining = exact(limit), exact(remaining), exact(percent)
        self.name = phrases.title(title, self.model)
        self.window_text = phrases.window(length, self.name)
        self.share: str | None = percent
        self._amounts = used, limit, remaining
        self._state = phrases.state(expired=self.expired, reset_due=reset_due == 1)
        self.level = "unknown"
        self._p_runout: float | None = None
        self._runs_out_at: Quantiles | None = None

    def resets(self, now: float) -> str:
        return phrases.resets(self._state, self.resets_at, now)

    def foresee(self, row: "Row") -> None:
        """A FORECAST row of this meter; of no use once the window is over."""
        _, p_runout, first, middle, last, *_ = row
        self._p_runout = None if p_runout is None else round(p_runout, 4)
        self._runs_out_at = None if first is None else (_moment(first), _moment(middle), _moment(last))

    def forecast(self, now: float) -> str:
        """``lasts until reset (92%)``, ``runs out Thu 15:00 (...)``; empty where nothing is foreseen."""
        if self.expired:
            return ""
        out, resets_at = self._runs_out_at, self.resets_at
        at = None if resets_at is None else int(resets_at)
        return phrases.forecast(self.kind, self.level, self._p_runout, out, at, now, LOCAL)

    @property
    def dire(self) -> bool:
        return self.level != "exhausted" and not self.expired and phrases.dire(self._p_runout)

    @property
    def window(self) -> "Meter":
        """For `judging`: what has ``resets_at``."""
        return self

    @property
    def percent(self) -> str:
        return phrases.percent(self.share, self.level, unlimited=self.unlimited)

    @property
    def left(self) -> str:
        return phrases.left(self.percent)

    @property
    def fraction(self) -> float | None:
        return None if self.percent_remaining is None else fraction_of(self.percent_remaining)

    def amount(self, *, short: bool) -> str:
        if self.unit == "percent" and self.share is not None:
            return ""  # the share itself says it
        number = words.short_figure if short else words.figure
        return phrases.amount_text(phrases.amount(*self._amounts, self.unit, number))

    def reset(self, now: float) -> str:
        return phrases.reset(self._state, self.resets_at, now)


def _moment(seconds: float) -> int | None:
    """None for what lies beyond what can be foreseen, which is kept as infinite."""
    return int(seconds) if seconds < 1e12 else None


class Gauge:
    """One gateway. ``level`` and ``meter`` (the binding one, else the first) are as of ``now``; ``status``
    says in a few words what is wrong, ``stale`` that the numbers are old.
    """

    def __init__(self, gateway_id: str, label: str, now: float) -> None:
        self.id = gateway_id
        self.label = label
        self.now = now
        self.level = "unknown"
        self.meter: Meter | None = None
        self.meters: list[Meter] = []
        self.observed_at: float | None = None
        self.error: str | None = None
        self.stale = False

    def measure(
        self, rows: "Sequence[Row]", foreseen: "Mapping[str, Row]", thresholds: Thresholds, *, unread: bool
    ) -> None:
        """Judge the METER rows of its reading. ``foreseen``: FORECAST rows, by the meter's id."""
        meters = [Meter(row, self.now) for row in rows]
        for meter in meters:
            if meter.id in foreseen:
                meter.foresee(foreseen[meter.id])
        levels = [judging.level(meter, thresholds) for meter in meters]
        bound = judging.first(judging.contenders(meters, levels, None))
        self.level = judging.overall(meters, levels, bound, unread=unread)
        binding = None if bound is None else bound[0]
        for meter, level in zip(meters, levels, strict=True):
            meter.level = level

        def rank(meter: Meter) -> tuple[bool, bool, bool, bool]:
            return phrases.rank(
                meter.kind, binding=meter is binding, advisory=meter.advisory, unlimited=meter.unlimited
            )

        meters.sort(key=rank)
        self.meter = meters[0] if meters else None
        self.meters = [
            one
            for one in meters
            if not phrases.minor(one.kind, binding=one is binding, advisory=one.advisory)
        ]

    def date(self, observed_at: float, interval: float, error: str | None) -> None:
        """When its reading was made, and what came of the newest attempt."""
        self.observed_at, self.error = observed_at, error
        self.stale = error is not None or self.now - observed_at > interval + OLD

    @property
    def age(self) -> str:
        return "" if self.observed_at is None else words.age(self.now - self.observed_at)

    @property
    def status(self) -> str:
        said = "" if self.error is None else self.error.replace("_", " ")
        if self.observed_at is None:
            return said or "not read yet"
        if not self.stale:
            return ""
        return f"({said}, {self.age})" if said else f"({self.age})"

    @property
    def style(self) -> str:
        """Its level, or ``error`` where there is nothing else to show."""
        return "error" if self.observed_at is None and self.error is not None else self.level

    @property
    def value(self) -> str:
        """What is left, in the fewest words."""
        if self.meter is None:
            return ""
        over = self.meter.reset(self.now) if self.meter.expired else ""
        return self.meter.percent or over or self.meter.amount(short=True)

    @property
    def outlook(self) -> str:
        """The forecast in few words, where it is a bad one."""
        if self.meter is None or not self.meter.dire:
            return ""
        return phrases.brief(self.meter.forecast(self.now))

    @property
    def urgency(self) -> tuple[int, bool, int]:
        """Sorts: what stops the user first is first."""
        order = _ORDER[self.style]
        percent = None if self.meter is None else self.meter.percent_remaining
        return order, percent is None, 0 if percent is None else percent


_ORDER = {"exhausted": 0, "critical": 1, "low": 2, "error": 3, "ok": 4, "unknown": 5, "unlimited": 6}

"""One gateway as a line shows it: judged at this moment by everybody's rules, in everybody's words."""

from gaugeway.lines.numbers import HUNDRED, exact
from gaugeway.readings import judging
from gaugeway.view import phrases, words
from gaugeway.view.zone import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gaugeway.store.rows import Row

    Quantiles = tuple[int | None, int | None, int | None]

BAR = 8  # cells
OLD = 600.0  # seconds beyond its interval after which a reading says how old it is


class Thresholds:
    """As `readings.level.Thresholds`, for `judging`."""

    def __init__(self, texts: "Sequence[str | None]") -> None:
        self.low, self.critical, self.low_amount, self.critical_amount = map(exact, texts)


class Meter:
    """A METER row at one moment: comparable amounts for `judging`, and the words made of it. ``ahead``: its
    FORECAST row, where there is one.
    """

    def __init__(self, row: "Row", now: float, ahead: "Row | None" = None) -> None:
        (_, _, self.id, self.scope, _, title, self.model, self.kind, self.unit, _, limit, unlimited, used,
         remaining, percent, length, _, self.resets_at, _, advisory, reset_due, *_) = row  # fmt: skip
        self.now = now
        self.unlimited, self.advisory = unlimited == 1, advisory == 1
        self.expired = self.resets_at is not None and now >= self.resets_at
        if self.expired:  # after its reset passed, its old numbers say nothing, and nothing is foreseen
            used = remaining = percent = self.resets_at = ahead = None
        self.limit, self.remaining, self.percent_remaining = exact(limit), exact(remaining), exact(percent)
        self.name = phrases.title(title, self.model)
        self.window_text = words.window_text(length, self.name)
        self.window = self  # for `judging`: what has ``resets_at``
        self.level = "unknown"
        self._share: str | None = percent
        self._amounts = used, limit, remaining
        self._state = phrases.state(expired=self.expired, reset_due=reset_due == 1)
        self._p_runout: float | None = None
        self._runs_out_at: Quantiles | None = None
        if ahead is not None:
            _, p_runout, first, middle, last, *_ = ahead
            self._p_runout = None if p_runout is None else round(p_runout, 4)
            self._runs_out_at = None if first is None else (_moment(first), _moment(middle), _moment(last))

    @property
    def forecast(self) -> str:
        """``lasts until reset (92%)``, ``runs out Thu 15:00 (...)``; empty where nothing is foreseen."""
        at = None if self.resets_at is None else int(self.resets_at)
        known = (self.kind, self.level, self._p_runout, self._runs_out_at, at)
        return words.forecast_text(*known, self.now, LOCAL)

    @property
    def dire(self) -> bool:
        return self.level != "exhausted" and phrases.dire(self._p_runout)

    @property
    def percent(self) -> str:
        return phrases.percent(self._share, self.level, unlimited=self.unlimited)

    @property
    def left(self) -> str:
        return phrases.left(self.percent)

    @property
    def fraction(self) -> float | None:
        """A bar's length: 0 to 1 where it is within the limit."""
        return None if self.percent_remaining is None else self.percent_remaining / HUNDRED

    @property
    def bar(self) -> str:
        return "" if self.fraction is None else "".join(words.bar(self.fraction, BAR))

    @property
    def amount(self) -> str:
        return self._amount(words.figure)

    @property
    def short(self) -> str:
        return self._amount(words.short_figure)

    def _amount(self, number: "Callable[[str, str], str]") -> str:
        if self.unit == "percent" and self._share is not None:
            return ""  # the share itself says it
        return phrases.amount_text(phrases.amount(*self._amounts, self.unit, number))

    @property
    def reset(self) -> str:
        return phrases.reset(self._state, self.resets_at, self.now)

    @property
    def resets(self) -> str:
        return phrases.resets(self._state, self.resets_at, self.now)


def _moment(seconds: float) -> int | None:
    """None for what lies beyond what can be foreseen, which is kept as infinite."""
    return int(seconds) if seconds < 1e12 else None


class Gauge:
    """One gateway. ``level`` and ``meter`` (the binding one, else the first) are as of ``now``; ``error``:
    what came of the newest attempt; ``status`` says in a few words what is wrong, ``stale`` that the numbers
    are old.
    """

    def __init__(self, gateway_id: str, label: str, now: float, error: str | None = None) -> None:
        self.id = gateway_id
        self.label = label
        self.now = now
        self.error = error
        self.level = "unknown"
        self.meter: Meter | None = None
        self.meters: list[Meter] = []
        self.observed_at: float | None = None
        self.stale = False

    def measure(
        self, rows: "Sequence[Row]", foreseen: "Mapping[str, Row]", thresholds: Thresholds, *, unread: bool
    ) -> None:
        """Judge the METER rows of its reading. ``foreseen``: FORECAST rows, by the meter's id."""
        meters = [Meter(row, self.now, foreseen.get(row[2])) for row in rows]
        levels = [judging.level(meter, thresholds) for meter in meters]
        bound = judging.first(judging.contenders(meters, levels, None))
        self.level = judging.overall(meters, levels, bound, unread=unread)
        binding = None if bound is None else bound[0]
        for meter, level in zip(meters, levels, strict=True):
            meter.level = level
        meters.sort(key=lambda one: phrases.rank(one, binding=one is binding))
        self.meter = meters[0] if meters else None
        self.meters = [one for one in meters if not phrases.minor(one, binding=one is binding)]

    def date(self, observed_at: float, interval: float) -> None:
        """When its reading was made."""
        self.observed_at = observed_at
        self.stale = self.error is not None or self.now - observed_at > interval + OLD

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
        over = self.meter.reset if self.meter.expired else ""
        return self.meter.percent or over or self.meter.short

    @property
    def outlook(self) -> str:
        """The forecast in few words, where it is a bad one."""
        return phrases.brief(self.meter.forecast) if self.meter is not None and self.meter.dire else ""

    @property
    def urgency(self) -> tuple[int, bool, int]:
        """Sorts: what stops the user first is first."""
        order = _ORDER[self.style]
        percent = None if self.meter is None else self.meter.percent_remaining
        return order, percent is None, percent or 0


_ORDER = {"exhausted": 0, "critical": 1, "low": 2, "error": 3, "ok": 4, "unknown": 5, "unlimited": 6}

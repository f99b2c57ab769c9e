"""Gateways as the lines of OpenCode's screen: sidebar, prompt and home. Pure; every word is the view's."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from gaugeway.opencode.document import GatewayPanel, Line, Tone
from gaugeway.view import words
from gaugeway.view.cells import cells, cut, sides, wrapped
from gaugeway.view.entries import Entry, Share, entries_of
from gaugeway.view.snapshot import GatewayView
from gaugeway.view.words import Zone
from gaugeway.view.zone import LOCAL

WIDTH = 37  # cells: OpenCode's sidebar has 42, less its padding and scroll bar
_PROMPT, _HOME = 44, 72  # cells: what stays readable beside the prompt at 80 columns, and under the logo
_BAR = 20
_MORE = 4  # meters beside the binding one that are worth a line each
_URGENT: tuple[Tone, ...] = (
    "exhausted", "critical", "low", "error", "stale", "unknown", "ok", "unlimited",
)  # fmt: skip
_STATES = {"error": "error", "unconfigured": "not set up"}


class Panel:
    """The gateways at one moment. ``share``: what percentages and bars tell. ``current``: ids of those
    that serve the session's model, first in the sidebar and alone beside the prompt.
    """

    def __init__(
        self,
        views: Sequence[GatewayView],
        now: datetime,
        *,
        share: Share = "left",
        current: Sequence[str] = (),
        zone: Zone = LOCAL,
    ) -> None:
        self._now = now.timestamp()
        self._share = share
        self._zone = zone
        self._views = sorted(views, key=lambda view: view.id not in current)
        self._current = [view for view in self._views if view.id in current] or self._views

    @property
    def level(self) -> Tone:
        """The most urgent one, of the current model's gateway where that is known."""
        return min(map(tone, self._current), key=_URGENT.index, default="unknown")

    def sidebar(self) -> tuple[GatewayPanel, ...]:
        return tuple(
            GatewayPanel(
                id=view.id, brief=_line(self._brief(view), WIDTH, view), lines=tuple(self._lines(view))
            )
            for view in self._views
        )

    def prompt(self) -> Line | None:
        """The most urgent gateway in a few words; its name only where it is not clear which one is meant."""
        if not self._current:
            return None
        view = min(self._current, key=_urgency)
        entry = self._first(view)
        texts = [_trouble(view)] if entry is None else [entry.left, entry.short.text]
        text = _joined([*texts, _age(view)])
        if len(self._current) > 1 or entry is None:
            text = f"{view.label} {text}"
        return _line(text, _PROMPT, view)

    def home(self) -> Line | None:
        """One gateway with its reset, or several in brief, the most urgent first."""
        if not self._views:
            return None
        first, *others = sorted(self._views, key=_urgency)
        if not others:
            entry = self._first(first)
            reset = "" if entry is None else entry.resets(self._now)
            return _line(_joined([self._brief(first), reset]), _HOME, first)
        text, left = self._brief(first), len(others)
        for view in others:
            longer = _joined([text, self._brief(view)])
            if cells(longer) > _HOME - len(" · 99 more"):
                break
            text, left = longer, left - 1
        return _line(_joined([text, f"{left} more" if left else ""]), _HOME, first)

    def news(self, view: GatewayView) -> str:
        """The gateway in one line, for a toast."""
        entry = self._first(view)
        if entry is None:
            return f"{view.label}: {_trouble(view)}"
        return f"{view.label}: {_joined([entry.left, entry.short.text, entry.resets(self._now)])}"

    def _shown(self, view: GatewayView) -> Sequence[Entry]:
        entries = entries_of(view, self._share)
        return [entry for entry in entries if not entry.minor] or entries

    def _first(self, view: GatewayView) -> Entry | None:
        return next(iter(self._shown(view)), None)

    def _brief(self, view: GatewayView) -> str:
        entry = self._first(view)
        said = _trouble(view) if entry is None else entry.left or entry.short.text or view.level
        return _joined([f"{view.label} {said}", _age(view)])

    def _lines(self, view: GatewayView) -> Iterator[Line]:
        entries, stale, age = self._shown(view), view.status == "stale", _age(view)
        title = sides(view.label, age, WIDTH) if age else cut(view.label, WIDTH)
        yield Line(text=title, level=tone(view), strong=True)
        for entry in entries[:1]:
            yield from self._whole(entry, "stale" if stale else entry.level)
        for entry in entries[1 : 1 + _MORE]:
            said = entry.left or entry.short.text
            level: Tone = "stale" if stale else entry.level
            yield Line(text=sides(_title(entry), said, WIDTH), level="dim" if level == "ok" else level)
            if entry.ahead is not None and entry.ahead.dire:
                yield from self._ahead(entry, level)
        if (hidden := len(view.meters) - 1 - _MORE) > 0:
            yield Line(text=f"{hidden} more", level="dim")
        if view.error is not None:
            yield Line(text=cut(view.error.message, WIDTH), level="dim")
        elif view.coverage == "partial":
            yield Line(text=cut("partly read: there may be more limits", WIDTH), level="dim")

    def _whole(self, entry: Entry, level: Tone) -> Iterator[Line]:
        """The meter that will stop the user first: its name, the bar, the amount, the reset."""
        yield Line(text=cut(_title(entry), WIDTH), level="dim")
        if entry.fraction is not None:
            width = min(_BAR, WIDTH - 1 - len(entry.left))
            yield Line(text=f"{''.join(words.bar(entry.fraction, width))} {entry.left}", level=level)
        elif entry.left:
            yield Line(text=entry.left, level=level)
        amount, reset = entry.amount.text, entry.resets(self._now)
        both = _joined([amount, reset])
        quiet: Tone = "dim" if entry.left else level
        for text in [both] if cells(both) <= WIDTH else [amount, reset]:
            if text:
                yield Line(text=cut(text, WIDTH), level=quiet)
                quiet = "dim"
        yield from self._ahead(entry, level)

    def _ahead(self, entry: Entry, level: Tone) -> Iterator[Line]:
        """Will it last? Left out where there is no telling: the dialog has the room to say so."""
        dire = entry.ahead is not None and entry.ahead.dire and level != "stale"
        text = entry.forecast_text(self._now, self._zone)
        for line in wrapped("" if text.startswith(words.NO_TELLING) else text, WIDTH):
            yield Line(text=line, level="low" if dire else "dim")


def tone(view: GatewayView) -> Tone:
    """The colour of a gateway: its level, unless there is no current reading."""
    if view.status in _STATES:
        return "error"
    return "stale" if view.status == "stale" else view.level


def _urgency(view: GatewayView) -> int:
    return _URGENT.index(tone(view))


def _line(text: str, width: int, view: GatewayView) -> Line:
    return Line(text=cut(text, width), level=tone(view))


def _age(view: GatewayView) -> str:
    """Of a reading that could not be renewed."""
    return words.age(view.age_seconds) if view.status == "stale" and view.age_seconds is not None else ""


def _title(entry: Entry) -> str:
    return f"{entry.name} {entry.window}".strip()


def _trouble(view: GatewayView) -> str:
    """Why there is no number, in a word or two."""
    if view.error is None or view.error.code == "backing_off":
        return _STATES.get(view.status, view.level)
    return view.error.code.replace("_", " ")


def _joined(texts: Sequence[str]) -> str:
    return " · ".join(filter(None, texts))

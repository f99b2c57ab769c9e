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
            GatewayPanel(id=view.id, brief=self._brief(view, WIDTH), lines=tuple(self._lines(view)))
            for view in self._views
        )

    def prompt(self) -> Line | None:
        """The most urgent gateway in a few words; its name only where it is not clear which one is meant."""
        if not self._current:
            return None
        view = self._most_urgent(self._current)
        entry = self._first(view)
        texts = [] if entry is None else [entry.left, entry.short.text]
        if entry is None:
            texts = [_trouble(view)]
        if view.status == "stale":
            texts.append(self._age(view))
        text = _joined(texts)
        if len(self._current) > 1 or entry is None:
            text = f"{view.label} {text}"
        return Line(text=cut(text, _PROMPT), level=tone(view))

    def home(self) -> Line | None:
        """One gateway with its reset, or several in brief, the most urgent first."""
        if not self._views:
            return None
        if len(self._views) == 1:
            (view,) = self._views
            entry = self._first(view)
            reset = "" if entry is None else entry.resets(self._now)
            return Line(text=cut(_joined([self._brief_text(view), reset]), _HOME), level=tone(view))
        views = sorted(self._views, key=lambda view: _URGENT.index(tone(view)))
        text, shown = self._brief_text(views[0]), 1
        for view in views[1:]:
            longer = _joined([text, self._brief_text(view)])
            if cells(longer) > _HOME - len(" · 99 more"):
                break
            text, shown = longer, shown + 1
        more = f"{len(views) - shown} more" if shown < len(views) else ""
        return Line(text=cut(_joined([text, more]), _HOME), level=tone(views[0]))

    def news(self, view: GatewayView) -> str:
        """The gateway in one line, for a toast."""
        entry = self._first(view)
        if entry is None:
            return f"{view.label}: {_trouble(view)}"
        return f"{view.label}: {_joined([entry.left, entry.short.text, entry.resets(self._now)])}"

    def _most_urgent(self, views: Sequence[GatewayView]) -> GatewayView:
        return min(views, key=lambda view: _URGENT.index(tone(view)))

    def _shown(self, view: GatewayView) -> Sequence[Entry]:
        entries = entries_of(view, self._share)
        return [entry for entry in entries if not entry.minor] or entries

    def _first(self, view: GatewayView) -> Entry | None:
        return next(iter(self._shown(view)), None)

    def _brief_text(self, view: GatewayView) -> str:
        entry = self._first(view)
        said = _trouble(view) if entry is None else entry.left or entry.short.text or view.level
        age = self._age(view) if view.status == "stale" else ""
        return _joined([f"{view.label} {said}", age])

    def _brief(self, view: GatewayView, width: int) -> Line:
        return Line(text=cut(self._brief_text(view), width), level=tone(view))

    def _age(self, view: GatewayView) -> str:
        return "" if view.age_seconds is None else words.age(view.age_seconds)

    def _lines(self, view: GatewayView) -> Iterator[Line]:
        entries = self._shown(view)
        stale = view.status == "stale"
        if stale:
            yield Line(text=sides(view.label, self._age(view), WIDTH), level="stale", strong=True)
        else:
            yield Line(text=cut(view.label, WIDTH), level=tone(view), strong=True)
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


def _title(entry: Entry) -> str:
    return f"{entry.name} {entry.window}".strip()


def _trouble(view: GatewayView) -> str:
    """Why there is no number, in a word or two."""
    if view.error is None or view.error.code == "backing_off":
        return _STATES.get(view.status, view.level)
    return view.error.code.replace("_", " ")


def _joined(texts: Sequence[str]) -> str:
    return " · ".join(filter(None, texts))

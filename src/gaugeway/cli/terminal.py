"""Gateways as blocks of a terminal: label and preset, then a line per entry, aligned over the whole page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gaugeway.cli.paper import PROSE, glyphs_of, prose, said, until
from gaugeway.view import words
from gaugeway.view.entries import Amount, Entry, Share, entries_of
from gaugeway.view.snapshot import GatewayView
from gaugeway.view.words import Zone
from gaugeway.view.zone import LOCAL

# The sixteen colours of the user's own theme, so that light and dark terminals both read well.
STYLES = {
    "ok": "green",
    "low": "yellow",
    "critical": "bold red",
    "exhausted": "bold red",
    "unlimited": "cyan",
    "unknown": "dim",
}
_STATUS = {"stale": "stale", "error": "error", "unconfigured": "not set up"}
_BAR, _LEAST_BAR, _BAR_OF_TWO = 32, 8, 10  # cells: at most, at least, and where an entry takes two lines
_LEFT, _PERCENT = 9, 4  # cells: "100% left", "100%"; longer words ("over by 20%") take the room of the bar
_NAME, _LEAST_NAME = 34, 20  # cells: where names are cut, and where they are cut to save a line
_SOON = 7 * 86400  # seconds: a key's end is worth a line without being asked for


class Columns(NamedTuple):
    """Cells of each column. ``bar`` 0: too narrow for one line each, so every entry takes two."""

    name: int
    bar: int
    percent: int
    amount: int
    reset: int
    short: bool

    @property
    def total(self) -> int:
        return 2 + self.name + 2 + self.bar + 1 + self.percent + 2 + self.amount + 2 + self.reset


class Page:
    """What the blocks of one page share: the moment, the width, and the columns. ``share``: what percentages
    and bars tell.
    """

    def __init__(
        self,
        views: Sequence[GatewayView],
        now: datetime,
        console: Console,
        *,
        verbose: bool = False,
        share: Share = "left",
        zone: Zone = LOCAL,
    ) -> None:
        self.views = views
        self.zone = zone
        self.now = now
        self.console = console
        self.prose = partial(prose, console)
        self.verbose = verbose
        self.share = share
        self.glyphs = glyphs_of(console)
        self.columns = self._columns([self._shown(view) for view in views], console.width)
        self.width = min(console.width, PROSE)
        if self.columns.bar:  # what stands at the right of a header stands above the end of the lines
            header = max((cell_len(f"{self.left(view)}{self._right(view)}") for view in views), default=0)
            self.width = max(self.columns.total, min(self.width, header + 4))

    def text(self) -> Text:
        """The blocks as one text. No gateway's text is ever read as markup."""
        blocks = [Text("\n").join(self._block(view)) for view in self.views]
        return Text("\n\n", no_wrap=True, overflow="crop").join(blocks)

    def _shown(self, view: GatewayView) -> tuple[Entry, ...]:
        entries = entries_of(view, self.share)
        return entries if self.verbose else tuple(entry for entry in entries if not entry.minor) or entries

    def _columns(self, blocks: Sequence[Sequence[Entry]], width: int) -> Columns:
        entries = [entry for block in blocks for entry in block]

        def widest(amounts: Iterable[Sequence[Amount]]) -> int:
            return max((cell_len(text) for block in amounts for text in _aligned(block)), default=0)

        full = Columns(
            name=min(_NAME, max((self.title(entry).cell_len for entry in entries), default=0)),
            bar=_BAR,
            percent=_LEFT,
            amount=widest([entry.amount for entry in block] for block in blocks),
            reset=max((len(entry.reset_text(self.now.timestamp())) for entry in entries), default=0),
            short=False,
        )
        short = widest([entry.short for entry in block] for block in blocks)
        compact = full._replace(amount=short, short=True)
        percent = _PERCENT if self.share == "left" else _LEFT  # alone it reads as what is left
        brief = compact._replace(name=min(compact.name, _LEAST_NAME), percent=percent)
        for columns in (full, compact, brief):
            room = width - (columns.total - _BAR)
            if room >= _LEAST_BAR:
                return columns._replace(bar=min(room, _BAR))
        return brief._replace(bar=0)

    def _block(self, view: GatewayView) -> Iterator[Text]:
        entries = self._shown(view)
        yield self._header(view)
        amounts = _aligned([entry.short if self.columns.short else entry.amount for entry in entries])
        for entry, amount in zip(entries, amounts, strict=True):
            style = "dim" if view.status == "stale" else STYLES.get(entry.level, "dim")
            if self.columns.bar:
                yield self._line(entry, amount, style)
            else:
                yield from self._two_lines(entry, style)
            yield from self.ahead(entry, style)
        hidden = len(view.meters) - len(entries)
        if hidden:
            yield Text(f"  {hidden} more with -v", "dim")
        if view.coverage == "partial":
            more = "" if self.verbose or not view.notes else " (-v says more)"
            yield from self.prose("!", f"partly read: this key may not see every limit{more}", "yellow")
        if view.error is not None:
            message = f"{view.error.message} ({view.error.code})"
            if view.next_read_at is not None:
                due = until(view.next_read_at, self.now)
                message += f"; asked again {words.countdown(due)}" if due >= 1 else ""
            failed = view.status != "stale"
            yield from self.prose(self.glyphs.cross, message, "red" if failed else "yellow")
            if view.error.hint:
                yield from self.prose(self.glyphs.arrow, view.error.hint, "")
        yield from self._key(view)
        if self.verbose:
            for note in view.notes:
                yield from self.prose(self.glyphs.dash, note, "dim")

    def _header(self, view: GatewayView) -> Text:
        right = self._right(view)
        left = self.cut(self.left(view), self.width - right.cell_len - 2, pad=True)
        return Text.assemble(left, "  ", right)

    def left(self, view: GatewayView) -> Text:
        known_as = f"{view.id} {self.glyphs.dash} " if self.verbose and view.id != view.label else ""
        return Text.assemble(
            (f"{self.glyphs.dot} ", self._style(view)),
            (said(self.console, view.label), "bold"),
            (f"  {known_as}{said(self.console, view.preset)}", "dim"),
        )

    def _right(self, view: GatewayView) -> Text:
        state = Text(_STATUS.get(view.status, view.level), self._style(view))
        if view.age_seconds is not None:
            state.append(f" {self.glyphs.dash} {words.age(view.age_seconds)}", "not bold dim default")
        return state

    def _style(self, view: GatewayView) -> str:
        if view.status in {"error", "unconfigured"}:
            return "red"
        return "yellow" if view.status == "stale" else STYLES.get(view.level, "dim")

    def _line(self, entry: Entry, amount: str, style: str) -> Text:
        columns = self.columns
        title = self.cut(self.title(entry), columns.name, pad=True)
        gauge = self._gauge(entry, columns.bar, style)
        line = Text("  ").join((title, gauge, self.cut(Text(amount), columns.amount, pad=True)))
        line.append(f"  {entry.reset_text(self.now.timestamp())}", "dim")
        line.rstrip()
        return Text.assemble(self.mark(entry, style), line)

    def _two_lines(self, entry: Entry, style: str) -> Iterator[Text]:
        gauge = self._gauge(entry, _BAR_OF_TWO, style)
        title = self.cut(self.title(entry), self.width - 3 - gauge.cell_len, pad=True)
        first = Text.assemble(title, " ", gauge)
        first.rstrip()
        yield Text.assemble(self.mark(entry, style), first)
        below = [part for part in (entry.short.text, entry.reset_text(self.now.timestamp())) if part]
        if below:
            yield self.cut(Text(f"  {f' {self.glyphs.dash} '.join(below)}", "dim"), self.width)

    def ahead(self, entry: Entry, style: str) -> Iterator[Text]:
        """Will it last? Said of what binds, and of what will run out first; of the others on request. And
        whether it matters.
        """
        if entry.advisory:
            yield from self.prose(self.glyphs.so, "advisory: it stops nothing", "dim")
        if entry.ahead is not None and (entry.binding or entry.ahead.dire or self.verbose):
            text = entry.forecast_text(self.now.timestamp(), self.zone)
            if text:
                dire = entry.ahead.dire and style != "dim"
                yield from self.prose(self.glyphs.so, text, "yellow" if dire else "dim")

    def mark(self, entry: Entry, style: str) -> Text:
        return Text(f"{self.glyphs.mark} " if entry.binding else "  ", style)

    def _gauge(self, entry: Entry, width: int, style: str) -> Text:
        """A bar of ``width`` cells and the percent; longer words take from the bar."""
        room = self.columns.percent
        percent = f"{entry.left if room == _LEFT else entry.percent:>{room}}"
        width -= len(percent) - room
        if entry.fraction is None or width < 4:
            return Text(" " * (width + 1) + percent, style)
        done, rest = words.bar(entry.fraction, width, ascii_only=self.glyphs.ascii_only)
        return Text.assemble((done, style), (rest, "dim"), " ", (percent, style))

    def title(self, entry: Entry) -> Text:
        title = Text(said(self.console, entry.name), "bold" if entry.binding else "")
        if entry.window:
            title.append(f" {entry.window}", "dim")
        return title

    def _key(self, view: GatewayView) -> Iterator[Text]:
        name, expires_at = view.key.name, view.key.expires_at
        left = None if expires_at is None else until(expires_at, self.now)
        ending = left is not None and left < _SOON
        if not ending and not (self.verbose and (name or expires_at)):
            return
        text = f"key {name}" if name else "the key"
        if left is not None:
            text += f" expires {words.countdown(left)}" if left > 0 else " has expired"
        yield from self.prose("!" if ending else self.glyphs.dash, text, "yellow" if ending else "dim")

    def cut(self, text: Text, width: int, *, pad: bool = False) -> Text:
        """At most ``width`` cells, or exactly: a wide character takes two."""
        text.truncate(max(width, 1), overflow="crop" if self.glyphs.ascii_only else "ellipsis", pad=pad)
        return text


def _aligned(amounts: Sequence[Amount]) -> list[str]:
    """The amounts of one gateway, their numbers right-aligned."""
    figure = max((len(amount.figure) for amount in amounts), default=0)
    limit = max((len(amount.limit) for amount in amounts), default=0)
    return [
        amount._replace(
            figure=f"{amount.figure:>{figure}}", limit=f"{amount.limit:>{limit}}" if amount.limit else ""
        ).text
        for amount in amounts
    ]

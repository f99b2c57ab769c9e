"""A curve over time in characters: what was used or is left, its limit, its resets, and what is foreseen."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from rich.text import Text

from gaugeway.amounts import plain
from gaugeway.cli.paper import Glyphs
from gaugeway.view import words
from gaugeway.view.axis import ticks
from gaugeway.view.words import Zone

_LABEL = 12  # cells of a label at the left, at most: there is no room for a millionth of a millionth
_TICK = 10  # cells from one label of the time axis to the next, at least
# The bits of a braille character, by column and row of its dots.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Curve(NamedTuple):
    """What is drawn. Moments are unix seconds. ``marks``: resets, or top-ups. ``limit``: None where there is
    none. ``ahead``: the reset, with the 10, 50 and 90 % quantiles of what will be used then.
    """

    points: Sequence[tuple[float, float]]
    marks: Sequence[float]
    limit: float | None
    unit: str
    begin: float
    now: float
    ahead: tuple[float, tuple[float, float, float]] | None = None


class _Cell(NamedTuple):
    character: str
    style: str


class _Canvas:
    """Cells, and dots inside of them: braille has two by four in each, ASCII one."""

    def __init__(self, width: int, height: int, *, ascii_only: bool) -> None:
        self.width, self.height = width, height
        self.across, self.down = (1, 1) if ascii_only else (2, 4)
        self._dots: dict[tuple[int, int], int] = {}
        self._cells: dict[tuple[int, int], _Cell] = {}

    def put(self, column: int, row: int, character: str, style: str) -> None:
        if 0 <= column < self.width and 0 <= row < self.height:
            self._cells.setdefault((column, row), _Cell(character, style))

    def line(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """From one place to another, both in cells from the upper left."""
        (left, top), (right, bottom) = begin, end
        steps = int(max(abs(right - left) * self.across, abs(bottom - top) * self.down)) + 1
        for step in range(steps + 1):
            share = step / steps
            self._dot(left + (right - left) * share, top + (bottom - top) * share)

    def _dot(self, column: float, row: float) -> None:
        x = min(max(int(column * self.across), 0), self.width * self.across - 1)
        y = min(max(int(row * self.down), 0), self.height * self.down - 1)
        cell = x // self.across, y // self.down
        self._dots[cell] = self._dots.get(cell, 0) | _DOTS[x % self.across][y % self.down]

    def row(self, row: int, style: str) -> Text:
        text = Text()
        for column in range(self.width):
            dots = self._dots.get((column, row))
            if dots is not None:
                text.append("*" if self.across == 1 else chr(0x2800 + dots), style)
            else:
                cell = self._cells.get((column, row), _Cell(" ", ""))
                text.append(*cell)
        text.rstrip()
        return text


class Chart:
    """Draws a curve in ``width`` by ``height`` cells, axes included."""

    def __init__(self, curve: Curve, width: int, height: int, glyphs: Glyphs, zone: Zone) -> None:
        self.curve = curve
        self.zone = zone
        self.ascii_only = glyphs.ascii_only
        self.rows = height - 2
        self.top = self._top()
        self.floor = min([0.0, *(value for _, value in curve.points)])
        self.labels = {0: self._figure(self.top), self.rows - 1: self._figure(self.floor)}
        if self._limit_row() is not None and curve.limit is not None:
            row = self._limit_row() or 0
            self.labels = {
                at: text for at, text in self.labels.items() if abs(at - row) > 1 or at == self.rows - 1
            } | {row: self._figure(curve.limit)}
        self.margin = max(map(len, self.labels.values()))
        self.columns = max(width - self.margin - 2, 10)
        self.end = self._end()

    def lines(self, style: str) -> Iterator[Text]:
        """The chart, top to bottom; the curve itself in ``style``."""
        canvas = _Canvas(self.columns, self.rows, ascii_only=self.ascii_only)
        self._draw(canvas)
        edge = "|" if self.ascii_only else "┤"
        for row in range(self.rows):
            label = f"{self.labels.get(row, ''):>{self.margin}}"
            bar = edge if row in self.labels else "|" if self.ascii_only else "│"
            line = Text.assemble((f"{label} {bar}", "dim"), canvas.row(row, style))
            line.rstrip()
            yield line
        yield from self._axis()

    def _draw(self, canvas: _Canvas) -> None:
        curve = self.curve
        points = [(self._column(at), self._row(value)) for at, value in curve.points]
        for (begin, end), (at, _) in zip(pairwise(points), curve.points[1:], strict=True):
            corner = (end[0], begin[1]) if at in curve.marks else begin  # what begins anew does so at once
            canvas.line(begin, corner)
            canvas.line(corner, end)
        if len(points) == 1:
            canvas.line(points[0], points[0])
        if points:  # what was read last holds until now
            canvas.line(points[-1], (self._column(curve.now), points[-1][1]))
        limit = self._limit_row()
        for column in range(canvas.width if limit is not None else 0):
            canvas.put(column, limit or 0, "-" if self.ascii_only else "╌", "red")
        for mark in curve.marks:
            for row in range(canvas.height):
                canvas.put(int(self._column(mark)), row, ":" if self.ascii_only else "┊", "dim")
        self._draw_ahead(canvas)

    def _draw_ahead(self, canvas: _Canvas) -> None:
        """A wedge from now to the reset, as wide there as it is unsure what will have been used."""
        curve = self.curve
        if curve.ahead is None or not curve.points:
            return
        used, (reset, quantiles) = curve.points[-1][1], curve.ahead
        for column in range(int(self._column(curve.now)) + 1, canvas.width):
            at = self.curve.begin + (column + 0.5) / self.columns * (self.end - self.curve.begin)
            share = min((at - curve.now) / (reset - curve.now), 1)
            low, middle, high = (int(self._row(used + (one - used) * share)) for one in quantiles)
            for row in range(max(high, 0), min(low, canvas.height - 1) + 1):
                shade = "." if self.ascii_only else "▒" if row == middle else "░"
                canvas.put(column, row, shade, "dim")

    def _axis(self) -> Iterator[Text]:
        rule, corner, notch = ("-", "+", "+") if self.ascii_only else ("─", "└", "┴")
        line = [rule] * self.columns
        texts = [" "] * self.columns
        for at, text in ticks(self.curve.begin, self.end, max(self.columns // _TICK, 1), self.zone):
            column = min(int(self._column(at)), self.columns - 1)
            line[column] = notch
            begin = min(max(column - len(text) // 2, 0), self.columns - len(text))
            if "".join(texts[max(begin - 1, 0) : begin + len(text)]).strip() == "":
                texts[begin : begin + len(text)] = text
        indent = " " * (self.margin + 1)
        yield Text(f"{indent}{corner}{''.join(line)}", "dim")
        yield Text(f"{indent} {''.join(texts)}".rstrip(), "dim")

    def _column(self, at: float) -> float:
        return (at - self.curve.begin) / (self.end - self.curve.begin) * self.columns

    def _row(self, value: float) -> float:
        """Rows from the top; the middle of the first one is the highest value. Nothing leaves the frame."""
        share = (value - self.floor) / (self.top - self.floor)
        return (1 - min(max(share, 0.0), 1.0)) * (self.rows - 1) + 0.5

    def _end(self) -> float:
        """Now, or the reset where something is foreseen; at most as far ahead as the beginning lies back."""
        curve = self.curve
        now = max(curve.now, curve.begin + 600)
        return now if curve.ahead is None else min(curve.ahead[0], 2 * now - curve.begin)

    def _top(self) -> float:
        """The highest value that is drawn: the limit, unless all else would lie on the floor then."""
        highest = max((value for _, value in self.curve.points), default=0.0)
        limit = self.curve.limit
        if self.curve.ahead is not None:
            highest = max(highest, min(self.curve.ahead[1][2], 1.3 * max(highest, limit or 0.0)))
        if limit is not None and limit <= 5 * highest:
            highest = max(highest, limit)
        return highest if highest > 0 else limit or 1.0

    def _limit_row(self) -> int | None:
        limit = self.curve.limit
        return None if limit is None or not 0 < limit <= self.top else int(self._row(limit))

    def _figure(self, value: float) -> str:
        text = words.short_figure(plain(Decimal(f"{value:.3g}")), self.curve.unit)
        return text if len(text) <= _LABEL else ""

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
_BRAILLE = range(0x2800, 0x2900)
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

_IN_ASCII = str.maketrans("┤│╌┊░▒─└┴", "||-:..-++")


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
        self.limit_row: int | None = None
        if curve.limit is not None and 0 < curve.limit <= self.top:
            self.limit_row = int(self._row(curve.limit))
            if self.limit_row == 1:  # no room for both
                del self.labels[0]
            self.labels[self.limit_row] = self._figure(curve.limit)
        self.margin = max(map(len, self.labels.values()))
        self.columns = max(width - self.margin - 2, 10)
        self.end = self._end()
        self.cells = [[(" ", "")] * self.columns for _ in range(self.rows)]

    def lines(self, style: str) -> Iterator[Text]:
        """The chart, top to bottom; the curve itself in ``style``. What is drawn later stands before."""
        self._draw_ahead()
        for mark in self.curve.marks:
            for row in range(self.rows):
                self._put(int(self._column(mark)), row, "┊", "dim")
        if self.limit_row is not None:
            self.cells[self.limit_row] = [(self._sign("╌"), "red")] * self.columns
        self._draw_curve(style)
        for row, cells in enumerate(self.cells):
            label, edge = self.labels.get(row, ""), "┤" if row in self.labels else "│"
            line = Text.assemble((f"{label:>{self.margin}} {self._sign(edge)}", "dim"), *cells)
            line.rstrip()
            yield line
        yield from self._axis()

    def _draw_curve(self, style: str) -> None:
        curve = self.curve
        points = [(self._column(at), self._row(value)) for at, value in curve.points]
        for (begin, end), (at, _) in zip(pairwise(points), curve.points[1:], strict=True):
            corner = (end[0], begin[1]) if at in curve.marks else begin  # what begins anew does so at once
            self._line(begin, corner, style)
            self._line(corner, end, style)
        if points:  # what was read last holds until now
            self._line(points[-1], (self._column(curve.now), points[-1][1]), style)

    def _line(self, begin: tuple[float, float], end: tuple[float, float], style: str) -> None:
        """From one place to another, both in cells from the upper left, in dots: a braille character has two
        by four of them, ASCII one.
        """
        across, down = (1, 1) if self.ascii_only else (2, 4)
        (left, top), (right, bottom) = begin, end
        steps = int(max(abs(right - left) * across, abs(bottom - top) * down)) + 1
        for step in range(steps + 1):
            share = step / steps
            x = min(max(int((left + (right - left) * share) * across), 0), self.columns * across - 1)
            y = min(max(int((top + (bottom - top) * share) * down), 0), self.rows * down - 1)
            cells, column = self.cells[y // down], x // across
            before = ord(cells[column][0])
            dots = before if before in _BRAILLE else _BRAILLE.start
            cells[column] = ("*" if self.ascii_only else chr(dots | _DOTS[x % across][y % down]), style)

    def _put(self, column: int, row: int, sign: str, style: str) -> None:
        if 0 <= column < self.columns and 0 <= row < self.rows:
            self.cells[row][column] = (self._sign(sign), style)

    def _sign(self, sign: str) -> str:
        return sign.translate(_IN_ASCII) if self.ascii_only else sign

    def _draw_ahead(self) -> None:
        """A wedge from now to the reset, as wide there as it is unsure what will have been used."""
        curve = self.curve
        if curve.ahead is None or not curve.points:
            return
        used, (reset, quantiles) = curve.points[-1][1], curve.ahead
        for column in range(int(self._column(curve.now)) + 1, self.columns):
            at = self.curve.begin + (column + 0.5) / self.columns * (self.end - self.curve.begin)
            share = min((at - curve.now) / (reset - curve.now), 1)
            low, middle, high = (int(self._row(used + (one - used) * share)) for one in quantiles)
            for row in range(high, low + 1):
                self._put(column, row, "▒" if row == middle else "░", "dim")

    def _axis(self) -> Iterator[Text]:
        line = ["─"] * self.columns
        texts = [" "] * self.columns
        for at, text in ticks(self.curve.begin, self.end, max(self.columns // _TICK, 1), self.zone):
            column = min(int(self._column(at)), self.columns - 1)
            line[column] = "┴"
            begin = min(max(column - len(text) // 2, 0), self.columns - len(text))
            if "".join(texts[max(begin - 1, 0) : begin + len(text)]).strip() == "":
                texts[begin : begin + len(text)] = text
        indent = " " * (self.margin + 1)
        yield Text(indent + self._sign(f"└{''.join(line)}"), "dim")
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

    def _figure(self, value: float) -> str:
        text = words.short_figure(plain(Decimal(f"{value:.3g}")), self.curve.unit)
        return text if len(text) <= _LABEL else ""

"""xbar, SwiftBar and Argos: the bar's line, ``---``, the menu. Parameters follow a ``|``, so text has none;
and each of the three turns some text into something else unless its parameters say not to.
"""

import os

from gaugeway.lines.hosts import plain
from gaugeway.lines.hosts.details import header, limit
from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gaugeway.lines.line import Line

WIDTH = 40

_COLOURS = {"low": "orange", "critical": "red", "exhausted": "red", "error": "red"}


def render(line: "Line") -> str:
    return "\n".join(_lines(line))


def _lines(line: "Line") -> "Iterator[str]":
    verbatim = _verbatim()
    first = line.pieces[0] if line.pieces else None
    colour = "gray" if first is not None and first.stale else _COLOURS.get(line.level)
    bar = SEPARATOR.join([piece.text for piece in line.pieces])
    yield _line(bar, verbatim, colour)
    yield "---"
    for gauge in line.known.gauges:
        colour = "gray" if gauge.stale else _COLOURS.get(gauge.style)
        yield _line(f"{gauge.label}: {header(gauge)}", verbatim, colour)
        for meter in gauge.meters:
            yield _line(f"  {limit(meter, gauge)}", f"{verbatim} trim=false", None)
    yield "Refresh | refresh=true"


def _line(text: str, parameters: str, colour: str | None) -> str:
    text = plain.clean(text).replace("|", "¦")
    if text.lstrip().startswith("-"):  # a separator, or a level of the menu
        text = text.replace("-", "\u2010", 1)
    return f"{text or ' '} | {parameters}" + ("" if colour is None else f" color={colour}")


def _verbatim() -> str:
    """What keeps the text as it is, in the program that asks."""
    if "ARGOS_VERSION" in os.environ:
        return "ansi=false emojize=false unescape=false useMarkup=false"
    if "SWIFTBAR" in os.environ:
        return "ansi=false emojize=false symbolize=false md=false"
    return "ansi=false emojize=false"

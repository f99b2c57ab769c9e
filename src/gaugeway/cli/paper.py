"""What text is put on: a terminal, a pipe, or the dialog of another program. Signs, wrapping, safe text."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gaugeway.amounts import clean
from gaugeway.view.cells import wrapped

if TYPE_CHECKING:
    from gaugeway.view.report import ProblemView

PROSE = 100  # cells: longer lines of text are hard to read, however wide the terminal is


class Glyphs(NamedTuple):
    dot: str
    mark: str
    cross: str
    arrow: str
    dash: str
    so: str
    ascii_only: bool


UNICODE = Glyphs("●", "▸", "✗", "→", "·", "╰", ascii_only=False)
ASCII = Glyphs("*", ">", "x", "->", "-", "`-", ascii_only=True)


def prose(console: Console, sign: str, text: str, style: str) -> Iterator[Text]:
    """Text of any length, wrapped under its sign. A path or an address stays whole, to be copied."""
    indent = 2 + cell_len(sign) + 1
    width = max(min(console.width, PROSE) - indent, 20)
    for index, line in enumerate(wrapped(said(console, text, 1000), width)):
        yield Text((f"  {sign} " if index == 0 else " " * indent) + line, style)


def section(console: Console, title: str, facts: Iterable[tuple[str, str]], remedy: str | None) -> Text:
    """Facts under a title, names that repeat themselves left out; and what is to be done, if something is."""
    glyphs = glyphs_of(console)
    style = "green" if remedy is None else "red"
    lines = [Text.assemble((f"{glyphs.dot} ", style), (said(console, title), "bold"))]
    before = ""
    for name, value in facts:
        shown = "" if name == before else name
        lines.append(Text.assemble((f"  {shown:<23}", "dim"), said(console, value, 1000)))
        before = name
    if remedy is not None:
        lines += prose(console, glyphs.arrow, remedy, style)
    return Text("\n").join(lines)


def warning(console: Console, problem: "ProblemView") -> Text:
    where = f"{problem.file}: {problem.field}" if problem.field else problem.file
    first = Text.assemble(("! ", "yellow"), said(console, where))
    return Text("\n").join([first, *prose(console, " ", problem.message, "")])


def until(stamp: str, now: datetime) -> float:
    """Seconds, negative where it is over."""
    return (datetime.fromisoformat(stamp) - now).total_seconds()


def said(console: Console, text: str, most: int = 200) -> str:
    """Text from elsewhere, without control characters and within what the terminal can encode."""
    return clean(text, most).encode(console.encoding, "replace").decode(console.encoding)


def glyphs_of(console: Console) -> Glyphs:
    return ASCII if console.options.ascii_only else UNICODE


def paper(width: int) -> Console:
    """A console for text that is drawn elsewhere, in lines of ``width`` cells."""
    return Console(
        file=StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False
    )


def put(console: Console, text: Text) -> None:
    """Print lines that were made to fit; what is longer goes over the edge, whole."""
    if not text:
        return
    with console.capture() as captured:
        console.print(text, soft_wrap=True, highlight=False)
    console.file.write(captured.get())  # where rich itself writes, a broken pipe ends the process its way

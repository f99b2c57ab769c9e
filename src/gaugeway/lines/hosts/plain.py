"""Text, without anything that a terminal would obey."""

from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line

WIDTH = 0


def render(line: "Line") -> str:
    return SEPARATOR.join([clean(piece.text) for piece in line.pieces])


def clean(text: str) -> str:
    """One line, printable. What is stored is clean already; a template may hold anything."""
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else " " for char in text])

"""tmux expands formats in a command's output: ``#`` is doubled. ``%`` is not: times are filled in before."""

from gaugeway.lines.hosts.plain import clean
from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line
    from gaugeway.lines.wording import Piece

WIDTH = 60

_STYLES = {"low": "fg=yellow", "critical": "fg=red", "exhausted": "fg=red,bold", "error": "fg=red"}


def render(line: "Line") -> str:
    return SEPARATOR.join([_styled(piece) for piece in line.pieces])


def _styled(piece: "Piece") -> str:
    text = clean(piece.text).replace("#", "##")
    style = "dim" if piece.stale else _STYLES.get(piece.style)
    return text if style is None else f"#[{style}]{text}#[default]"

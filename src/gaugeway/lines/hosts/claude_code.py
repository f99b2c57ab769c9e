"""Claude Code shows what a command prints, with ANSI colours. The JSON on its standard input is left there:
it does not say which gateway a model comes from, and waiting for it could take forever.
"""

from gaugeway.lines.hosts.plain import clean
from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line
    from gaugeway.lines.wording import Piece

WIDTH = 80

_STYLES = {"low": "33", "critical": "31", "exhausted": "1;31", "error": "31"}


def render(line: "Line") -> str:
    return SEPARATOR.join([_styled(piece) for piece in line.pieces])


def _styled(piece: "Piece") -> str:
    text, code = clean(piece.text), "2" if piece.stale else _STYLES.get(piece.style)
    return text if code is None else f"\x1b[{code}m{text}\x1b[0m"

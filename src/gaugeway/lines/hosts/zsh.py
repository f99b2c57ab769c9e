"""zsh's prompt escapes: ``%`` is doubled. With PROMPT_SUBST a prompt is also a string that is evaluated, and
with PROMPT_BANG ``!`` is the history; an escape for those would show where they are off, so their characters
are replaced by wide ones.
"""

from gaugeway.lines.hosts.plain import clean
from gaugeway.lines.wording import SEPARATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line
    from gaugeway.lines.wording import Piece

WIDTH = 40

INERT = {"$": "＄", "`": "｀", "\\": "＼", "!": "！"}  # noqa: RUF001  (that is what they are for)
_STYLES = {"low": "yellow", "critical": "red", "exhausted": "red", "error": "red"}


def render(line: "Line") -> str:
    return SEPARATOR.join([_styled(piece) for piece in line.pieces])


def _styled(piece: "Piece") -> str:
    text = inert(clean(piece.text)).replace("%", "%%")
    colour = "8" if piece.stale else _STYLES.get(piece.style)
    return text if colour is None else f"%F{{{colour}}}{text}%f"


def inert(text: str) -> str:
    """Without what a shell evaluates inside of double quotes."""
    for char, wide in INERT.items():
        text = text.replace(char, wide)
    return text

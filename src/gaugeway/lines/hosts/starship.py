"""starship escapes what a command prints since 1.20; before, the shell below evaluated it. So nothing that a
shell would evaluate is printed. Its colours are starship's own.
"""

from gaugeway.lines.hosts import plain, zsh

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gaugeway.lines.line import Line

WIDTH = 40


def render(line: "Line") -> str:
    return zsh.inert(plain.render(line))

"""Draws docs/images/show.svg: what `gaugeway show` prints on the demo gateway at a fixed moment.

`make_picture.py SCREEN.ansi PICTURE.svg` draws a screen that `tmux capture-pane -p -e` has printed.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from gaugeway.cli.context import App
from gaugeway.cli.demo import environment
from gaugeway.cli.main import main as gaugeway
from gaugeway.sources.environment import Environment
from gaugeway.testing.gateway import DemoGateway
from gaugeway.testing.server import LoopbackServer

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "show.svg"
NOW = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
WIDTH = 96
# No fonts from the network: whoever looks at the picture tells nobody.
FORMAT = re.sub(r"@font-face \{\{.*?\n\s*\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
)


class OnTerminal(App):
    """The program as it is, on a terminal that remembers what was written to it."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env, clock=lambda: NOW)
        self.written = io.StringIO()

    def console(self, *, stderr: bool = False) -> Console:  # noqa: ARG002  (one terminal for both)
        return Console(
            file=self.written, width=WIDTH, force_terminal=True, color_system="standard", _environ={}
        )


def picture() -> str:
    demo = DemoGateway(clock=lambda: NOW)
    with TemporaryDirectory() as folder, LoopbackServer(demo) as server:
        nowhere = Environment(environ={}, home=Path(folder), cwd=Path(folder))
        app = OnTerminal(environment(nowhere, Path(folder), demo.config(server.url)))
        gaugeway(["show"], app)
    return drawn(app.written.getvalue(), WIDTH, "gaugeway")


def captured(ansi: str) -> str:
    width = max(Text.from_ansi(line).cell_len for line in ansi.splitlines())
    return drawn(ansi, width, "OpenCode")


def drawn(ansi: str, width: int, title: str) -> str:
    screen = Console(file=io.StringIO(), record=True, width=width)
    screen.print(Text.from_ansi(ansi))
    return screen.export_svg(title=title, theme=MONOKAI, unique_id="gaugeway", code_format=FORMAT)


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    if len(sys.argv) == 3:
        Path(sys.argv[2]).write_text(captured(Path(sys.argv[1]).read_text()))
    else:
        PICTURE.write_text(picture())

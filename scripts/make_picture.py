"""Draws docs/images: `gaugeway show` on the demo gateway, and `gaugeway history` of somebody made up.

`make_picture.py SCREEN.ansi PICTURE.svg` draws a screen that `tmux capture-pane -p -e` has printed.
"""

import io
import random
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
from gaugeway.view.words import Zone

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "images"
NOW = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
WIDTH = 96
# No fonts from the network: whoever looks at the picture tells nobody.
FORMAT = re.sub(r"@font-face \{\{.*?\n\s*\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
)


class OnTerminal(App):
    """The program as it is, on a terminal that remembers what was written to it."""

    def __init__(self, env: Environment) -> None:
        self.now = NOW
        super().__init__(env, clock=lambda: self.now, zone=Zone())
        self.written = io.StringIO()

    def forget(self) -> None:
        self.written.truncate(0)
        self.written.seek(0)

    def console(self, *, stderr: bool = False) -> Console:  # noqa: ARG002  (one terminal for both)
        return Console(
            file=self.written, width=WIDTH, force_terminal=True, color_system="standard", _environ={}
        )


def show() -> str:
    """The demo gateway after ten days of readings, so that there is something to foresee from."""
    app: OnTerminal
    demo = DemoGateway(clock=lambda: app.now)
    with TemporaryDirectory() as folder, LoopbackServer(demo) as server:
        nowhere = Environment(environ={}, home=Path(folder), cwd=Path(folder))
        app = OnTerminal(environment(nowhere, Path(folder), demo.config(server.url)))
        for hour in range(10 * 24, -1, -3):
            app.now = NOW - timedelta(hours=hour)
            app.forget()
            gaugeway(["show", "--refresh"], app)
    return drawn(app.written.getvalue(), WIDTH, "gaugeway")


def history() -> str:
    """Two weeks of somebody who works on weekdays, read once an hour."""
    chance = random.Random(7)
    spent = {"day": 0, "week": 0.0}
    answer: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory() as folder, LoopbackServer({"/quota": answer}) as server:
        config = f'[gateways.campus]\nlabel = "Campus"\nbase_url = "{server.url}"\napi_key = "sk-demo"\n'
        nowhere = Environment(environ={}, home=Path(folder), cwd=Path(folder))
        app = OnTerminal(environment(nowhere, Path(folder), config))
        for hour in range(14 * 24, -1, -1):
            now = app.now = NOW - timedelta(hours=hour)
            midnight = now.replace(hour=0, minute=0)
            if now.hour == 0:
                spent["day"] = 0
                spent["week"] *= now.weekday() != 0
            if now.weekday() < 5 and 8 <= now.hour < 18:
                used = chance.randrange(40_000) * chance.randrange(1, 4)
                spent["day"] += used
                spent["week"] += used / 40_000
            answer["tokens"] = {
                "limit": 1_000_000,
                "used": spent["day"],
                "resets_at": (midnight + timedelta(days=1)).isoformat(),
            }
            answer["cost"] = {
                "limit": 50,
                "used": round(spent["week"], 2),
                "resets_at": (midnight + timedelta(days=7 - now.weekday())).isoformat(),
            }
            gaugeway(["show", "--refresh"], app)
        app.forget()
        gaugeway(["history", "--since", "10d"], app)
    return drawn(app.written.getvalue(), WIDTH, "gaugeway")


def captured(ansi: str) -> str:
    width = max(Text.from_ansi(line).cell_len for line in ansi.splitlines())
    return drawn(ansi, width, "OpenCode")


def drawn(ansi: str, width: int, title: str) -> str:
    screen = Console(file=io.StringIO(), record=True, width=width)
    screen.print(Text.from_ansi(ansi))
    return screen.export_svg(title=title, theme=MONOKAI, unique_id="gaugeway", code_format=FORMAT)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    if len(sys.argv) == 3:
        Path(sys.argv[2]).write_text(captured(Path(sys.argv[1]).read_text()))
    else:
        (PICTURES / "show.svg").write_text(show())
        (PICTURES / "history.svg").write_text(history())

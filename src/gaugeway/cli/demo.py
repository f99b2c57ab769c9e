"""``gaugeway demo``: a gateway on loopback that speaks several formats, and ``show`` on it, for real."""

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import click

from gaugeway.cli.context import App, narrate
from gaugeway.cli.main import main
from gaugeway.sources.environment import Environment
from gaugeway.testing.gateway import DemoGateway
from gaugeway.testing.server import LoopbackServer


@click.command("demo")
@click.option("--serve", is_flag=True, help="Go on serving until Ctrl-C, to be looked at from another shell.")
@click.pass_obj
def command(app: App, serve: bool) -> None:
    """Show a demo gateway with moving numbers.

    It runs on this machine's loopback and keeps its configuration and state in a temporary folder: nothing
    of yours is read or written. One of its gateways fails, to show how that looks.
    """
    demo = DemoGateway(clock=app.clock)
    with TemporaryDirectory(prefix="gaugeway-demo-") as folder, LoopbackServer(demo) as server:
        env = environment(app.env, Path(folder), demo.config(server.url))
        narrate(f"a demo gateway answers at {server.url}; one of its customers has a wrong key")
        sys.stderr.flush()
        main(["show"], App(env, clock=app.clock))
        sys.stdout.flush()
        if not serve:
            narrate("`gaugeway demo --serve` lets you look around in it, `gaugeway add URL` adds a real one")
            return
        narrate("serving until Ctrl-C; in another shell:")
        for name in ("GAUGEWAY_CONFIG", "GAUGEWAY_STATE_DIR"):
            click.echo(f"export {name}={env.environ[name]}", err=True)
        click.echo("gaugeway show --max-age 0", err=True)
        with suppress(KeyboardInterrupt):
            Event().wait()
        click.echo("", err=True)


def environment(mine: Environment, folder: Path, config: str) -> Environment:
    """Surroundings in which ``folder`` is all there is. Of ``mine``, only what the terminal can do stays."""
    file = folder / "config.toml"
    file.write_text(config, encoding="utf-8")
    terminal = {
        name: mine.environ[name]
        for name in ("TERM", "NO_COLOR", "COLORTERM", "COLUMNS")
        if name in mine.environ
    }
    places = {"GAUGEWAY_CONFIG": str(file), "GAUGEWAY_STATE_DIR": str(folder / "state")}
    return Environment(environ=terminal | places, home=folder, cwd=folder, platform="linux")

"""The command ``gaugeway``: options that all commands share, and commands loaded one at a time."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click

from gaugeway import __version__
from gaugeway.cli.context import App
from gaugeway.errors import HINTS, GaugewayError, SetupError

COMMANDS = (
    "show",
    "status",
    "add",
    "detect",
    "check",
    "gate",
    "history",
    "line",
    "alerts",
    "demo",
    "opencode",
)  # each gaugeway.cli.<name>
_HIDDEN = ("refresh",)  # what gaugeway starts itself
_VERDICTS = ("check", "gate")  # whose exit code must not be another command's
_INTERRUPTED, _BROKEN_PIPE = 130, 141  # as a shell reports what a signal ended


class _Commands(click.Group):
    """``gaugeway`` alone is ``gaugeway show``, with its options."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in (*COMMANDS, *_HIDDEN):
            return None
        return cast("click.Command", import_module(f"gaugeway.cli.{cmd_name}").command)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = _own_options(args)
        if at < len(args):
            wants_show = args[at].startswith("-")
        else:
            wants_show = at == len(args) and not ctx.resilient_parsing
        if wants_show and not {"-h", "--help", "--version"}.intersection(args[: at + 1]):
            verdict = next((index for index in range(at, len(args)) if args[index] in _VERDICTS), None)
            args.insert(at, "show" if verdict is None else args.pop(verdict))
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in (*COMMANDS, *_HIDDEN) and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean `gaugeway {near[0]}`?" if near else f"is it an id? `gaugeway show {name}`"
            ctx.fail(f"no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What reads us has seen enough. The interpreter flushes once more as it ends: into nothing.
            import os

            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _BROKEN_PIPE
        return result


def _own_options(args: Sequence[str]) -> int:
    """How many arguments at the beginning are the group's own ``--config``; one more than there are
    where its value is missing.
    """
    at = 0
    while at < len(args) and args[at].partition("=")[0] == "--config":
        at += 1 if "=" in args[at] else 2
    return at


@click.group("gaugeway", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read this instead of the user's config.toml.",
)
@click.version_option(__version__, package_name="gaugeway", message="%(prog)s %(version)s")
@click.pass_obj
def group(app: App, config: Path | None) -> None:
    """How much is left on every gateway you use, until when?

    Without a command: `show`, with its options. `gaugeway COMMAND --help` says more of each.
    """
    app.config_file = config


def main(args: Sequence[str] | None = None, app: App | None = None) -> int:
    """Run one command line (the process's own by default) and return its exit code."""
    try:
        result: Any = group.main(
            None if args is None else list(args), "gaugeway", standalone_mode=False, obj=app or App()
        )
    except click.Abort:
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except GaugewayError as error:
        click.echo(f"gaugeway: {error.message}", err=True)
        if error.hint and error.hint != HINTS["invalid_config"]:  # what was typed is in no file
            click.echo(f"  {error.hint}", err=True)
        return 2 if isinstance(error, SetupError) else 1
    return int(result or 0)

"""``gaugeway line`` among the commands: listed and documented. It has run before any of this loads."""

from collections.abc import Sequence

import click

from gaugeway.lines.arguments import HELP
from gaugeway.lines.line import run


class _Line(click.Command):
    """Its arguments are parsed by itself, and so is its help."""

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002  (click's signature)
        return HELP.rstrip("\n")


@click.command("line", cls=_Line, add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, words: Sequence[str]) -> int:
    """Print one line for a bar or a prompt."""
    config = context.find_root().params.get("config")
    return run(words, "" if config is None else str(config))

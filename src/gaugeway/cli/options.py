"""Arguments and options that several commands have. They stand above a command like click's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from gaugeway.amounts import span_of
from gaugeway.cli.context import complete_ids

gateway_ids = click.argument("ids", metavar="[ID]...", nargs=-1, shell_complete=complete_ids)
key_env = click.option("--key-env", metavar="NAME", help="The environment variable that holds the key.")
key_file = click.option("--key-file", metavar="PATH", help="The file that holds the key.")


def max_age(says: str) -> Callable[..., Any]:
    """``--max-age S``, in seconds; ``says`` what the command makes of it."""
    return click.option("--max-age", type=click.FloatRange(min=0), metavar="S", help=says)


class Parsed(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """Text that ``parse`` makes something of; its ValueError says what is wrong with it."""

    name = "text"

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse = parse

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def model(says: str = "Only the gateway of this model, with the model's own limits.") -> Callable[..., Any]:
    """``--model PROVIDER/MODEL``; the command gets the two apart."""
    return click.option("--model", metavar="PROVIDER/MODEL", type=Parsed(_apart), help=says)


def _span(text: str) -> timedelta:
    try:
        return span_of(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a length of time like 90s, 30m, 12h, 7d, 4w") from None


SPAN = Parsed(_span)


def _apart(text: str) -> tuple[str, str]:
    """The model's own name may have as many slashes as it likes."""
    provider, _slash, name = text.partition("/")
    if not (provider and name):
        raise ValueError(f"{text!r} is not PROVIDER/MODEL")
    return provider, name

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


def model(says: str = "Only the gateway of this model, with the model's own limits.") -> Callable[..., Any]:
    """``--model PROVIDER/MODEL``; the command gets the two apart."""
    return click.option("--model", metavar="PROVIDER/MODEL", callback=_apart, help=says)


def span(_: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """The callback of an option that takes a length of time."""
    try:
        return None if value is None else span_of(value)
    except ValueError:
        message = f"{value!r} is not a length of time like 90s, 30m, 12h, 7d, 4w"
        raise click.BadParameter(message, param=param) from None


def _apart(_: click.Context, param: click.Parameter, value: str | None) -> tuple[str, str] | None:
    """The model's own name may have as many slashes as it likes."""
    if value is None:
        return None
    provider, _slash, name = value.partition("/")
    if not (provider and name):
        raise click.BadParameter(f"{value!r} is not PROVIDER/MODEL", param=param)
    return provider, name

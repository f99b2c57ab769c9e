"""Commands whose exit code is a verdict: whatever goes wrong must not look like one."""

from collections.abc import Sequence
from typing import Any

import click

from gaugeway.cli import options
from gaugeway.cli.context import App, narrate
from gaugeway.collector import State
from gaugeway.errors import GaugewayError
from gaugeway.sources.gateway import Gateway
from gaugeway.sources.openai_compatible import Found

UNKNOWN = 3

accepted_age = options.max_age("Ask again, and accept a reading that could not be renewed, up to S seconds.")


class VerdictCommand(click.Command):
    """Wrong usage, an unknown id, a store that can't be used, a crash: all end with :meth:`no_verdict`."""

    def no_verdict(self, args: Sequence[str]) -> int:  # noqa: ARG002  (a subclass looks at them)
        return UNKNOWN

    def unknown(self, why: str) -> None:
        """Says on stdout, to what reads it there, that there is no verdict; stderr has it already."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        code = self.no_verdict(args)
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            error.show()
            self.unknown(error.format_message())
            raise click.exceptions.Exit(code) from None
        context.meta[__name__] = code
        return context

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except click.ClickException as error:
            why = error.format_message()
            error.show()
        except GaugewayError as error:
            why = str(error)
            narrate(why)
        except Exception as error:  # noqa: BLE001  (a crash would end with 1, which is a verdict)
            why = f"this is a fault of gaugeway; please report it: {type(error).__name__}: {error}"
            narrate(why)
        self.unknown(why)
        return ctx.meta[__name__]


def read(app: App, gateways: Sequence[Gateway], max_age: float | None) -> list[State]:
    """As `show` reads. A window that ended a moment ago is not waited for: others may take their time to look
    after a reset, a verdict is wanted now.
    """
    states = app.read(gateways, max_age=max_age)
    if any(meter.expired for state in states if state.reading is not None for meter in state.reading.meters):
        states = app.read(gateways, max_age=0)
    return states


def hiding(found: Found) -> list[str]:
    """What is wrong with the configuration and may hide the gateway that matters: a file does not parse, or
    there is no gateway at all.
    """
    return [str(one) for one in found.problems if one.fatal or not found.gateways]

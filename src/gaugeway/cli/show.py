"""``gaugeway show``: reads what is due, shows what is left."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gaugeway.amounts import stamp
from gaugeway.cli import options
from gaugeway.cli.context import App, chosen, narrate, print_json
from gaugeway.collector import State
from gaugeway.sources.openai_compatible import Found
from gaugeway.view.project import project
from gaugeway.view.snapshot import SCHEMA, GatewayView, Snapshot

if TYPE_CHECKING:
    from rich.text import Text


@click.command("show")
@options.gateway_ids
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.readings/1, for programs.")
@click.option("--refresh", is_flag=True, help="Ask every gateway now, whatever is stored.")
@options.max_age("Ask those whose reading is older than S seconds.")
@options.model()
@click.option("-v", "--verbose", is_flag=True, help="Also notes, advisory limits and rate limits.")
@click.pass_obj
def command(
    app: App,
    *,
    ids: Sequence[str],
    as_json: bool,
    refresh: bool,
    max_age: float | None,
    model: tuple[str, str] | None,
    verbose: bool,
) -> int:
    """Show how much is left, until when.

    Reads what is due and shows the rest as stored. The limit that will stop you first stands first and is
    marked. Exits with 1 where a gateway has no usable reading, with 2 for a config file that does not parse.
    """
    found = app.found()
    gateways = chosen(found, ids)
    provider, name = (None, None) if model is None else model
    if provider is not None:
        gateways = found.serving(provider, gateways)
        if found.gateways and not gateways:
            narrate(f"no gateway belongs to the provider {provider!r}")

    def views(states: Sequence[State], now: datetime) -> list[GatewayView]:
        return [view_of(state, now, name) for state in states]

    def page(states: Sequence[State], *, stderr: bool = True) -> "Text":
        from gaugeway.cli.terminal import Page

        now, console = app.clock(), app.console(stderr=stderr)
        return Page(views(states, now), now, console, verbose=verbose, zone=app.zone).text()

    to_terminal = not as_json and sys.stdout.isatty()
    states = app.read(gateways, max_age=max_age, refresh=refresh, preview=page if to_terminal else None)
    if as_json:
        now = app.clock()
        print_json(Snapshot(schema=SCHEMA, generated_at=stamp(now), gateways=tuple(views(states, now))))
    else:
        from gaugeway.cli.paper import put

        put(app.console(), page(states, stderr=False))
    return exit_code(found, states)


def view_of(state: State, now: datetime, model: str | None = None) -> GatewayView:
    return project(
        state.gateway,
        state.reading,
        state.error,
        now=now,
        next_read_at=state.next_read_at,
        model=model,
        forecasts=state.forecasts,
        verdict=state.verdict,
    )


def exit_code(found: Found, states: Sequence[State]) -> int:
    """2 for a config file that does not parse, 1 where a gateway shown has no usable reading, else 0."""
    if any(problem.fatal for problem in found.problems):
        return 2
    return 1 if any(state.error is not None and state.reading is None for state in states) else 0

"""``gaugeway status``: the doctor. Says of each gateway where it comes from and what stands in its way."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gaugeway.cli import options
from gaugeway.cli.context import App, chosen, place, print_json
from gaugeway.cli.show import exit_code
from gaugeway.collector import State, stored
from gaugeway.errors import StoreError
from gaugeway.sources.gateway import Gateway
from gaugeway.sources.openai_compatible import Found
from gaugeway.view import words
from gaugeway.view.report import SCHEMA, GatewayReport, ProblemView, Report, problem_view, report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from gaugeway.view.failure import Failure


@click.command("status")
@options.gateway_ids
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.status/1, for programs.")
@click.pass_obj
def command(app: App, *, ids: Sequence[str], as_json: bool) -> int:
    """Say where each gateway and its key come from, and what is wrong.

    Asks nothing and shows no key. Exits like `show`.
    """
    found = app.found(project=True)
    states, document = diagnosis(app, found, chosen(found, ids))
    if as_json:
        print_json(document)
    else:
        from gaugeway.cli.paper import put

        console = app.console()
        put(console, page(document, app.clock(), console))
    return exit_code(found, states)


def diagnosis(app: App, found: Found, gateways: Sequence[Gateway]) -> tuple[list[State], Report]:
    """What the store has of these gateways, and the doctor's answer about them; where the store can't be used
    it says so, and what is known without.
    """
    problems = [problem_view(problem) for problem in found.problems]
    failing: Sequence[Failure] = ()
    try:
        with closing(app.store()) as store:
            states = stored(gateways, store=store, clock=app.clock)
            if found.alerts is not None and found.alerts.channels:
                from gaugeway.view.failure import failures

                failing = list(failures(found.alerts, store.outbox.waiting()).values())
    except StoreError as error:
        problems.append(ProblemView(file=str(app.env.state_dir()), field="", message=str(error)))
        states = [State(gateway=one, error=one.error or one.key.error) for one in gateways]
    reports = tuple(report(state, app.env.environ) for state in states)
    return states, Report(schema=SCHEMA, gateways=reports, problems=tuple(problems), channels=tuple(failing))


def page(document: Report, now: datetime, console: "Console") -> "Text":
    """The same as text: a section per gateway, then the problems."""
    from rich.text import Text

    from gaugeway.cli.alerts_page import failure_text
    from gaugeway.cli.paper import section, warning

    blocks = [section(console, one.label, _facts(one, now), one.hint) for one in document.gateways]
    failing = [
        ProblemView(file="alerts", field=f"the channel {one.channel} fails", message=failure_text(one, now))
        for one in document.channels
    ]
    blocks += [warning(console, problem) for problem in (*document.problems, *failing)]
    return Text("\n\n").join(blocks)


def _facts(one: GatewayReport, now: datetime) -> Iterator[tuple[str, str]]:
    """Names as in the JSON, values for people."""
    from gaugeway.cli.paper import until

    yield "provider_id", one.provider_id
    yield "preset", one.preset
    for defined in one.defined_in:
        yield "defined_in", f"{place(defined.file, defined.line)} ({defined.trust})"
    yield "origin", one.origin or "none"
    yield "quota_path", one.quota_path or "the preset's own"
    yield "auth", one.auth or "unknown"
    yield "proxy", one.proxy or "none"
    yield "api_key_configured", "yes" if one.api_key_configured else "no"
    yield "api_key_source", one.api_key_source or "none"
    for path in one.api_key_checked_paths:
        yield "api_key_checked_paths", path
    attempt, due = one.last_attempt, one.next_read_at
    yield (
        "last_attempt",
        (f"{attempt.outcome}, {words.age(-until(attempt.at, now))}" if attempt else "never"),
    )
    never = "with the next `gaugeway show`" if one.hint is None else "when this is mended"
    yield "next_read_at", words.countdown(until(due, now)) if due else never

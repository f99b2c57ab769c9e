"""``gaugeway alerts``: what is raised, what was sent, what fails; and a message to try it."""

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gaugeway.cli.context import App, narrate, print_json, unknown
from gaugeway.collector import stored
from gaugeway.errors import HINTS, GaugewayError
from gaugeway.sources.alerting import Alerts, Channel
from gaugeway.sources.openai_compatible import Found
from gaugeway.view.alerting import alerts_report
from gaugeway.view.messages import message
from gaugeway.view.zone import LOCAL

if TYPE_CHECKING:
    from gaugeway.alerts.facts import Facts

_NONE = "no alerts are configured; docs/alerts.md says how: a channel under [alerts.channels.NAME] will do"


@click.group("alerts", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.alerts/1, for programs.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> int:
    """Show what alerts are raised, what was sent lately and what fails.

    Sends nothing. Exits with 1 where a channel fails or [alerts] has a mistake, with 2 for a config file that
    does not parse.
    """
    if context.invoked_subcommand is not None:
        return 0
    app = context.ensure_object(App)
    found = app.found()
    alerts = found.alerts or Alerts()
    if found.alerts is None:
        narrate(_NONE)
    wrong = [problem for problem in found.problems if problem.field.partition(".")[0] == "alerts"]
    for problem in wrong:
        narrate(str(problem))
    with closing(app.store()) as store:
        states = stored(found.gateways, store=store, clock=app.clock)
        report = alerts_report(alerts, store.outbox, states, app.clock(), LOCAL)
    if as_json:
        print_json(report)
    else:
        from gaugeway.cli.alerts_page import page
        from gaugeway.cli.paper import put

        console = app.console()
        put(console, page(report, app.clock(), console))
    if any(problem.fatal for problem in found.problems):
        return 2
    return 1 if wrong or any(channel.failure is not None for channel in report.channels) else 0


@command.command("test")
@click.argument("channel", required=False)
@click.pass_obj
def test(app: App, channel: str | None) -> int:
    """Send one message now, through CHANNEL or through each, and say what happened.

    Quiet hours do not hold it. Exits with 1 where one was not delivered.
    """
    from gaugeway.notify.send import sender

    found = app.found()
    channels = _chosen(found, channel)
    width, failed = max(len(one.name) for one in channels), 0
    for one in channels:
        try:
            sender(one, app.env)(message(_sample(app.clock()), app.clock(), LOCAL))
        except GaugewayError as error:
            failed += 1
            hint = "" if error.hint in {"", HINTS["undelivered"]} else f" ({error.hint})"
            click.echo(f"{one.name:<{width}}  {one.kind}: not delivered: {error.message}{hint}")
        else:
            click.echo(f"{one.name:<{width}}  {one.kind}: delivered")
    return 1 if failed else 0


@command.command("deliver", hidden=True)
@click.pass_obj
def deliver(app: App) -> int:
    """Send what is due, and say nothing: what readers of gateways start in the background."""
    from gaugeway.notify.delivery import deliver
    from gaugeway.notify.send import sender

    alerts = app.found().alerts
    if alerts is None or not alerts.channels:
        return 0
    with closing(app.store()) as store:
        deliver(
            alerts,
            store.outbox,
            sender=lambda channel: sender(channel, app.env),
            compose=lambda facts, now: message(facts, now, LOCAL),
            clock=app.clock,
        )
    return 0


def _chosen(found: Found, name: str | None) -> list[Channel]:
    channels = [] if found.alerts is None else list(found.alerts.channels)
    if not channels:
        raise click.UsageError(_NONE if found.alerts is None else "no channel is configured as it should be")
    chosen = [one for one in channels if name in {None, one.name}]
    if name is not None and not chosen:
        raise unknown("channel has the name", name, [one.name for one in channels])
    return chosen


def _sample(now: datetime) -> "Facts":
    from gaugeway.alerts.facts import Facts
    from gaugeway.amounts import stamp

    return Facts(
        event="test",
        condition="test",
        cause="asked",
        rule="test",
        at=stamp(now),
        gateway="gaugeway",
        label="gaugeway",
    )

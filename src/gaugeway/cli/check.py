"""``gaugeway check``: a monitoring plugin."""

from collections.abc import Sequence

import click

from gaugeway.cli import options
from gaugeway.cli.context import App, chosen
from gaugeway.cli.verdicts import VerdictCommand, accepted_age, hiding, read
from gaugeway.gates.monitoring import UNKNOWN, Bounds, Finding, finding, output
from gaugeway.gates.need import Need

_LEFT = options.Parsed(lambda text: Need.of(text, "%"))


class _Check(VerdictCommand):
    def unknown(self, why: str) -> None:
        """Monitoring systems show what stands on stdout."""
        click.echo(output([Finding(UNKNOWN, why)])[1])


@click.command("check", cls=_Check)
@options.gateway_ids
@click.option(
    "-w", "--warn", multiple=True, metavar="LEFT", type=_LEFT, help="Warn below so much left: 20, 5USD."
)
@click.option(
    "-c", "--crit", multiple=True, metavar="LEFT", type=_LEFT, help="Alarm below so much left: 5, 1USD."
)
@click.option(
    "--runout",
    type=click.FloatRange(0, 1),
    metavar="P",
    help="Warn where it runs out before the reset with probability P, 0 to 1, or more.",
)
@accepted_age
@click.pass_obj
def command(
    app: App,
    *,
    ids: Sequence[str],
    warn: tuple[Need, ...],
    crit: tuple[Need, ...],
    runout: float | None,
    max_age: float | None,
) -> int:
    """Check what is left, as a plugin of Nagios, Icinga and their likes.

    Percentages and amounts may be given several times, each for the meters of its unit; without any, the
    levels of each gateway's configuration decide. A used up limit is always critical. Exits with 0 OK,
    1 WARNING, 2 CRITICAL, 3 UNKNOWN; whatever is not a verdict is 3.
    """
    for alarm in crit:
        if any(alarm.unit == one.unit and alarm.amount > one.amount for one in warn):
            raise click.UsageError("--crit is above --warn: both say how much is left, and less is worse")
    found = app.found()
    states = read(app, chosen(found, ids), max_age)
    now = app.clock()
    bounds = Bounds(warn, crit, runout)
    findings = [Finding(UNKNOWN, message) for message in hiding(found)]
    findings += [finding(state, bounds, now=now, max_age=max_age) for state in states]
    code, text = output(findings)
    click.echo(text)
    return code

"""``gaugeway history``: what was used, and when it began anew, from what is stored."""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

import click

from gaugeway.amounts import stamp
from gaugeway.cli import options
from gaugeway.cli.context import App, chosen, narrate, print_json, unknown
from gaugeway.collector import stored
from gaugeway.sources.gateway import Gateway
from gaugeway.store.history import Series
from gaugeway.view.past import SCHEMA, Past, past_of, table


@click.command("history")
@options.gateway_ids
@click.option("--meter", metavar="ID", help="Only this meter, as `show --json` calls it.")
@click.option("--since", metavar="SPAN", default="7d", type=options.SPAN, help="How far back: 12h, 7d, 4w.")
@click.option("--json", "as_json", is_flag=True, help=f"Print {SCHEMA}, for programs.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one row per sample, for spreadsheets.")
@click.pass_obj
def command(
    app: App, *, ids: Sequence[str], meter: str | None, since: timedelta, as_json: bool, as_csv: bool
) -> int:
    """Show what was used over time.

    Draws each meter with its limit, its resets and what is foreseen, in local time. Asks no gateway: only
    what was read is there. Exits with 1 where there is nothing, with 2 for wrong usage.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    found = app.found()
    gateways = chosen(found, ids)
    now = app.clock()
    with closing(app.store()) as store:
        states = stored(gateways, store=store, clock=app.clock)
        kept = [store.history.series(gateway.id) for gateway in gateways]
        if meter is not None:
            known = dict.fromkeys(one.meter_id for series in kept for one in series)
            if known and meter not in known:
                raise unknown("meter has the id", meter, known)
            kept = [[one for one in series if one.meter_id == meter] for series in kept]
        begin = (now - since).timestamp()
        past = [past_of(*one, begin) for one in zip(states, kept, strict=True)]
        if not (as_json or as_csv):
            from gaugeway.cli.curves import draw

            draw(app, store.history, list(zip(states, kept, strict=True)), begin, whole=meter is not None)
    if as_json:
        since_then = stamp(now - since)
        print_json(Past(schema=SCHEMA, generated_at=stamp(now), since=since_then, gateways=tuple(past)))
    elif as_csv:
        import csv

        csv.writer(sys.stdout, lineterminator="\n").writerows(table(past))
    if gateways and not any(series.samples for one in past for series in one.series):
        narrate(_nothing(gateways, kept))
        return 1
    return 2 if any(problem.fatal for problem in found.problems) else 0


def _nothing(gateways: Sequence[Gateway], kept: Sequence[Sequence[Series]]) -> str:
    last = max((series.samples[-1].time for some in kept for series in some), default=None)
    if last is not None:
        return f"nothing was read in that time; the last sample is of {stamp(last)}, see --since"
    which = f" {gateways[0].id}" if len(gateways) == 1 else ""
    return f"nothing is stored yet; `gaugeway show{which}` reads it"

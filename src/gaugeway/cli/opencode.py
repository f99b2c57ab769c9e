"""``gaugeway opencode``: what its plugins inside OpenCode show, and how they get there."""

from collections.abc import Mapping, Sequence
from typing import get_args

import click
from msgspec.structs import replace

from gaugeway.cli import options
from gaugeway.cli.context import App, print_json
from gaugeway.cli.plugins import install, status, uninstall
from gaugeway.cli.show import view_of
from gaugeway.collector import State
from gaugeway.errors import StoreError
from gaugeway.opencode.document import (
    SCHEMA,
    Dialog,
    PluginSettings,
    Sidebar,
    View,
)
from gaugeway.opencode.panel import WIDTH, Panel
from gaugeway.opencode.toast import Event, Seen, decide
from gaugeway.sources.gateway import KEY_SECONDS, Gateway
from gaugeway.sources.openai_compatible import Found
from gaugeway.view.entries import Share
from gaugeway.view.snapshot import GatewayView

_DIALOG = 56  # cells: OpenCode's dialog has 60
_OF_NOW = frozenset({"idle", "late", "command"})
_SHARES: Mapping[str, Share] = {"remaining": "left", "used": "used"}
_RECENT = 2  # seconds: after a turn, and whenever somebody asks, the last spending is what matters
_TIMER_MS, _LATE_MS = 300_000, 4000
_START = 5  # seconds to start, and to wait for another process that reads; above the gateways' own time


@click.group("opencode")
def command() -> None:
    """What is left, inside OpenCode."""


@command.command("view")
@click.option("--json", "as_json", is_flag=True, help="Print gaugeway.opencode/1, for the plugins.")
@click.option(
    "--event",
    type=click.Choice(get_args(Event)),
    default="command",
    help="What happened: with `idle`, `late` and `command` the reading is at most 2 seconds old.",
)
@options.model("The model of the session.")
@click.option("--width", type=click.IntRange(20, 500), default=_DIALOG, metavar="CELLS", help="Of a dialog.")
@click.option("--seen", default="", metavar="TEXT", help="`seen` of the answer before.")
@click.pass_obj
def view(
    app: App, *, as_json: bool, event: Event, model: tuple[str, str] | None, width: int, seen: str
) -> int:
    """Print what the plugins place on OpenCode's screen.

    Reads what is due, as `show` does. Exits with 0 wherever there is something to show, errors included.
    """
    found = app.found(project=True)
    provider, name = (None, None) if model is None else model
    current = [] if provider is None else [one.id for one in found.serving(provider, found.gateways)]
    gateways = _gateways(found, current, event, known=model is not None)
    states, now = _states(app, gateways), app.clock()
    views = [view_of(one, now, name if one.gateway.id in current else None) for one in states]
    toast = found.toast.settings
    panel = Panel(views, now, share=_SHARES[toast.percent_display_mode], current=current)
    told = [one for one in views if one.id in current or not toast.only_current_model]
    news = {one.id: panel.news(one) for one in told}
    shown, after = decide(event, toast, told, news, seen=Seen.of(seen), now=int(now.timestamp()))
    document = View(
        schema=SCHEMA,
        enabled=toast.enabled,
        settings=PluginSettings(
            timeout_ms=_timeout_ms(gateways),
            timer_ms=_TIMER_MS,
            late_ms=_LATE_MS,
            tool=toast.agent_tool,
            width=WIDTH,
        ),
        level=panel.level,
        prompt=panel.prompt(),
        home=panel.home(),
        sidebar=Sidebar(title="Quota", gateways=panel.sidebar()),
        quota=Dialog(title="Quota", text=_quota_text(app, found, views, width)),
        status=_status(app, found, width) if event == "command" else None,
        toast=shown,
        seen=after.text,
    )
    if as_json:
        print_json(document)
    else:
        click.echo("\n\n".join(part.text for part in (document.quota, document.status) if part is not None))
    return 0


def _timeout_ms(gateways: Sequence[Gateway]) -> int:
    """When a run that gives no answer may be given up."""
    times = [one.timeout + (0 if one.key.deferred is None else KEY_SECONDS) for one in gateways]
    return int((max(times, default=0) + _START) * 1000)


def _gateways(found: Found, current: Sequence[str], event: Event, *, known: bool) -> list[Gateway]:
    """What is shown; where it has to be of now, the gateways of the session's model are due again at once."""
    toast = found.toast.settings
    if not toast.enabled:
        return []
    only = toast.only_current_model and known
    shown = [one for one in found.gateways if one.id in current or not only]
    if event not in _OF_NOW:
        return shown
    return [
        replace(one, refresh=min(one.refresh, _RECENT)) if one.id in current or not current else one
        for one in shown
    ]


def _states(app: App, gateways: Sequence[Gateway]) -> list[State]:
    try:
        return app.read(gateways)
    except StoreError as error:  # shown in each one's place
        return [State(gateway=one, error=one.error or one.key.error or error) for one in gateways]


def _quota_text(app: App, found: Found, views: Sequence[GatewayView], width: int) -> str:
    from gaugeway.cli.paper import paper
    from gaugeway.cli.terminal import Page

    toast = found.toast.settings
    if not toast.enabled:
        return f"turned off: {found.toast.said['enabled']} is false"
    if views:
        share = _SHARES[toast.percent_display_mode]
        page = Page(views, app.clock(), paper(width), verbose=True, share=share, zone=app.zone)
        return page.text().plain.rstrip()
    if found.gateways:
        return "no gateway belongs to the session's model, and onlyCurrentModel is true"
    return "no gateway is configured; `gaugeway add URL` sets one up"


def _status(app: App, found: Found, width: int) -> Dialog:
    from gaugeway.cli.paper import paper
    from gaugeway.cli.status import diagnosis, page

    text = page(diagnosis(app, found, found.gateways)[1], app.clock(), paper(width)).plain.rstrip()
    return Dialog(title="Quota status", text=text)


for _one in (install, uninstall, status):
    command.add_command(_one)

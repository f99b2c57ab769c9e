"""What ``gaugeway alerts`` tells: the JSON contract ``gaugeway.alerts/1`` as types, and how it is filled."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gaugeway.alerts.conditions import LEVELS
from gaugeway.alerts.facts import Facts
from gaugeway.amounts import stamp
from gaugeway.collector import State
from gaugeway.readings import Level
from gaugeway.sources.alerting import Alerts, Channel, ChannelKind
from gaugeway.store.outbox import Entry, Outbox
from gaugeway.view import phrases
from gaugeway.view.failure import Failure, failures, moment
from gaugeway.view.messages import message
from gaugeway.view.snapshot import Time
from gaugeway.view.words import Zone

SCHEMA: Literal["gaugeway.alerts/1"] = "gaugeway.alerts/1"
SENT = 10  # messages that are listed

_GROWS = Meta(description="One of these today. Within version 1 others may be added.")


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """``source``: the URL's templates as written, where it has some (all else of it is ``...``); or the
    command's program. ``waiting``: messages that are not delivered yet.
    """

    name: str
    kind: Annotated[ChannelKind, _GROWS]
    source: str | None
    waiting: int
    failure: Failure | None


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """``rule``: its condition and gateways in words. ``gateways``: empty for all."""

    rule: str
    gateways: tuple[str, ...]
    to: tuple[str, ...]


class RaisedView(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule has raised and what is not over. ``meter`` is null for a gateway as a whole, ``level`` for
    a rule that is not about levels. ``label``: the gateway's. ``title``: the meter's, as its last reading has
    it; null where that lacks it.
    """

    rule: str
    gateway: str
    label: str
    meter: str | None
    title: str | None
    level: Level | None
    since: Time
    resets_at: Time | None


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message. ``at``: when it was delivered; where it was not yet, when it is tried next."""

    channel: str
    gateway: str
    rule: str
    title: str
    at: Time


class AlertsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway alerts --json`` prints. Within version 1 fields are only added.

    ``quiet_until`` is null outside of quiet hours. ``sent``: the last ones, newest first.
    """

    schema: Literal["gaugeway.alerts/1"]
    quiet: str | None
    quiet_until: Time | None
    channels: tuple[ChannelView, ...]
    rules: tuple[RuleView, ...]
    raised: tuple[RaisedView, ...]
    waiting: tuple[MessageView, ...]
    sent: tuple[MessageView, ...]


def alerts_report(
    alerts: Alerts, outbox: Outbox, states: Sequence[State], now: datetime, zone: Zone
) -> AlertsReport:
    """``states``: of the gateways that are configured, as they are stored."""
    waiting = outbox.waiting()
    failed = failures(alerts, waiting)
    rules = {rule.id: rule for rule in alerts.rules}
    gateways = {state.gateway.id: state.gateway for state in states}
    titles = {
        (state.gateway.id, meter.id): phrases.title(meter.title, meter.model)
        for state in states
        for meter in (() if state.reading is None else state.reading.meters)
    }
    quiet_until = None if alerts.quiet is None else alerts.quiet.ends(now)
    return AlertsReport(
        schema=SCHEMA,
        quiet=None if alerts.quiet is None else str(alerts.quiet),
        quiet_until=None if quiet_until is None else stamp(quiet_until),
        channels=tuple(_channel(one, waiting, failed) for one in alerts.channels),
        rules=tuple(RuleView(rule=one.id, gateways=one.gateways, to=one.channels) for one in alerts.rules),
        raised=tuple(
            RaisedView(
                rule=row.rule,
                gateway=row.gateway_id,
                label=gateways[row.gateway_id].label or row.gateway_id,
                meter=row.meter_id or None,
                title=titles.get((row.gateway_id, row.meter_id)),
                level=LEVELS[row.rank] if rules[row.rule].kind == "level" else None,
                since=moment(row.since),
                resets_at=None if row.resets_at is None else moment(row.resets_at),
            )
            for row in sorted(outbox.raised(list(gateways)), key=lambda row: -row.since)
            if row.rule in rules
        ),
        waiting=tuple(_message(entry, entry.next_at, now, zone) for entry in waiting),
        sent=tuple(
            _message(entry, at, datetime.fromtimestamp(at, UTC), zone)
            for entry in outbox.sent(SENT)
            if (at := entry.delivered_at) is not None
        ),
    )


def _channel(channel: Channel, waiting: Sequence[Entry], failed: Mapping[str, Failure]) -> ChannelView:
    source = channel.command[0] if channel.command else None
    if channel.url is not None and channel.url.shown != "...":
        source = channel.url.shown
    return ChannelView(
        name=channel.name,
        kind=channel.kind,
        source=source,
        waiting=sum(entry.channel == channel.name for entry in waiting),
        failure=failed.get(channel.name),
    )


def _message(entry: Entry, at: float, now: datetime, zone: Zone) -> MessageView:
    try:
        facts = message(msgspec.json.decode(entry.facts, type=Facts), now, zone)
        title, rule = facts.title, facts.rule
    except msgspec.ValidationError:  # of a newer gaugeway
        title, rule = "", ""
    return MessageView(channel=entry.channel, gateway=entry.gateway_id, rule=rule, title=title, at=moment(at))

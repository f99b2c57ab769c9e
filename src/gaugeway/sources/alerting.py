"""What ``[alerts]`` says: when to send a message, through which channels, and when not.

Only the user's own file is read for it: a channel is a command, or a URL that is a secret of its own.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

import msgspec

from gaugeway.amounts import clean, plain, span_of
from gaugeway.errors import SetupError
from gaugeway.sources.alert_tables import AlertsTable, Bad, ChannelTable, RuleTable
from gaugeway.sources.settings import Invalid, Problem, Setting, converted, nearest
from gaugeway.sources.templates import Text

ChannelKind = Literal["apprise", "command", "desktop", "webhook"]
Kind = Literal["level", "percent", "amount", "runout", "stale", "key_expires"]

CHANNEL_KINDS: tuple[ChannelKind, ...] = ("apprise", "command", "desktop", "webhook")
KINDS: tuple[Kind, ...] = ("level", "percent", "amount", "runout", "stale", "key_expires")
# LiteLLM's events are about budgets: it has none for these.
NOT_FOR_WEBHOOKS = frozenset({"stale", "key_expires"})

_DEFAULT_RULES = ({"level": "low"}, {"runout": Decimal("0.8")})
_FALLEN_BACK = "no rule is as it should be, so the default rules apply"
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go. ``place``: its setting. ``url``: a secret, its templates not resolved yet."""

    name: str
    kind: ChannelKind
    place: Setting
    url: Text | None = None
    command: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When to send a message. ``id``: its condition and gateways in words; what it raised is kept under it.

    ``least``: of a level. ``threshold``: percent, an amount, a probability, or seconds. ``unit``: of an
    amount; None is any currency. ``gateways``: ids, none for all. ``channels``: names.
    """

    id: str
    kind: Kind
    least: Bad = "low"
    threshold: Decimal = Decimal(0)
    unit: str | None = None
    gateways: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class Quiet(msgspec.Struct, frozen=True):
    """Hours of the day in which messages wait. ``zone``: None is this machine's own."""

    start: time
    end: time
    zone: tzinfo | None = None

    def ends(self, now: datetime) -> datetime | None:
        """When the quiet hours that ``now`` lies in are over (UTC); None outside of them."""
        local = now.astimezone(self.zone)
        clock = local.time()
        over_midnight = self.end <= self.start
        begun, going_on = clock >= self.start, clock < self.end
        if not (begun or going_on if over_midnight else begun and going_on):
            return None
        day = local.date() + timedelta(days=int(over_midnight and begun))
        # Without a zone a naive time is this machine's own, whatever its offset is on that day.
        return datetime.combine(day, self.end, self.zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """``[alerts]``, as far as it is right."""

    channels: tuple[Channel, ...] = ()
    rules: tuple[Rule, ...] = ()
    quiet: Quiet | None = None


def read(table: Setting, ids: Sequence[str], problems: list[Problem]) -> Alerts:
    """What the table says. What is wrong with it goes into ``problems`` and costs itself only: a channel, a
    rule, the quiet hours. Where no rule is left of those that are written, the default rules apply. ``ids``:
    of the gateways that are configured.
    """
    quiet: Quiet | None = None
    channels: list[Channel] = []
    rules: list[Rule] = []
    parsed = AlertsTable()
    with _costing_itself(table, problems):
        parsed = converted(table.value, AlertsTable)
        if not parsed.channels:
            problems.append(table.problem("there is none, so nothing is sent", ".channels"))
    with _costing_itself(table, problems):
        quiet = None if parsed.quiet is None else _quiet(parsed.quiet)
    for name, value in parsed.channels.items():
        place = Setting(value, table.layer, (*table.path, "channels", name))
        with _costing_itself(place, problems):
            channels.append(_channel(name, place))
    known = {channel.name: channel for channel in channels}
    for index, value in enumerate(parsed.rules or ()):
        place = Setting(value, table.layer, (*table.path, "rules", index))
        with _costing_itself(place, problems):
            rule = _rule(converted(value, RuleTable), known, parsed.channels)
            _check_new(rule, rules)
            rules.append(rule)
            unknown = [_unknown(one, ids) for one in rule.gateways if one not in ids]
            problems += [place.problem(f"names no gateway: {one}", ".gateways") for one in unknown]
    if parsed.rules and not rules:  # a typo must not silence everything
        problems[-1] = msgspec.structs.replace(
            problems[-1], message=f"{problems[-1].message}; {_FALLEN_BACK}"
        )
    if not rules and parsed.rules != []:
        rules = [_rule(converted(value, RuleTable), known, parsed.channels) for value in _DEFAULT_RULES]
    return Alerts(channels=tuple(channels), rules=tuple(rules), quiet=quiet)


@contextmanager
def _costing_itself(place: Setting, problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        problems.append(place.problem(error.what, error.below))


def _quiet(text: str) -> Quiet:
    match = _QUIET.fullmatch(text)
    if match is None:
        raise Invalid(".quiet", "is not HH:MM-HH:MM")
    first, second, third, fourth = map(int, match.groups())
    quiet = Quiet(time(first, second), time(third, fourth))
    if quiet.start == quiet.end:
        raise Invalid(".quiet", "begins when it ends")
    return quiet


def _channel(name: str, place: Setting) -> Channel:
    if not _NAME.fullmatch(name):
        raise Invalid("", "is no name: letters, digits, '_' and '-' make one")
    parsed = converted(place.value, ChannelTable)
    (kind,) = _only_one(parsed, CHANNEL_KINDS)
    url = place.at(kind) if kind in {"apprise", "webhook"} else None
    try:
        text = None if url is None else Text.of(url, deferred=True)
    except SetupError as error:  # about a template, never its value
        raise Invalid(f".{kind}", error.message.removeprefix(f"{url}: ")) from None
    return Channel(name=name, kind=kind, place=place, url=text, command=tuple(parsed.command or ()))


def _rule(parsed: RuleTable, channels: dict[str, Channel], written: dict[str, Any]) -> Rule:
    (kind,) = _only_one(parsed, KINDS)
    value = getattr(parsed, kind)
    least: Bad = value if kind == "level" else "low"
    if kind in {"stale", "key_expires"}:
        threshold = _seconds(kind, value)
        said = value
    else:
        threshold = Decimal(0) if kind == "level" else value
        if not (threshold.is_finite() and abs(threshold.adjusted()) <= 30):
            raise Invalid(f".{kind}", "is not a number of plausible size")
        said = value if kind == "level" else plain(threshold)
    if kind == "runout" and not 0 < threshold <= 1:
        raise Invalid(".runout", "is a probability: above 0, at most 1")
    if parsed.unit is not None and kind != "amount":
        raise Invalid(".unit", "belongs to `amount`")
    unit = "" if parsed.unit is None else f" {clean(parsed.unit)}"
    on = "" if parsed.gateways is None else f" on {', '.join(sorted(set(parsed.gateways)))}"
    return Rule(
        id=clean(f"{kind} {said}{unit}{on}", 1000),
        kind=kind,
        least=least,
        threshold=threshold,
        unit=parsed.unit,
        gateways=tuple(parsed.gateways or ()),
        channels=tuple(_channels(kind, parsed.to, channels, written)),
    )


def _channels(
    kind: Kind, to: list[str] | None, channels: dict[str, Channel], written: dict[str, Any]
) -> Iterator[str]:
    for name in channels if to is None else dict.fromkeys(to):
        if name not in written:
            raise Invalid(".to", f"names no channel: {_unknown(name, list(written))}")
        channel = channels.get(name)  # None: what is wrong with it is a problem of its own
        if channel is None:
            continue
        if channel.kind != "webhook" or kind not in NOT_FOR_WEBHOOKS:
            yield name
        elif to is not None:
            raise Invalid(".to", f"names {name}, a webhook, which has no event for {kind}")


def _check_new(rule: Rule, rules: Sequence[Rule]) -> None:
    if any(rule.id == other.id for other in rules):
        raise Invalid("", "repeats an earlier rule: name all its channels in one `to`")


def _only_one(parsed: msgspec.Struct, kinds: tuple[Any, ...]) -> list[Any]:
    given = [kind for kind in kinds if getattr(parsed, kind) not in (None, False)]  # a list has no hash
    if len(given) != 1:
        raise Invalid("", f"needs exactly one of {', '.join(kinds)}")
    return given


def _seconds(kind: str, text: str) -> Decimal:
    try:
        return Decimal(int(span_of(text).total_seconds()))
    except ValueError:
        raise Invalid(f".{kind}", "is no length of time: 30m, 2h, 7d") from None


def _unknown(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return clean(name) + (f"; the nearest is {near}" if near is not None else "")

"""What ``[alerts]`` says: when to send a message, through which channels, and when not.

Only the user's own file is read for it: a channel is a command, or a URL that is a secret of its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

import msgspec

from gaugeway.amounts import clean, plain, span_of
from gaugeway.sources.alert_tables import AlertsTable, Bad, ChannelTable, RuleTable
from gaugeway.sources.settings import Problem, Setting, SettingError, collecting, unknown
from gaugeway.sources.templates import Text

ChannelKind = Literal["apprise", "command", "desktop", "webhook"]
Kind = Literal["level", "percent", "amount", "runout", "stale", "key_expires"]

CHANNEL_KINDS: tuple[ChannelKind, ...] = ("apprise", "command", "desktop", "webhook")
KINDS: tuple[Kind, ...] = ("level", "percent", "amount", "runout", "stale", "key_expires")
# LiteLLM's events are about budgets: it has none for these.
NOT_FOR_WEBHOOKS = frozenset({"stale", "key_expires"})

_TABLE: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(AlertsTable)}
_DEFAULT_RULES = ({"level": "low"}, {"runout": Decimal("0.8")})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_QUIET = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")


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
    channels: dict[str, Channel] = {}
    rules: dict[str, Rule] = {}
    given: dict[str, Any] = {}
    parsed = AlertsTable()
    with collecting(problems):
        for name in table.object():
            with collecting(problems):
                if name not in _TABLE:
                    raise SettingError(table.at(name), unknown(_TABLE, name))
                given[name] = table.at(name).convert(_TABLE[name])
        parsed = AlertsTable(**given)
        if not parsed.channels and ("channels" in given or "channels" not in table.value):
            problems.append(table.problem("there is none, so nothing is sent", ".channels"))
        quiet = None if parsed.quiet is None else _quiet(table.at("quiet"))
    for name in parsed.channels:
        with collecting(problems):
            channels[name] = _channel(name, table.at("channels", name))
    for place in table.at("rules").items() if parsed.rules else ():
        with collecting(problems):
            rule = _rule(place, channels, parsed.channels)
            if rule.id in rules:
                raise SettingError(place, "repeats an earlier rule: name all its channels in one `to`")
            rules[rule.id] = rule
            strange = [clean(one) for one in rule.gateways if one not in ids]
            problems += [place.problem(f"names no gateway: {one}", ".gateways") for one in strange]
    if parsed.rules and not rules:  # a typo must not silence everything
        message = "has no rule as it should be, so the default rules apply"
        problems.append(table.problem(message, ".rules"))
    if not rules and parsed.rules != []:
        places = [Setting(value, table.layer, table.path) for value in _DEFAULT_RULES]
        rules = {rule.id: rule for rule in [_rule(place, channels, {}) for place in places]}
    return Alerts(channels=tuple(channels.values()), rules=tuple(rules.values()), quiet=quiet)


def _quiet(setting: Setting) -> Quiet:
    match = _QUIET.fullmatch(setting.text())
    if match is None or match[1] == match[2]:
        raise SettingError(setting, "is not HH:MM-HH:MM, two times of the day")
    return Quiet(time.fromisoformat(match[1]), time.fromisoformat(match[2]))


def _channel(name: str, place: Setting) -> Channel:
    if not _NAME.fullmatch(name):
        raise SettingError(place, "is no name: letters, digits, '_' and '-' make one")
    parsed = place.convert(ChannelTable)
    kind = _only_one(place, parsed, CHANNEL_KINDS)
    url = Text.of(place.at(kind), deferred=True) if kind in {"apprise", "webhook"} else None
    return Channel(name=name, kind=kind, place=place, url=url, command=tuple(parsed.command or ()))


def _rule(place: Setting, channels: Mapping[str, Channel], written: Mapping[str, Any]) -> Rule:
    parsed = place.convert(RuleTable)
    kind: Kind = _only_one(place, parsed, KINDS)
    setting, said = place.at(kind), getattr(parsed, kind)
    threshold = Decimal(0)
    if kind in {"stale", "key_expires"}:
        threshold = _seconds(setting)
    elif kind != "level":
        threshold, said = said, plain(said)
        if kind == "runout" and not 0 < threshold <= 1:
            raise SettingError(setting, "is a probability: above 0, at most 1")
    if parsed.unit is not None and kind != "amount":
        raise SettingError(place.at("unit"), "belongs to `amount`")
    unit = "" if parsed.unit is None else f" {clean(parsed.unit)}"
    on = "" if parsed.gateways is None else f" on {', '.join(sorted(set(parsed.gateways)))}"
    return Rule(
        id=clean(f"{kind} {said}{unit}{on}", 1000),
        kind=kind,
        least=parsed.level or "low",
        threshold=threshold,
        unit=parsed.unit,
        gateways=tuple(parsed.gateways or ()),
        channels=tuple(_channels(kind, place.at("to"), channels, written)),
    )


def _channels(
    kind: Kind, to: Setting, channels: Mapping[str, Channel], written: Mapping[str, Any]
) -> Iterator[str]:
    for name in channels if to.value is None else dict.fromkeys(to.value):
        channel = channels.get(name)
        if channel is None and name not in written:
            raise SettingError(to, f"names no channel: {clean(name)}")
        if channel is None:  # what is wrong with it is a problem of its own
            continue
        if channel.kind != "webhook" or kind not in NOT_FOR_WEBHOOKS:
            yield name
        elif to.value is not None:
            raise SettingError(to, f"names {name}, a webhook, which has no event for {kind}")


def _only_one(place: Setting, parsed: msgspec.Struct, kinds: tuple[str, ...]) -> Any:
    given = [kind for kind in kinds if getattr(parsed, kind) not in (None, False)]  # a list has no hash
    if len(given) != 1:
        raise SettingError(place, f"needs exactly one of {', '.join(kinds)}")
    return given[0]


def _seconds(setting: Setting) -> Decimal:
    try:
        return Decimal(int(span_of(setting.text()).total_seconds()))
    except ValueError:
        raise SettingError(setting, "is no length of time: 30m, 2h, 7d") from None

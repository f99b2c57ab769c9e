"""What one reading, or a failed attempt, changes in what is raised, and which messages that makes."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from gaugeway.alerts.conditions import Ranks, key_ranks, may_alert, meter_ranks, stale_ranks
from gaugeway.alerts.crossing import Change, Moment, as_of, step
from gaugeway.alerts.facts import facts_of
from gaugeway.alerts.observation import Observation
from gaugeway.readings import Meter
from gaugeway.sources.alerting import NOT_FOR_WEBHOOKS, Rule
from gaugeway.store.outbox import Key, Letter, Plan, Raised

FORGET_AFTER = 30 * 86400.0  # seconds until what a rule raised that is gone is forgotten

_Told = tuple[Rule, Meter | None, Change]


def decide(
    rules: Sequence[Rule],
    seen: Observation,
    raised: Sequence[Raised],
    *,
    webhooks: frozenset[str] = frozenset(),
) -> Plan:
    """Decides on one gateway. ``raised``: what is raised of it. ``webhooks``: names of channels that have no
    word for a recovery.

    What did not change gives nothing. Of all that one reading crosses of one meter, a channel hears of the
    worst alone.
    """
    before = {row.key: row for row in raised}
    known = {key: as_of(row, seen.at) for key, row in before.items()}
    after: dict[Key, Raised | None] = dict(known)
    told: list[_Told] = []
    looked_at = set()
    for rule in rules:
        if rule.gateways and seen.gateway.id not in rule.gateways:
            continue
        for meter, ranks, moment in _looks(rule, seen):
            key = (rule.id, seen.gateway.id, "" if meter is None else meter.id)
            row = known.get(key)
            if ranks is None and (row is None or not moment.is_past(row)):
                continue
            up, down = ranks or (0, 0)  # a window that is over has taken along what was raised in it
            looked_at.add(key)
            new = Raised(*key, rank=up, since=seen.at, changed_at=seen.at, resets_at=moment.resets_at)
            after[key], change = step(row, new, down, moment)
            if change is not None:
                told.append((rule, meter, change))
    by_id = {rule.id: rule for rule in rules}
    for key, row in known.items():
        if key not in looked_at and _is_gone(row, seen, by_id):
            after[key] = None
    rows = {key: row for key, row in after.items() if row is not before.get(key)}
    earlier, standing = list(known.values()), [row for row in after.values() if row is not None]
    return Plan(rows, list(_letters(seen, told, earlier, standing, rules=by_id, webhooks=webhooks)))


def _looks(rule: Rule, seen: Observation) -> Iterator[tuple[Meter | None, Ranks, Moment]]:
    """What a rule has to say about now, meter by meter."""
    if rule.kind in NOT_FOR_WEBHOOKS:
        ranks: Ranks = stale_ranks(rule, seen) if rule.kind == "stale" else key_ranks(rule, seen)
        yield None, ranks, Moment(seen.at, sure=rule.kind == "stale")
        return
    if seen.reading is None:
        return
    meters = seen.reading.meters
    for meter in meters:
        if not may_alert(meter):
            continue
        forecast = seen.forecasts.get(meter.id)
        ranks = meter_ranks(rule, meter, meters, seen.gateway.thresholds, forecast)
        resets_at = meter.window.resets_at
        ends = None if resets_at is None else resets_at.timestamp()
        yield meter, ranks, Moment(seen.at, ends, meter.reset_due)


def _is_gone(row: Raised, seen: Observation, known: Collection[str]) -> bool:
    """A rule that is configured no more, or a meter that the gateway has no more. Other processes may have
    another configuration, so this takes its time.
    """
    if seen.at - row.changed_at < FORGET_AFTER:
        return False
    meters = None if seen.reading is None else {"", *(meter.id for meter in seen.reading.meters)}
    return row.rule not in known or (meters is not None and row.meter_id not in meters)


def _letters(
    seen: Observation,
    told: Sequence[_Told],
    earlier: Sequence[Raised],
    standing: Sequence[Raised],
    *,
    rules: Mapping[str, Rule],
    webhooks: frozenset[str],
) -> Iterator[Letter]:
    """``earlier`` and ``standing``: what was and what is raised. ``rules``: by id."""

    def stands(rows: Sequence[Raised], matter: str, channel: str, beside: Rule | None = None) -> bool:
        """Whether a rule (another one than ``beside``) has something of this matter raised for a channel."""
        return any(
            rule is not beside and channel in rule.channels and (row.meter_id or rule.kind) == matter
            for row in rows
            if (rule := rules.get(row.rule)) is not None
        )

    chosen: dict[tuple[str, str], _Told] = {}
    for rule, meter, change in told:
        matter = rule.kind if meter is None else meter.id
        for channel in rule.channels:
            if change.better and (channel in webhooks or stands(standing, matter, channel, rule)):
                continue  # or it is not over
            other = chosen.get((channel, matter))
            if other is None or _weight(rule, change) > _weight(other[0], other[2]):
                chosen[channel, matter] = (rule, meter, change)
    for (channel, matter), (rule, meter, change) in chosen.items():
        facts = msgspec.json.encode(facts_of(rule, seen, meter, change)).decode()
        first = not stands(earlier, matter, channel)
        yield Letter(channel, seen.gateway.id, matter, facts, first, change.better)


def _weight(rule: Rule, change: Change) -> tuple[bool, int]:
    """What goes wrong before what is over; a level by its rank, then what is left, then what is expected."""
    worst = max(change.was, change.rank)
    return not change.better, 3 * worst if rule.kind == "level" else 2 if rule.kind != "runout" else 1

"""Gateways, meters and rules for the tests of alerts, and a run of readings through the decision."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gaugeway.alerts.decide import decide
from gaugeway.alerts.facts import Facts
from gaugeway.alerts.observation import Observation
from gaugeway.errors import ReadError
from gaugeway.readings import Answer, Forecast, KeyFacts, Meter, Reading
from gaugeway.sources.alerting import Rule
from gaugeway.sources.gateway import Gateway
from gaugeway.store.outbox import Raised

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
T = NOW.timestamp()
LAB = Gateway.of("lab", "https://gw.example.org", "sk-test-1")


def rule(kind: Any = "level", value: Any = "low", **rest: Any) -> Rule:
    """A rule as the config's reader makes it."""
    what = {"least": value} if kind == "level" else {"threshold": Decimal(str(value))}
    return Rule(**{"id": f"{kind} {value}", "kind": kind, "channels": ("phone",), **what, **rest})


def budget(used: Any, *, limit: Any = 100, resets_in: float | None = 3600, **rest: Any) -> Meter:
    at = rest.pop("at", NOW)
    return Meter.of(
        **{
            "name": "budget",
            "unit": "USD",
            "limit": None if limit is None else Decimal(str(limit)),
            "used": None if used is None else Decimal(str(used)),
            "window": "1d",
            "resets_at": None if resets_in is None else at + timedelta(seconds=resets_in),
            **rest,
        }
    )


def wallet(left: Any, unit: str = "USD", **rest: Any) -> Meter:
    name = f"wallet-{unit.lower()}"
    return Meter.of(name=name, unit=unit, kind="balance", remaining=Decimal(str(left)), **rest)


def seen(*meters: Meter, at: float = 0, gateway: Gateway = LAB, forecasts=None, **rest: Any) -> Observation:
    """A good reading, ``at`` seconds after NOW."""
    key = KeyFacts(**rest)
    when = NOW + timedelta(seconds=at)
    reading = Reading.of(Answer(meters=meters, key=key), preset="neutral", observed_at=when)
    return Observation(
        gateway=gateway, at=T + at, reading=reading, observed_at=T + at, forecasts=forecasts or {}
    )


def failed(at: float, observed: float | None = 0) -> Observation:
    error = ReadError("server_error", "/quota answered 500")
    return Observation(
        gateway=LAB, at=T + at, error=error, observed_at=None if observed is None else T + observed
    )


def likely(p: float, meter: Meter) -> dict[str, Forecast]:
    return {meter.id: Forecast(p_runout=p)}


class Message(NamedTuple):
    channel: str
    facts: Facts
    first: bool


class Watch:
    """Decides on one observation after the other, keeping what is raised as the store does."""

    def __init__(self, *rules: Rule, webhooks: Iterable[str] = ()) -> None:
        self.rules = rules
        self.webhooks = frozenset(webhooks)
        self.raised: dict[tuple[str, str, str], Raised] = {}
        self.writes = 0

    def sent(self, one: Observation) -> list[Message]:
        decision = decide(self.rules, one, list(self.raised.values()), webhooks=self.webhooks)
        for key, row in decision.rows.items():
            self.writes += 1
            if row is None:
                del self.raised[key]
            else:
                self.raised[key] = row
        assert not decision.letters or decision.rows, "a message without a claim would be sent again"
        return [
            Message(letter.channel, msgspec.json.decode(letter.facts, type=Facts), letter.first)
            for letter in decision.letters
        ]

    def facts(self, one: Observation) -> list[Facts]:
        return [message.facts for message in self.sent(one)]

    def said(self, one: Observation) -> list[str]:
        """``raised low``, ``recovered reset``: what is told, in short."""
        return [
            f"{facts.event} {facts.level if facts.event == 'raised' else facts.cause}"
            if facts.condition == "level"
            else f"{facts.event} {facts.condition}"
            for facts in self.facts(one)
        ]

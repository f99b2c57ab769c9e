"""Alerts are decided on what was asked, after it was kept, and never cost a reading."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.collector.fakes import World, failing
from tests.store.values import NOW, T, gateway

from gaugeway.alerts.facts import Facts
from gaugeway.collector import State
from gaugeway.collector.live import collect_async
from gaugeway.collector.watching import Watcher
from gaugeway.readings import Forecast
from gaugeway.sources.alerting import Alerts, Channel, Quiet, Rule
from gaugeway.sources.settings import Layer, Setting

LAB, CAMPUS = gateway("lab"), gateway("campus")
PLACE = Setting({}, Layer(file="config.toml", folder=Path()), ())
PHONE = Channel(name="phone", kind="command", place=PLACE, command=("true",))
HOOK = Channel(name="hook", kind="webhook", place=PLACE)
LOW = Rule(id="level low", kind="level", channels=("phone", "hook"))
STALE = Rule(id="stale 2h", kind="stale", threshold=Decimal(7200), channels=("phone",))
RUNOUT = Rule(id="runout 0.8", kind="runout", threshold=Decimal("0.8"), channels=("phone",))


class Watched(World):
    """A machine with alerts; ``started``: how often somebody was sent to deliver."""

    def __init__(self, alerts: Alerts) -> None:
        super().__init__()
        self.started = 0
        self.resets_at = int(T) + 86400
        self.warnings: list[str] = []
        self.watch = Watcher(
            alerts, self.store, clock=self.clock, start=self.start, warn=self.warnings.append
        )

    def start(self) -> None:
        self.started += 1

    def spend(self, used: int, *, after: float = 61, **rest: Any) -> None:
        self.clock.forward(after)
        self.network.answer = {"tokens": {"limit": 100, "used": used, "resets_at": self.resets_at}}
        self.collect(LAB, watch=self.watch, **rest)

    def facts(self) -> list[Facts]:
        return [msgspec.json.decode(entry.facts, type=Facts) for entry in self.store.outbox.waiting()]

    def told(self) -> list[tuple[str, str]]:
        return [
            (entry.channel, msgspec.json.decode(entry.facts, type=Facts).level)
            for entry in self.store.outbox.waiting()
        ]


@pytest.fixture
def world() -> Iterator[Watched]:
    made = Watched(Alerts(channels=(PHONE, HOOK), rules=(LOW, STALE, RUNOUT)))
    yield made
    made.store.close()
    assert made.warnings == []


def test_a_crossing_is_claimed_and_somebody_is_sent(world: Watched) -> None:
    world.spend(50)
    assert (world.told(), world.started) == ([], 0)
    world.spend(85)
    assert world.told() == [("phone", "low"), ("hook", "low")]
    assert world.started == 1
    world.spend(86)
    world.spend(97)
    assert world.told()[2:] == [("phone", "critical"), ("hook", "critical")]
    facts = world.facts()[0]
    assert (facts.gateway, facts.meter, facts.used, facts.remaining) == ("lab", "key/tokens/-", "85", "15")
    assert facts.at == "2026-11-22T10:02:02Z"
    assert facts.subject == world.store.hasher.subjects(LAB, world.one(LAB).reading)["key"]  # type: ignore[arg-type]


def test_what_comes_from_the_store_is_not_decided_but_what_is_due_is_delivered(world: Watched) -> None:
    world.spend(85)
    world.spend(85, after=1)
    assert world.asked() == 1
    assert len(world.told()) == 2
    assert world.started == 2  # nobody has delivered it yet
    for entry in world.store.outbox.waiting():
        taken = world.store.outbox.take([entry.channel], "me", world.clock().timestamp())
        assert taken is not None
    world.spend(85, after=1)
    assert world.started == 2  # somebody is at it


def test_over_a_restart_nothing_is_told_twice(world: Watched) -> None:
    world.spend(85)
    world.watch = Watcher(
        Alerts(channels=(PHONE, HOOK), rules=(LOW,)),
        world.store,
        clock=world.clock,
        start=world.start,
        warn=print,
    )
    world.spend(86)
    assert len(world.told()) == 2


def test_the_reset_is_told_but_not_to_a_webhook(world: Watched) -> None:
    world.spend(85)
    world.clock.forward(86400)
    world.network.answer = {"tokens": {"limit": 100, "used": 0, "resets_at": int(T) + 2 * 86400}}
    world.collect(LAB, watch=world.watch)
    assert [(entry.channel) for entry in world.store.outbox.waiting()][2:] == ["phone"]
    assert (world.facts()[2].event, world.facts()[2].cause) == ("recovered", "reset")


def test_failures_make_a_gateway_stale(world: Watched) -> None:
    world.spend(1)
    world.network.answer = failing()
    for _ in range(10):
        world.clock.forward(1800)
        world.collect(LAB, watch=world.watch)
    (facts,) = world.facts()
    assert (facts.condition, facts.error) == ("stale", "/quota: server_error")
    assert facts.observed_at == "2026-11-22T10:01:01Z"


def test_forecasts_are_looked_at(world: Watched) -> None:
    state = world.one(LAB)
    meter = "key/tokens/-"
    world.watch([msgspec.structs.replace(state, forecasts={meter: Forecast(p_runout=0.9)})])
    (facts,) = world.facts()
    assert (facts.condition, facts.p_runout, facts.threshold) == ("runout", 0.9, "0.8")


def test_in_quiet_hours_it_waits(world: Watched) -> None:
    world.watch = Watcher(
        Alerts(channels=(PHONE,), rules=(LOW,), quiet=Quiet(time(10), time(12), NOW.tzinfo)),
        world.store,
        clock=world.clock,
        start=world.start,
        warn=print,
    )
    world.spend(85)
    assert (len(world.told()), world.started) == (2, 0)  # also for a channel that this process does not know
    world.clock.forward(7200)
    world.collect(LAB, watch=world.watch)
    assert world.started == 1


def test_who_waited_for_another_process_leaves_the_decision_to_it(world: Watched) -> None:
    """What the store has of its reading lacks names, and the forecasts that are yet to be made."""
    world.network.pause = 0.05
    looked: dict[str, list[State]] = {}

    async def read(name: str) -> list[State]:
        def watch(states: Sequence[State]) -> None:
            looked[name] = list(states)

        return await collect_async(
            [LAB], store=world.store, transport=world.network, clock=world.clock, watch=watch
        )

    async def both() -> tuple[list[State], list[State]]:
        return await asyncio.gather(read("asks"), read("waits"))

    (asked,), (waited,) = asyncio.run(both())
    assert world.asked() == 1
    assert waited.last_attempt == asked.last_attempt
    assert looked == {"asks": [asked], "waits": []}


def test_what_one_that_was_killed_did_not_decide_the_next_reading_does(world: Watched) -> None:
    world.spend(10)
    world.clock.forward(61)
    world.network.answer = {"tokens": {"limit": 100, "used": 85, "resets_at": int(T) + 86400}}
    world.collect(LAB)  # is killed before it comes to that
    assert world.told() == []
    world.spend(85)
    assert len(world.told()) == 2


NIGHT = Alerts(
    channels=(PHONE,),
    rules=tuple(msgspec.structs.replace(rule, channels=("phone",)) for rule in (LOW, RUNOUT)),
    quiet=Quiet(time(22), time(7), NOW.tzinfo),
)


class Night(Watched):
    """Until 22:00 one is told what happens; then it waits for the morning."""

    def deliver(self) -> None:
        for _ in self.store.outbox.waiting():
            entry = self.store.outbox.take(["phone"], "me", self.clock().timestamp())
            if entry is not None:
                self.store.outbox.delivered(entry, "me", self.clock().timestamp())

    def look(self, used: int, p: float = 0.1, **rest: Any) -> None:
        self.spend(used, forecaster=lambda *_, **__: Forecast(p_runout=p), **rest)

    def waits(self) -> list[tuple[str, str]]:
        return [(facts.event, facts.condition) for facts in self.facts()]


@pytest.fixture
def night() -> Iterator[Night]:
    made = Night(NIGHT)
    yield made
    made.store.close()
    assert made.warnings == []


def test_the_reset_in_the_night_is_told_to_who_heard_of_another_rules_alarm(night: Night) -> None:
    night.resets_at = int(T) + 14 * 3600
    night.look(85)
    night.deliver()
    night.clock.forward(13 * 3600 - 300)
    night.look(86, p=0.9)
    assert night.waits() == [("raised", "runout")]
    night.resets_at += 86400
    night.look(0, after=7200)
    assert night.waits() == [("recovered", "level")]


def test_what_comes_and_goes_all_night_ends_with_the_recovery(night: Night) -> None:
    night.look(85)
    night.deliver()
    night.clock.forward(13 * 3600)
    for used, event in ((10, "recovered"), (85, "raised"), (10, "recovered")):
        night.look(used)
        night.look(used)
        assert night.waits() == [(event, "level")]


def test_what_comes_and_goes_in_one_night_is_not_told(night: Night) -> None:
    night.look(10)
    night.clock.forward(13 * 3600)
    for used in (85, 10, 10, 96, 10, 10):
        night.look(used, p=0.9 if used > 10 else 0.1)
    assert night.waits() == []


def test_what_goes_wrong_is_said_and_costs_no_reading(world: Watched) -> None:
    said: list[str] = []

    def fail() -> None:
        raise OSError("no process can be started")

    world.watch = Watcher(
        Alerts(channels=(PHONE, HOOK), rules=(LOW,)),
        world.store,
        clock=world.clock,
        start=fail,
        warn=said.append,
    )
    world.spend(85)
    assert world.asked() == 1
    assert said == ["alerts are not looked after (OSError: no process can be started)"]
    assert len(world.told()) == 2


def test_a_key_that_this_process_lacks_decides_nothing(world: Watched) -> None:
    world.watch([State(gateway=CAMPUS)])
    assert world.told() == []


def test_no_module_of_alerts_is_loaded_for_a_stored_answer() -> None:
    """Only the outbox is looked at."""
    import subprocess

    code = (
        "import sys, gaugeway.collector.watching;"
        "print([name for name in sys.modules if name.startswith('gaugeway.alerts')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

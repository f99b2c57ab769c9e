"""Forecasts on their way: made when a history grows, kept, and carried by every state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

import pytest
from tests.collector.fakes import Network, World
from tests.store.values import NOW, T, gateway

from gaugeway.collector import foresight, stored
from gaugeway.collector.foresight import foreseeable
from gaugeway.readings import Meter
from gaugeway.readings.forecast import Forecast

LAB = gateway("lab")
RESET = NOW + timedelta(hours=5)


class Asked(NamedTuple):
    readings: list[tuple[float, float]]
    now: float
    resets_at: float | None
    limit: float | None


class Oracle:
    """Remembers what it was asked, and knows nothing but that."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    def __call__(
        self,
        readings: Sequence[tuple[float, float]],
        *,
        now: float,
        resets_at: float | None,
        limit: float | None,
    ) -> Forecast:
        self.asked.append(Asked([(at - T, used) for at, used in readings], now - T, resets_at, limit))
        return Forecast(p_runout=len(self.asked) / 100)


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


def answer(**numbers: Any) -> dict[str, Any]:
    return {"tokens": {"limit": 100, "used": 12, "resets_at": RESET.isoformat()} | numbers}


def test_a_forecast_is_made_when_the_meter_has_moved_or_a_quarter_of_an_hour_is_over(oracle: Oracle) -> None:
    world = World()
    world.network = Network(answer())
    seen = []
    for seconds, used in [(0, 12), (60, 12), (60, 13), (60, 13), (900, 13)]:
        world.clock.forward(seconds)
        world.network.answer = answer(used=used)
        state = world.one(LAB, forecaster=oracle)
        forecast = state.forecasts["key/tokens/-"]
        seen.append((forecast.p_runout, None if forecast.made_at is None else forecast.made_at - T))
    assert seen == [(0.01, 0), (0.01, 0), (0.02, 120), (0.02, 120), (0.03, 1080)]
    assert oracle.asked[-1] == Asked([(0, 12), (120, 13), (1080, 13)], 1080, RESET.timestamp(), 100)


def test_what_is_stored_has_its_forecast(oracle: Oracle) -> None:
    world = World()
    world.network = Network(answer())
    world.one(LAB, forecaster=oracle)
    world.clock.forward(5)
    made = {"key/tokens/-": Forecast(p_runout=0.01, made_at=T)}
    assert world.one(LAB, forecaster=oracle).forecasts == made
    assert stored([LAB], store=world.store, clock=world.clock)[0].forecasts == made
    world.clock.forward(60)
    world.network.answer = TimeoutError()
    assert world.one(LAB, forecaster=oracle).forecasts == made
    world.clock.now = RESET
    assert stored([LAB], store=world.store, clock=world.clock)[0].forecasts == {}
    assert len(oracle.asked) == 1


def test_a_balance_is_foreseen_as_what_was_spent(oracle: Oracle) -> None:
    world = World()
    for left in (50, 40, 90, 85):
        world.network.answer = {"cost": {"remaining": left}}
        world.one(LAB, forecaster=oracle)
        world.clock.forward(60)
    assert oracle.asked[-1] == Asked([(0, 0), (60, 10), (120, 10), (180, 15)], 180, None, 100)


@pytest.mark.parametrize(
    ("numbers", "limit", "made"),
    [
        ({"unlimited": True, "limit": None}, None, True),
        ({"unlimited": True, "limit": None, "resets_at": None}, None, False),
        ({"limit": None}, None, True),
        ({"limit": None, "resets_at": None}, None, False),
        ({"resets_at": None}, 100, True),
        ({"used": None}, None, False),
        ({"resets_at": (NOW - timedelta(seconds=9)).isoformat()}, None, False),
    ],
)
def test_something_to_reach_is_needed(
    oracle: Oracle, numbers: dict[str, Any], limit: float | None, made: bool
) -> None:
    world = World()
    world.network = Network(answer(**numbers))
    state = world.one(LAB, forecaster=oracle)
    assert [one.limit for one in oracle.asked] == ([limit] if made else [])
    assert bool(state.forecasts) == made


@pytest.mark.parametrize(
    ("window", "resets_at", "seen"),
    [(None, None, True), ("lifetime", None, True), ("1d", None, False), ("1d", RESET, True)],
)
def test_a_window_that_comes_again_at_an_unknown_time_has_no_end(
    window: str | None, resets_at: datetime | None, *, seen: bool
) -> None:
    meter = Meter.of(
        name="tokens", unit="tokens", limit=Decimal(9), used=Decimal(1), window=window, resets_at=resets_at
    )
    assert foreseeable(meter) == seen


def test_by_default_it_is_the_own_forecast_that_is_made() -> None:
    world = World()
    world.network = Network(answer())
    forecast = world.one(LAB).forecasts["key/tokens/-"]
    assert forecast.p_runout is not None
    assert 0 < forecast.p_runout < 1
    assert forecast.used_at_reset is not None
    assert forecast.used_at_reset[0] >= 12


def test_a_thousand_forecasts_do_not_hold_up_an_answer(
    oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    monkeypatch.setattr(foresight, "AT_MOST", -1)
    assert world.one(LAB, forecaster=oracle).forecasts == {}


def test_where_there_is_no_time_for_all_each_has_its_turn(
    oracle: Oracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    many = [gateway(f"g{number}") for number in range(6)]
    ticking = count(step=0.2)
    monkeypatch.setattr("gaugeway.collector.foresight.time.monotonic", lambda: next(ticking))
    seen = []
    for used in range(3):
        world.network.answer = {"tokens": {"limit": 100, "used": used}}
        seen.append([bool(state.forecasts) for state in world.collect(*many, forecaster=oracle)])
        world.clock.forward(60)
    assert [sum(some) for some in seen] == [2, 4, 6]


def test_a_forecast_that_fails_costs_itself_only() -> None:
    def fail(*_: Any, **__: Any) -> Forecast:
        raise ZeroDivisionError

    world = World()
    state = world.one(LAB, forecaster=fail)
    assert state.reading is not None
    assert state.forecasts == {}

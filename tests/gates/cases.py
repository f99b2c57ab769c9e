"""States of gateways as the collector hands them on, made of plain values."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gaugeway.collector import State
from gaugeway.errors import ReadError
from gaugeway.readings import Answer, Forecast, Meter, Reading
from gaugeway.sources.gateway import Gateway

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)


def meter(**given: Any) -> Meter:
    numbers = ("limit", "used", "remaining", "percent_remaining")
    exact: dict[str, Any] = {
        name: Decimal(str(value)) if name in numbers else value for name, value in given.items()
    }
    return Meter.of(**{"name": "budget", "unit": "USD", **exact})


def state(
    *meters: Meter,
    gateway_id: str = "campus",
    age: float = 2,
    error: str | None = None,
    unread: tuple[Any, ...] = (),
    p_runout: float | None = None,
    **settings: Any,
) -> State:
    reading = None
    if meters:
        answer = Answer(meters=meters, unread=unread)
        reading = Reading.of(answer, preset="neutral", observed_at=NOW - timedelta(seconds=age))
    return State(
        gateway=Gateway(id=gateway_id, base_url="https://gw.example.edu/v1", **settings),
        reading=reading,
        error=None if error is None else ReadError(error, f"{gateway_id} did not answer"),
        forecasts={} if p_runout is None else {meters[0].id: Forecast(p_runout=p_runout)},
    )

"""Forecasts for the meters whose history has grown, after they were read."""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from gaugeway.history.series import balance_points, balance_steps, counter_points, counter_steps
from gaugeway.readings import Forecast, Meter, Reading
from gaugeway.store.history import Grown, Point
from gaugeway.store.store import Store

LOOKS_BACK = 200 * 86400.0  # seconds of history that a forecast learns from
AT_MOST = 0.5  # seconds for the forecasts of one round; who has waited longest comes first


class Forecaster(Protocol):
    """:func:`gaugeway.forecast.forecast`, or what stands in for it."""

    def __call__(
        self,
        readings: Sequence[tuple[float, float]],
        *,
        now: float,
        resets_at: float | None,
        limit: float | None,
    ) -> Forecast: ...


def foresee(
    grown: Sequence[Grown],
    readings: Mapping[int, Reading],
    store: Store,
    forecaster: Forecaster | None,
    now: float,
) -> None:
    """Makes and keeps the forecasts of what has grown. ``readings``: by head. ``now``: unix seconds."""
    if forecaster is None:
        from gaugeway.forecast.outlook import forecast

        forecaster = forecast
    until = time.monotonic() + AT_MOST
    made_at = store.history.foreseen_at([one.series for one in grown])
    made: list[tuple[int, float | None, Forecast]] = []
    for head_id, meter_id, series in sorted(grown, key=lambda one: made_at.get(one.series, 0.0)):
        meter = next(one for one in readings[head_id].meters if one.id == meter_id)
        if not foreseeable(meter):
            continue
        if time.monotonic() > until:
            break
        points = store.history.points(series, now - LOOKS_BACK)
        try:
            made.append((series, points[-1][4], _forecast(points, meter, forecaster, now)))
        except (ArithmeticError, LookupError, ValueError):  # a fault in an estimate costs nobody a reading
            continue
    if made:
        store.history.foresee(made)


def foreseeable(meter: Meter) -> bool:
    """Whether there is something to reach: a limit, an empty balance, or at least a reset."""
    if meter.kind == "rate_limit" or meter.reset_due or (meter.used is None and meter.remaining is None):
        return False
    if meter.window.resets_at is None and meter.window.length not in {None, "lifetime"}:
        return False  # it comes again, and nobody says when
    return meter.remaining is not None or meter.window.resets_at is not None


def _forecast(points: Sequence[Point], meter: Meter, forecaster: Forecaster, now: float) -> Forecast:
    resets_at = points[-1][4]
    if meter.kind == "balance" and meter.remaining is not None:
        known = [(at, left) for at, _, left, _, _ in points if left is not None]
        times, left = [at for at, _ in known], [value for _, value in known]
        readings = balance_points(times, left, balance_steps(times, left))
        limit: float | None = readings[-1][1] + left[-1]
    else:
        counted = [(at, used, reset) for at, used, _, _, reset in points if used is not None]
        times, counts = [at for at, _, _ in counted], [value for _, value, _ in counted]
        steps = counter_steps(times, counts, [reset for _, _, reset in counted])
        readings = counter_points(times, counts, steps)
        limit = None if meter.unlimited else points[-1][3]
    made = forecaster(readings, now=now, resets_at=resets_at, limit=limit)
    return msgspec.structs.replace(made, made_at=now)

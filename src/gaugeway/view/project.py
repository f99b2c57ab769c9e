"""Readings to what every surface shows: the one projection."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from gaugeway.amounts import plain, stamp, stamp_at
from gaugeway.amounts.numbers import four_places
from gaugeway.errors import UNCONFIGURED_CODES, GaugewayError
from gaugeway.readings import Forecast, Level, Meter, Reading, Verdict, as_of, judge
from gaugeway.sources.gateway import Gateway
from gaugeway.view.snapshot import ErrorView, ForecastView, GatewayView, KeyView, MeterView, Status

_LAST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_NO_KEY_FACTS = KeyView(name=None, expires_at=None)


def project(
    gateway: Gateway,
    reading: Reading | None,
    error: GaugewayError | None,
    *,
    now: datetime,
    next_read_at: datetime | None = None,
    model: str | None = None,
    forecasts: Mapping[str, Forecast] | None = None,
    verdict: Verdict | None = None,
) -> GatewayView:
    """One gateway as it is shown at ``now``: its last good reading, the newest attempt's error, and what was
    foreseen, by the meter's id.

    ``verdict``: of the reading as it is, where it is known; it holds unless a meter has reset since.
    """
    foreseen = forecasts or {}
    meters = () if reading is None else tuple([as_of(meter, now) for meter in reading.meters])
    if verdict is None or model is not None or (reading is not None and meters != reading.meters):
        unread = reading is not None and bool(reading.unread)
        verdict = judge(meters, gateway.thresholds, model=model, unread=unread)
    return GatewayView(
        id=gateway.id,
        label=gateway.label or gateway.id,
        provider=gateway.provider,
        preset=gateway.preset,
        status=_status(reading, error),
        level=verdict.level if reading is not None else "unknown",
        coverage=reading.coverage if reading is not None else "full",
        binding=verdict.binding.id if verdict.binding is not None else None,
        observed_at=stamp(reading.observed_at) if reading is not None else None,
        age_seconds=max(0, int((now - reading.observed_at).total_seconds())) if reading is not None else None,
        next_read_at=stamp(next_read_at),
        error=ErrorView(code=error.code, message=error.message, hint=error.hint) if error else None,
        notes=reading.notes if reading is not None else (),
        key=_NO_KEY_FACTS
        if reading is None
        else KeyView(name=reading.key.name, expires_at=stamp(reading.key.expires_at)),
        meters=tuple(
            [_meter(one, level, foreseen) for one, level in zip(meters, verdict.levels, strict=True)]
        ),
    )


def _status(reading: Reading | None, error: GaugewayError | None) -> Status:
    if error is None:
        return "ok"
    if reading is not None:
        return "stale"
    return "unconfigured" if error.code in UNCONFIGURED_CODES else "error"


def _meter(meter: Meter, level: Level, foreseen: Mapping[str, Forecast]) -> MeterView:
    meter_id = meter.id
    forecast = foreseen.get(meter_id)
    return MeterView(
        id=meter_id,
        name=meter.title,
        entry=meter.entry,
        scope=meter.scope,
        model=meter.model,
        kind=meter.kind,
        unit=meter.unit,
        limit=plain(meter.limit),
        unlimited=meter.unlimited,
        used=plain(meter.used),
        remaining=plain(meter.remaining),
        percent_remaining=_percent(meter.percent_remaining),
        window=meter.window.length,
        window_started_at=stamp(meter.window.started_at),
        resets_at=stamp(meter.window.resets_at),
        level=level,
        derived=meter.derived,
        advisory=meter.advisory,
        expired=meter.expired,
        reset_due=meter.reset_due,
        forecast=None if forecast is None or meter.expired else forecast_view(forecast),
    )


def forecast_view(forecast: Forecast) -> ForecastView:
    out, used = forecast.runs_out_at, forecast.used_at_reset
    return ForecastView(
        p_runout=None if forecast.p_runout is None else round(forecast.p_runout, 4),
        runs_out_at=None if out is None else (_at(out[0]), _at(out[1]), _at(out[2])),
        used_at_reset=None if used is None else (_about(used[0]), _about(used[1]), _about(used[2])),
        pace=None if forecast.pace is None else round(forecast.pace, 4),
        made_at=stamp_at(int(forecast.made_at or 0)),
    )


def _at(seconds: float | None) -> str | None:
    return None if seconds is None or seconds > _LAST else stamp_at(int(seconds))


def _about(estimate: float) -> str:
    """Six digits: more would be pretended."""
    text = f"{estimate:.6g}"
    return plain(Decimal(text)) if "e" in text else text


def _percent(value: Decimal | None) -> float | None:
    """A JSON number has room for four places, not for sixty."""
    return None if value is None else float(four_places(value))

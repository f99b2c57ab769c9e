"""Readings to rows and back, exactly."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import inf
from typing import Any

from gaugeway.amounts import plain
from gaugeway.readings import Forecast, KeyFacts, Meter, Reading, Verdict, Window
from gaugeway.readings.forecast import Quantiles
from gaugeway.store.rows import joined, parted

Row = tuple[Any, ...]


def reading_row(reading: Reading, verdict: Verdict) -> Row:
    """A reading's own columns: preset, coverage, unread, notes, key_name, key_expires_at, level, binding."""
    return (
        reading.preset,
        reading.coverage,
        " ".join(reading.unread),
        joined(reading.notes),
        reading.key.name,
        unix(reading.key.expires_at),
        verdict.level,
        None if verdict.binding is None else verdict.binding.id,
    )


def meter_rows(row_id: int, reading: Reading, verdict: Verdict, subjects: Mapping[str, str]) -> list[Row]:
    """The METER rows of a reading. Its meters are as they were read: none of them is expired."""
    return [
        (
            row_id,
            position,
            meter.id,
            meter.scope,
            meter.name,
            meter.title,
            meter.model,
            meter.kind,
            meter.unit,
            meter.entry,
            plain(meter.limit),
            int(meter.unlimited),  # sqlite3 takes far longer to bind a bool
            plain(meter.used),
            plain(meter.remaining),
            plain(meter.percent_remaining),
            meter.window.length,
            unix(meter.window.started_at),
            unix(meter.window.resets_at),
            " ".join(meter.derived),
            int(meter.advisory),
            int(meter.reset_due),
            verdict.levels[position],
            subjects[meter.scope],
        )
        for position, meter in enumerate(reading.meters)
    ]


def reading_of(row: Row, meters: Sequence[Row]) -> Reading:
    """The reading of a READING row and its METER rows."""
    _, preset, observed_at, coverage, unread, notes, key_name, key_expires_at, *_ = row
    return Reading(
        preset=preset,
        observed_at=datetime.fromtimestamp(observed_at, UTC),
        meters=tuple([_meter(*meter) for meter in meters]),
        notes=parted(notes),
        key=KeyFacts(name=key_name, expires_at=moment(key_expires_at)),
        unread=tuple(unread.split()),
        coverage=coverage,
    )


def _meter(  # noqa: PLR0917  (a row's columns, in METER's order)
    _reading: int, _position: int, _id: str, scope: Any, name: str, title: str, model: str | None, kind: Any,
    unit: str, entry: Any, limit: str | None, unlimited: int, used: str | None, remaining: str | None,
    percent: str | None, length: str | None, started_at: float | None, resets_at: float | None, derived: str,
    advisory: int, reset_due: int, _level: str, _subject: str,
) -> Meter:  # fmt: skip
    return Meter(
        scope=scope,
        name=name,
        title=title,
        kind=kind,
        unit=unit,
        entry=entry,
        limit=amount(limit),
        unlimited=unlimited == 1,
        used=amount(used),
        remaining=amount(remaining),
        percent_remaining=amount(percent),
        window=Window(length=length, started_at=moment(started_at), resets_at=moment(resets_at)),
        model=model,
        derived=tuple(derived.split()),
        advisory=advisory == 1,
        reset_due=reset_due == 1,
    )


def forecast_row(forecast: Forecast) -> Row:
    """The FORECAST columns."""
    out = forecast.runs_out_at
    return (
        forecast.made_at,
        forecast.p_runout,
        *((None,) * 3 if out is None else (inf if at is None else at for at in out)),
        *(forecast.used_at_reset or (None,) * 3),
        forecast.pace,
    )


def forecast_of(  # noqa: PLR0917  (a row's columns, in FORECAST's order)
    made_at: float, p_runout: float | None, out_10: float | None, out_50: float | None, out_90: float | None,
    used_10: float | None, used_50: float | None, used_90: float | None, pace: float | None,
) -> Forecast:  # fmt: skip
    runs_out_at: Quantiles | None = None
    if out_10 is not None:
        runs_out_at = (
            None if out_10 == inf else out_10,
            None if out_50 == inf else out_50,
            None if out_90 == inf else out_90,
        )
    used_at_reset = None
    if used_10 is not None and used_50 is not None and used_90 is not None:
        used_at_reset = (used_10, used_50, used_90)
    return Forecast(
        p_runout=p_runout, runs_out_at=runs_out_at, used_at_reset=used_at_reset, pace=pace, made_at=made_at
    )


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def unix(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp()

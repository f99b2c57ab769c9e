"""What ``gaugeway history`` tells: its JSON, its CSV, and how they are filled."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gaugeway.amounts import plain, stamp
from gaugeway.collector import State
from gaugeway.history.series import Change, changes_of
from gaugeway.readings import Kind, Meter
from gaugeway.store.history import Sample, Series
from gaugeway.view.project import forecast_view
from gaugeway.view.snapshot import Amount, ForecastView, Time

SCHEMA: Literal["gaugeway.history/1"] = "gaugeway.history/1"
COLUMNS = (
    "gateway", "meter", "subject", "time", "used", "remaining", "limit", "unit", "resets_at", "change",
)  # fmt: skip


class SampleView(msgspec.Struct, frozen=True, kw_only=True):
    """One sample. ``change``: what came between it and the one before, where that was more than use: the
    counter began anew (``reset``), was taken back from (``correction``), a balance was added to (``top-up``),
    or the sample is wrong (``glitch``); ``unconfirmed`` is a fall that the next sample will explain.
    """

    time: Time
    used: Amount | None
    remaining: Amount | None
    limit: Amount | None
    resets_at: Time | None
    change: Annotated[
        Literal["reset", "correction", "top-up", "glitch", "unconfirmed"] | None,
        Meta(description="One of these today. Within version 1 others may be added."),
    ]


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of one meter, oldest first. ``subject`` stands for whose meter it was, as a keyed hash: of
    the server's own identity, else of the key. ``current``: no other subject's samples of this meter are
    newer. ``name``, ``kind`` and ``unit`` are null for a meter that the gateway does not report any more;
    ``forecast`` is there for what is current.
    """

    meter: str
    name: str | None
    kind: Kind | None
    unit: str | None
    subject: str
    current: bool
    forecast: ForecastView | None
    samples: tuple[SampleView, ...]


class GatewayPast(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    label: str
    series: tuple[SeriesView, ...]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway history --json`` prints. Within version 1 fields are only added."""

    schema: Literal["gaugeway.history/1"]
    generated_at: Time
    since: Time
    gateways: tuple[GatewayPast, ...]


def past_of(state: State, history: Sequence[Series], since: float) -> GatewayPast:
    """One gateway's history from ``since`` on (unix seconds); what each step was is judged by all there is.
    Names and units are those of its stored reading.
    """
    gateway = state.gateway
    newest = {series.meter_id: series.subject for series in history}  # the newest subject comes last
    return GatewayPast(
        id=gateway.id,
        label=gateway.label or gateway.id,
        series=tuple(_series(one, state, since, newest[one.meter_id]) for one in history),
    )


def _series(series: Series, state: State, since: float, newest: str) -> SeriesView:
    current = series.subject == newest
    meters = () if state.reading is None else state.reading.meters
    meter = next((one for one in meters if one.id == series.meter_id), None)
    forecast = state.forecasts.get(series.meter_id) if current else None
    kind = None if meter is None else meter.kind
    samples = series.samples
    times = [one.time.timestamp() for one in samples]
    changes = changes_of(
        times,
        [one.used for one in samples],
        [one.remaining for one in samples],
        [None if one.resets_at is None else one.resets_at.timestamp() for one in samples],
        balance=kind == "balance",
    )
    return SeriesView(
        meter=series.meter_id,
        name=None if meter is None else meter.title,
        kind=kind,
        unit=None if meter is None else _unit(meter),
        subject=series.subject,
        current=current,
        forecast=None if forecast is None or meter is None or meter.expired else forecast_view(forecast),
        samples=tuple(
            _sample(one, change)
            for one, change, at in zip(samples, changes, times, strict=True)
            if at >= since
        ),
    )


def _unit(meter: Meter) -> str:
    """Samples of a meter that is known by its percentage alone are hundredths."""
    amounts = (meter.limit, meter.used, meter.remaining)
    return "percent" if all(one is None for one in amounts) else meter.unit


def _sample(sample: Sample, change: Change) -> SampleView:
    return SampleView(
        time=stamp(sample.time),
        used=plain(sample.used),
        remaining=plain(sample.remaining),
        limit=plain(sample.limit),
        resets_at=stamp(sample.resets_at),
        change=change or None,
    )


def table(past: Sequence[GatewayPast]) -> Iterator[Sequence[str | None]]:
    """The rows of the CSV, COLUMNS first. Unknown is empty."""
    yield COLUMNS
    for gateway in past:
        for series in gateway.series:
            for one in series.samples:
                yield (
                    *(gateway.id, series.meter, series.subject, one.time),
                    *(one.used, one.remaining, one.limit, _inert(series.unit)),
                    *(one.resets_at, one.change),
                )


def _inert(unit: str | None) -> str | None:
    """A gateway's own word must not become a formula where the table is opened."""
    return f"'{unit}" if unit and unit[0] in "=+-@" else unit

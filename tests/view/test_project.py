"""Readings to the JSON contract."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from gaugeway.errors import GaugewayError, ReadError, SetupError
from gaugeway.readings import Answer, KeyFacts, Meter, Reading, Scope, Thresholds
from gaugeway.readings.forecast import Forecast
from gaugeway.sources.gateway import Gateway
from gaugeway.view.project import project
from gaugeway.view.snapshot import GatewayView

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
WEEK = Meter.of(
    name="budget",
    title="Team budget",
    scope="team",
    unit="USD",
    limit=Decimal(50),
    used=Decimal("12.35"),
    window="7d",
    started_at=NOW - timedelta(days=6),
    resets_at=NOW + timedelta(days=1),
)


def projected(
    *meters: Meter,
    error: GaugewayError | None = None,
    at: datetime = NOW,
    model: str | None = None,
    unread: tuple[Scope, ...] = (),
    thresholds: Thresholds | None = None,
    forecast: Forecast | None = None,
) -> GatewayView:
    answer = Answer(
        meters=meters, notes=("a note",), key=KeyFacts(name="laptop", expires_at=NOW), unread=unread
    )
    reading = Reading.of(answer, preset="litellm", observed_at=NOW) if meters else None
    gateway = Gateway(id="campus", preset="litellm", thresholds=thresholds or Thresholds())
    forecasts = {} if forecast is None else {meters[0].id: forecast}
    return project(gateway, reading, error, now=at, next_read_at=NOW, model=model, forecasts=forecasts)


def test_a_reading() -> None:
    view = projected(WEEK, at=NOW + timedelta(seconds=2.9))
    assert (view.id, view.label, view.provider, view.preset) == (
        "campus",
        "campus",
        "openai-compatible",
        "litellm",
    )
    assert (view.status, view.level, view.coverage, view.binding) == ("ok", "ok", "full", "team/budget/7d")
    assert (view.observed_at, view.age_seconds) == ("2026-11-22T10:00:00Z", 2)
    assert view.next_read_at == "2026-11-22T10:00:00Z"
    assert view.notes == ("a note",)
    assert msgspec.to_builtins(view.key) == {"name": "laptop", "expires_at": "2026-11-22T10:00:00Z"}
    (meter,) = view.meters
    assert (meter.limit, meter.used, meter.remaining, meter.percent_remaining) == (
        "50",
        "12.35",
        "37.65",
        75.3,
    )
    assert (meter.window, meter.window_started_at) == ("7d", "2026-11-16T10:00:00Z")
    assert meter.resets_at == "2026-11-23T10:00:00Z"
    assert meter.derived == ("remaining",)


def test_after_its_reset_a_meter_says_nothing_but_its_limit() -> None:
    (meter,) = projected(WEEK, at=NOW + timedelta(days=1)).meters
    assert (meter.expired, meter.level, meter.limit) == (True, "unknown", "50")
    assert (meter.used, meter.remaining, meter.percent_remaining, meter.resets_at) == (None,) * 4


def test_a_clock_that_runs_behind_makes_no_negative_age() -> None:
    assert projected(WEEK, at=NOW - timedelta(minutes=1)).age_seconds == 0


@pytest.mark.parametrize(
    ("error", "meters", "status"),
    [
        (None, (WEEK,), "ok"),
        (ReadError("timeout", "slow"), (WEEK,), "stale"),
        (SetupError("no_key", "none"), (WEEK,), "stale"),
        (ReadError("timeout", "slow"), (), "error"),
        (SetupError("invalid_config", "wrong"), (), "error"),
        (SetupError("unresolved_template", "wrong"), (), "error"),
        (SetupError("no_key", "none"), (), "unconfigured"),
        (SetupError("no_base_url", "none"), (), "unconfigured"),
    ],
)
def test_status(error: GaugewayError | None, meters: tuple[Meter, ...], status: str) -> None:
    view = projected(*meters, error=error)
    assert view.status == status
    assert (view.error is None) == (error is None)
    if error is not None and view.error is not None:
        assert (view.error.code, view.error.message) == (error.code, error.message)
        assert view.error.hint
    if not meters:
        assert (view.level, view.observed_at, view.age_seconds, view.meters) == ("unknown", None, None, ())


@pytest.mark.parametrize(
    ("remaining", "limit", "percent"),
    [
        ("1", "3", 33.3333),
        ("2", "3", 66.6667),
        ("0.00000125", "1", 0.0001),
        ("-12.5", "100", -12.5),
        ("0.0000005", "1", 0.0),
        ("0.0000015", "1", 0.0002),
        ("1e30", "1e-20", 1e52),
    ],
)
def test_percent_is_half_even_to_four_places(remaining: str, limit: str, percent: float) -> None:
    meter = Meter.of(name="m", unit="x", remaining=Decimal(remaining), limit=Decimal(limit))
    assert projected(meter).meters[0].percent_remaining == percent


def test_what_could_not_be_read_is_partial_and_never_ok() -> None:
    view = projected(WEEK, unread=("organization",))
    assert (view.coverage, view.level, view.binding) == ("partial", "unknown", "team/budget/7d")


def test_thresholds_and_model_are_the_callers() -> None:
    own = Meter.of(name="budget", unit="USD", limit=Decimal(10), used=Decimal(9), model="gpt-x")
    assert projected(WEEK, own).binding == "team/budget/7d"
    view = projected(WEEK, own, model="gpt-x")
    assert (view.binding, view.level) == ("model:gpt-x/budget/-", "low")
    assert projected(WEEK, thresholds=Thresholds(low=Decimal(80))).level == "low"


def test_a_forecast() -> None:
    forecast = Forecast(
        p_runout=0.123456,
        runs_out_at=(NOW.timestamp() + 0.9, None, 1e300),
        used_at_reset=(1234567.89, 1e21, 0.000012345678),
        pace=1.00001,
        made_at=NOW.timestamp(),
    )
    view = projected(WEEK, forecast=forecast)
    assert msgspec.to_builtins(view.meters[0].forecast) == {
        "p_runout": 0.1235,
        "runs_out_at": ("2026-11-22T10:00:00Z", None, None),
        "used_at_reset": ("1234570", "1000000000000000000000", "0.0000123457"),
        "pace": 1.0,
        "made_at": "2026-11-22T10:00:00Z",
    }
    assert projected(WEEK).meters[0].forecast is None


def test_nothing_is_foreseen_of_a_window_that_is_over() -> None:
    view = projected(WEEK, forecast=Forecast(p_runout=1, made_at=0), at=NOW + timedelta(days=1))
    assert view.meters[0].forecast is None


def test_a_forecast_that_says_nothing() -> None:
    view = projected(WEEK, forecast=Forecast(made_at=0))
    assert view.meters[0].forecast is not None
    assert view.meters[0].forecast.runs_out_at is None

"""OpenRouter's windows: UTC days, weeks from Monday, calendar months."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.presets.replay import Exchange, Recorded, ReplayAsk, Request, read

from gaugeway.readings import Reading

MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis takes the bounds without a zone
    datetime(2100, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


def window(reset: str, now: datetime) -> tuple[datetime, datetime]:
    body = msgspec.json.encode({"data": {"limit": 1, "limit_remaining": 1, "limit_reset": reset}})
    exchange = Exchange((Recorded(Request("/v1/key"), body=msgspec.Raw(body)),), now=now)
    outcome = asyncio.run(read("openrouter", exchange, ReplayAsk(exchange)))
    assert isinstance(outcome, Reading)
    found = outcome.meters[0].window
    assert found.started_at is not None
    assert found.resets_at is not None
    assert found.started_at <= now < found.resets_at
    assert found.started_at.time() == found.resets_at.time() == datetime.min.time()
    return found.started_at, found.resets_at


@given(MOMENTS)
def test_daily(now: datetime) -> None:
    start, end = window("daily", now)
    assert end - start == timedelta(days=1)


@given(MOMENTS)
def test_weekly(now: datetime) -> None:
    start, end = window("weekly", now)
    assert (start.isoweekday(), end - start) == (1, timedelta(days=7))


@given(MOMENTS)
def test_monthly(now: datetime) -> None:
    start, end = window("monthly", now)
    assert (start.day, end.day) == (1, 1)
    assert timedelta(days=28) <= end - start <= timedelta(days=31)

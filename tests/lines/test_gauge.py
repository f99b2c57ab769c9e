"""A line judges and says what every other surface does, though it knows neither Decimal nor datetime."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.values import NOW

from gaugeway.lines.gauge import Gauge
from gaugeway.lines.gauge import Thresholds as Plain
from gaugeway.lines.numbers import exact
from gaugeway.readings import SCOPES, Answer, Forecast, Meter, Reading, Thresholds, judge
from gaugeway.sources.gateway import Gateway
from gaugeway.store.convert import forecast_row, meter_rows
from gaugeway.store.identity import Hasher
from gaugeway.store.stamps import _row
from gaugeway.view.entries import entries_of
from gaugeway.view.project import project
from gaugeway.view.zone import LOCAL

AMOUNTS = st.decimals("-1e9", "1e9", places=3) | st.decimals("0", "100", places=30) | st.just(Decimal(0))
POSITIVE = st.decimals("0.01", "100", places=2)
BOUNDS = st.none() | st.decimals("0", "100", places=2)


@st.composite
def meters(draw: st.DrawFn) -> list[Meter]:
    found: dict[str, Meter] = {}
    for _ in range(draw(st.integers(1, 5))):
        amounts: dict[str, Any] = {name: draw(st.none() | AMOUNTS) for name in ("limit", "used", "remaining")}
        # Given alone, the JSON has it with four places.
        amounts["percent_remaining"] = draw(st.none() | st.decimals("-50", "100", places=4))
        unlimited = draw(st.booleans())
        if not unlimited and all(value is None for value in amounts.values()):
            amounts["used"] = draw(AMOUNTS)
        resets_in = draw(st.none() | st.integers(1, 10))
        meter = Meter.of(
            name=draw(st.sampled_from(["budget", "tokens"])),
            unit=draw(st.sampled_from(["tokens", "USD", "EUR", "percent"])),
            scope=draw(st.sampled_from(SCOPES)),
            model=draw(st.sampled_from([None, None, "gpt-x"])),
            kind=draw(st.sampled_from([None, "allowance", "balance", "spend", "rate_limit"])),
            unlimited=unlimited,
            window=draw(st.sampled_from([None, "5h", "7d", "30d", "1m", "lifetime"])),
            resets_at=None if resets_in is None else NOW + timedelta(hours=resets_in),
            advisory=draw(st.booleans()),
            **amounts,
        )
        found.setdefault(meter.id, meter)
    return list(found.values())


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast:
    later = st.none() | st.floats(1, 1e6).map(lambda seconds: NOW.timestamp() + seconds)
    out = draw(st.none() | st.tuples(later, later, later))
    return Forecast(p_runout=draw(st.none() | st.floats(0, 1)), runs_out_at=out, made_at=NOW.timestamp())


@given(
    meters(),
    st.builds(
        Thresholds,
        low=POSITIVE,
        critical=POSITIVE,
        low_amount=BOUNDS,
        critical_amount=BOUNDS,
    ),
    st.sampled_from([(), ("team",)]),
    st.integers(0, 11),
    st.lists(forecasts(), min_size=5, max_size=5),
)
def test_as_every_other_surface(
    found: list[Meter], limits: Thresholds, unread: Any, hours: int, ahead: list[Forecast]
) -> None:
    reading = Reading.of(Answer(meters=tuple(found), unread=unread), preset="some", observed_at=NOW)
    gateway = Gateway(id="lab", base_url="https://lab.example.org", thresholds=limits)
    now = NOW + timedelta(hours=hours)
    foreseen = {meter.id: one for meter, one in zip(found, ahead, strict=False)}
    view = project(gateway, reading, None, now=now, forecasts=foreseen)
    entries = [entry for entry in entries_of(view) if not entry.minor]

    rows = meter_rows(1, reading, judge(reading.meters, limits), dict.fromkeys(SCOPES, ""))
    gauge = Gauge("lab", "Lab", now.timestamp())
    texts = _row(gateway, Hasher(b"k" * 32))[-4:]
    columns = {name: forecast_row(one) for name, one in foreseen.items()}
    gauge.measure(rows, columns, Plain(texts), unread=bool(unread))

    assert gauge.level == view.level
    moment = now.timestamp()
    assert [
        (
            one.id,
            one.level,
            one.name,
            one.window_text,
            one.left,
            one.short,
            one.amount,
        )
        for one in gauge.meters
    ] == [
        (one.id, one.level, one.name, one.window, one.left, one.short.text, one.amount.text)
        for one in entries
    ]
    assert [one.resets for one in gauge.meters] == [one.resets(moment) for one in entries]
    assert [one.forecast for one in gauge.meters] == [one.forecast_text(moment, LOCAL) for one in entries]
    assert [one.dire for one in gauge.meters] == [one.ahead is not None and one.ahead.dire for one in entries]
    if view.binding is not None:
        assert gauge.meter is not None
        assert gauge.meter.id == view.binding
    for mine, theirs in zip(gauge.meters, entries, strict=True):
        assert (mine.fraction is None) is (theirs.fraction is None)
        if mine.fraction is not None:
            assert min(max(mine.fraction, 0), 1) == pytest.approx(theirs.fraction, abs=1e-9)


@given(AMOUNTS, AMOUNTS)
def test_amounts_compare_as_decimals_do(one: Decimal, other: Decimal) -> None:
    mine, theirs = exact(f"{one:f}"), exact(f"{other:f}")
    assert mine is not None
    assert theirs is not None
    assert (mine < theirs, mine == theirs, mine <= 0) == (one < other, one == other, one <= 0)

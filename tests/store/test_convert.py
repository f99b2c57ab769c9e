"""A reading comes back exactly as it was stored."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.values import NOW, gateway, keep, reading

from gaugeway.readings import SCOPES, KeyFacts, Meter, Reading, Thresholds, Window
from gaugeway.store.sqlite import SqliteStore

amounts = st.none() | st.decimals(
    min_value=-(10**29), max_value=10**29, allow_nan=False, allow_infinity=False, places=25
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
lengths = st.none() | st.sampled_from(["5h", "1d", "30d", "1mo", "lifetime"])
meters = st.builds(
    Meter,
    scope=st.sampled_from(SCOPES),
    name=texts,
    title=texts,
    kind=st.sampled_from(["allowance", "balance", "spend", "rate_limit"]),
    unit=texts,
    entry=st.sampled_from(["percent", "value"]),
    limit=amounts,
    unlimited=st.booleans(),
    used=amounts,
    remaining=amounts,
    percent_remaining=amounts,
    window=st.builds(Window, length=lengths, started_at=st.none() | moments, resets_at=st.none() | moments),
    model=st.none() | texts,
    derived=st.lists(st.sampled_from(["limit", "used", "remaining"]), unique=True).map(tuple),
    advisory=st.booleans(),
    reset_due=st.booleans(),
)
readings = st.builds(
    Reading,
    preset=texts,
    observed_at=moments,
    meters=st.lists(meters, min_size=1, max_size=4, unique_by=lambda meter: meter.id).map(tuple),
    notes=st.lists(texts, max_size=3).map(tuple),
    key=st.builds(KeyFacts, name=st.none() | texts, expires_at=st.none() | moments),
    unread=st.lists(st.sampled_from(SCOPES), unique=True).map(tuple),
    coverage=st.sampled_from(["full", "partial"]),
)


@given(readings)
def test_a_reading_comes_back_exactly(value: Reading) -> None:
    store = SqliteStore.in_memory(b"k" * 32)
    head = keep(store, gateway(), value)
    assert store.readings([head.id]) == {head.id: value}
    store.close()


def test_subjects_are_kept_as_hashes_only() -> None:
    store = SqliteStore.in_memory()
    head = keep(store, gateway(), reading(subjects={"key": "user-4711"}))
    assert store.readings([head.id])[head.id].subjects == {}
    assert not [line for line in store._db.iterdump() if "user-4711" in line]
    assert not [line for line in store._db.iterdump() if "sk-test-123" in line or "example.org" in line]


@pytest.mark.parametrize(
    ("low", "level"), [(Decimal(20), "ok"), (Decimal(90), "low")], ids=["above low", "below low"]
)
def test_levels_and_the_binding_meter_are_stored_for_status_lines(low: Decimal, level: str) -> None:
    store = SqliteStore.in_memory()
    one = gateway(label="Lab", thresholds=Thresholds(low=low))
    keep(store, one, reading(used=15))
    shown = "label, level, binding, key_name"
    assert store._db.execute(f"SELECT {shown} FROM readings").fetchall() == [
        ("Lab", level, "key/tokens/-", None)
    ]
    assert store._db.execute('SELECT "limit", used, remaining, percent, level FROM meters').fetchall() == [
        ("100", "15", "85", "85", level)
    ]


def test_nothing_binds_where_nothing_can() -> None:
    store = SqliteStore.in_memory()
    spend = Meter.of(name="spend", unit="USD", used=Decimal("1.50"))
    keep(store, gateway(), Reading(preset="x", observed_at=NOW, meters=(spend,)))
    assert store._db.execute("SELECT level, binding FROM readings").fetchall() == [("unknown", None)]

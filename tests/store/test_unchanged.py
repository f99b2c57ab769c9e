"""A reading that says the same again moves its moment and nothing else; every other one is written whole."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.store.values import NOW, T, claim, gateway, keep, outcome, reading, stored_head

from gaugeway.readings import KeyFacts, Reading, Thresholds
from gaugeway.store import SqliteStore
from gaugeway.store.store import Head

LAB = gateway("lab")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def store() -> SqliteStore:
    return SqliteStore.in_memory()


def meters_written(store: SqliteStore, value: Reading, one=LAB) -> bool:
    """Whether keeping ``value`` touches the table of meters."""
    touched: list[str] = []
    store._db.set_trace_callback(touched.append)
    head = keep(store, one, value)
    store._db.set_trace_callback(None)
    assert store.readings([head.id]) == {head.id: value}
    assert (head.observed_at, head.error_code) == (value.observed_at.timestamp(), None)
    return any(statement.startswith("INSERT INTO meters") for statement in touched)


def test_what_is_the_same_is_not_written_again(store: SqliteStore) -> None:
    assert meters_written(store, reading())
    assert not meters_written(store, reading(at=LATER))
    assert not meters_written(store, reading(at=LATER + timedelta(minutes=1)))


@pytest.mark.parametrize(
    "value",
    [
        reading(13, at=LATER),
        reading(at=LATER, resets_in=60),
        reading(at=LATER, notes=("a note",)),
        reading(at=LATER, key=KeyFacts(name="laptop")),
        reading(at=LATER, unread=("team",)),
        reading(at=LATER, unread_advisory=("team",)),
    ],
    ids=["used", "reset", "note", "key", "unread", "coverage"],
)
def test_whatever_is_not_the_same_is_written(store: SqliteStore, value: Reading) -> None:
    keep(store, LAB, reading())
    assert meters_written(store, value)


def test_other_thresholds_are_other_levels(store: SqliteStore) -> None:
    keep(store, LAB, reading())
    assert meters_written(store, reading(at=LATER), gateway("lab", thresholds=Thresholds(low=Decimal(90))))
    assert store._db.execute("SELECT level FROM meters").fetchall() == [("low",)]


def test_other_subjects_are_other_meters(store: SqliteStore) -> None:
    keep(store, LAB, reading(subjects={"key": "one"}))
    before = store._db.execute("SELECT subject FROM meters").fetchall()
    keep(store, LAB, reading(at=LATER, subjects={"key": "another"}))
    assert store._db.execute("SELECT subject FROM meters").fetchall() != before


def test_what_an_older_version_wrote_meanwhile_is_written_over(store: SqliteStore) -> None:
    """It counts the revision and does not know of the hash beside it."""
    keep(store, LAB, reading())
    store._db.execute("UPDATE meters SET used = 99")
    store._db.execute("UPDATE readings SET revision = revision + 1")
    assert meters_written(store, reading(at=LATER))


def test_what_came_while_the_lease_was_lost_is_written_over(store: SqliteStore) -> None:
    first = keep(store, LAB, reading())
    slow = claim(store, LAB, "slow", at=T + 60, head=first)
    assert slow is not None
    keep(store, LAB, reading(50, at=NOW + timedelta(minutes=2)), owner="quick")
    last = reading(at=NOW + timedelta(minutes=3))
    store.save([outcome(slow, LAB, last, at=T + 180)], "slow")
    assert store.readings([first.id]) == {first.id: last}


def test_a_failure_in_between_costs_one_more_writing(store: SqliteStore) -> None:
    keep(store, LAB, reading())
    keep(store, LAB, None, at=T + 30)
    failed = stored_head(store, LAB)
    assert isinstance(failed, Head)
    assert failed.error_code == "server_error"
    assert meters_written(store, reading(at=LATER))
    assert not meters_written(store, reading(at=LATER + timedelta(minutes=1)))

"""Configurations under their stamps: what a status line finds is what a full process found."""

from decimal import Decimal

import pytest
from tests.store.values import T, gateway

from gaugeway.errors import SetupError
from gaugeway.readings import Thresholds
from gaugeway.sources.gateway import Gateway, Key
from gaugeway.sources.openai_compatible import Found
from gaugeway.sources.settings import Problem
from gaugeway.store import SqliteStore, rows
from gaugeway.store.stamp import digest
from gaugeway.store.stamps import MOST
from gaugeway.transport import Secret

KEY = b"k" * 32
FACTS = {"home": "/home/u", "v:LAB_API_KEY": "=sk-test-1", "f:/a\nb": "-"}


@pytest.fixture
def store():
    store = SqliteStore.in_memory(KEY)
    yield store
    store.close()


def found(
    *gateways: Gateway, facts: dict[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Found:
    return Found(gateways, problems, {}, facts=FACTS if facts is None else facts)


def test_gateways_come_back_in_order_with_where_they_are_stored(store: SqliteStore) -> None:
    lab = gateway(
        "lab",
        label="The <lab>",
        refresh=30,
        thresholds=Thresholds(low=Decimal("12.50"), critical_amount=Decimal("1E+2")),
    )
    lacking = Gateway(id="a", base_url="https://a.example.org", key=Key(error=SetupError("no_key", "none")))
    wrong = gateway("b", error=SetupError("invalid_config", "no"))
    store.remember(found(lab, lacking, wrong, Gateway(id="c")), T)
    ((stamp, looked_at, problem, made_at),) = rows.stamps(store._db)
    assert stamp == digest(KEY, FACTS.items())
    assert rows.parted(looked_at) == tuple(FACTS)
    assert (problem, made_at) == (None, T)
    identity, place = store.hasher.identity(lab), store.hasher.place(str(lab.base_url))
    its_place = store.hasher.place("https://a.example.org")
    assert rows.listed(store._db, stamp) == [
        (
            "lab",
            "The <lab>",
            identity,
            place,
            30,
            1,
            None,
            "12.5",
            "5",
            None,
            "100",
        ),
        ("a", "a", "", its_place, 60, 0, "no_key", "20", "5", None, None),
        ("b", "b", "", "", 60, 0, "invalid_config", "20", "5", None, None),
        ("c", "c", "", "", 60, 0, "no_base_url", "20", "5", None, None),
    ]
    assert rows.listed(store._db, "another") == []


def test_a_key_that_is_asked_for_is_not_asked_for_alone(store: SqliteStore) -> None:
    key = Key(deferred=lambda: Secret("sk"), stamp=Secret("{command:pass}"))
    ask = gateway("ask")
    store.remember(
        found(
            Gateway(id="ask", base_url=ask.base_url, key=key),
            Gateway(id="alone", base_url=ask.base_url, key=key, unattended=True),
        ),
        T,
    )
    (stamp, *_) = rows.stamps(store._db)[0]
    assert [row[5] for row in rows.listed(store._db, stamp)] == [0, 1]


def test_the_first_file_that_does_not_parse_is_named(store: SqliteStore) -> None:
    wrong = Problem(file="/home/u/x.toml", line=3, message="is not TOML: no\x1b", fatal=True)
    store.remember(found(problems=(Problem(file="y", message="is odd"), wrong)), T)
    assert rows.stamps(store._db)[0][2] == "x.toml:3 is not TOML: no"


def test_what_is_known_is_not_written_again(store: SqliteStore) -> None:
    store.remember(found(gateway()), T)
    before = store._db.total_changes
    store.remember(found(gateway()), T + 60)
    assert store._db.total_changes == before


def test_some_configurations_take_turns_and_the_oldest_goes(store: SqliteStore) -> None:
    for number in range(MOST + 3):
        store.remember(found(gateway(), facts={"cwd": str(number)}), T + number)
    stamps = [row[0] for row in rows.stamps(store._db)]
    assert stamps == [digest(KEY, [("cwd", str(number))]) for number in range(MOST + 2, 2, -1)]
    left = store._db.execute("SELECT count(*), count(DISTINCT stamp) FROM listed").fetchone()
    assert left == (MOST, MOST)


@pytest.mark.parametrize(
    "other",
    [
        {**FACTS, "home": "/home/v"},
        {"v:LAB_API_KEY": "=sk-test-1", "home": "/home/u", "f:/a\nb": "-"},
        {**FACTS, "v:X": "-"},
        {},
    ],
    ids=["fact", "order", "more", "none"],
)
def test_the_stamp_is_over_every_fact(other: dict[str, str]) -> None:
    assert digest(KEY, other.items()) != digest(KEY, FACTS.items())
    assert digest(b"l" * 32, FACTS.items()) != digest(KEY, FACTS.items())


def test_no_variable_is_kept_readable(store: SqliteStore) -> None:
    store.remember(found(gateway(key="sk-test-1")), T)
    assert "sk-test-1" not in "\n".join(store._db.iterdump())


def test_bytes_that_are_no_text_are_a_fact_too() -> None:
    assert digest(KEY, [("v:A", "=\udcff")]) != digest(KEY, [("v:A", "=\udcfe")])

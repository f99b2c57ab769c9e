from datetime import date
from decimal import Decimal

import pytest
from tests.store.values import NOW, gateway, reading

from gaugeway.readings import Answer, Meter, Reading
from gaugeway.sources.gateway import Gateway, Key
from gaugeway.store.identity import Hasher
from gaugeway.transport import Secret

HASHER = Hasher(b"k" * 32)
SAME = gateway()


@pytest.mark.parametrize(
    "changed",
    [
        gateway(base_url="https://lab.example.org/v2"),
        gateway(base_url="https://other.example.org/v1"),
        gateway(preset="litellm"),
        gateway(quota_path="/me"),
        gateway(auth="raw"),
        gateway(meters=({"name": "Tokens", "limit": "a.b"},)),
        gateway(key="sk-test-124"),
        Gateway(id="lab", base_url="https://lab.example.org/v1"),
    ],
    ids=["path", "origin", "preset", "quota_path", "auth", "mapping", "key", "no key"],
)
def test_what_changes_the_identity(changed: Gateway) -> None:
    assert HASHER.identity(changed) != HASHER.identity(SAME)


@pytest.mark.parametrize(
    "changed",
    [gateway("other", base_url="https://lab.example.org/v1"), gateway(label="Lab"), gateway(refresh=5)],
    ids=["id", "label", "refresh"],
)
def test_what_does_not(changed: Gateway) -> None:
    assert HASHER.identity(changed) == HASHER.identity(SAME)


def test_a_mapping_may_hold_whatever_toml_holds() -> None:
    tables = (
        {"name": "a", "unlimited": [-1, 0.5, Decimal("1.5"), date(2026, 1, 1), NOW], "used": {"of": 1}},
    )
    assert HASHER.identity(gateway(meters=tables)) == HASHER.identity(gateway(meters=tables))


def test_a_deferred_key_counts_by_its_template() -> None:
    def with_stamp(template: str) -> Gateway:
        key = Key(deferred=lambda: Secret("sk-test-123"), stamp=Secret(template))
        return Gateway(id="lab", base_url="https://lab.example.org/v1", key=key)

    assert HASHER.identity(with_stamp("{command:pass a}")) == HASHER.identity(with_stamp("{command:pass a}"))
    assert HASHER.identity(with_stamp("{command:pass a}")) != HASHER.identity(with_stamp("{command:pass b}"))


def test_another_machine_hashes_differently_and_nothing_shows_through() -> None:
    other = Hasher(b"x" * 32)
    assert HASHER.identity(SAME) != other.identity(SAME)
    assert HASHER.place("https://lab.example.org/v1") != other.place("https://lab.example.org/v1")
    assert set(HASHER.identity(SAME)) <= set("0123456789abcdef")


def test_a_place_is_an_origin() -> None:
    place = HASHER.place("https://lab.example.org/v1")
    assert place == HASHER.place("https://lab.example.org") == HASHER.place("https://lab.example.org/a/b")
    assert place != HASHER.place("https://lab.example.org:444/v1")
    assert place != HASHER.place("http://lab.example.org/v1")


def test_a_subject_is_the_servers_own_else_the_key() -> None:
    meters = (
        Meter.of(name="budget", unit="USD", scope="team", used=Decimal(1)),
        Meter.of(name="budget", unit="USD", scope="key", used=Decimal(1)),
    )
    theirs = Reading.of(Answer(meters=meters, subjects={"team": "t1"}), preset="litellm", observed_at=NOW)
    first, second = (HASHER.subjects(gateway(key=key), theirs) for key in ("sk-test-1", "sk-test-2"))
    assert first["team"] == second["team"], "a rotated key keeps its team's history"
    assert first["key"] != second["key"]
    assert first["team"] != first["key"]
    alone = HASHER.subjects(Gateway(id="lab", base_url="https://lab.example.org"), reading())
    assert set(alone) == {"key"}


def test_equal_names_in_different_scopes_are_different_subjects() -> None:
    meters = tuple(
        Meter.of(name="budget", unit="USD", scope=scope, used=Decimal(1)) for scope in ("team", "user")
    )
    same = Reading.of(Answer(meters=meters, subjects={"team": "1", "user": "1"}), preset="x", observed_at=NOW)
    subjects = HASHER.subjects(SAME, same)
    assert subjects["team"] != subjects["user"]

"""The history is thinned by those who read, a little at a time."""

from collections.abc import Sequence

import pytest
from tests.collector.fakes import World
from tests.store.values import T, gateway

from gaugeway.collector import upkeep
from gaugeway.history.thinning import DAY
from gaugeway.store import SqliteStore
from gaugeway.store.history import Point

LAB = gateway("lab")


def test_who_reads_live_drops_what_an_older_key_left() -> None:
    world = World()
    old, new = gateway("lab", key="sk-test-old"), gateway("lab", key="sk-test-new")
    for hours, one, left in [(0, old, {old}), (23, new, {old, new}), (2, new, {new})]:
        world.clock.forward(3600 * hours)
        world.one(one)
        identities = {head.identity for head in world.store.heads(["lab"])}
        assert identities == {world.store.hasher.identity(each) for each in left}


def test_who_reads_live_thins_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    looked = [0]

    def choose(_: str, points: Sequence[Point], __: float) -> list[float]:
        looked[-1] += len(points)
        return []

    monkeypatch.setattr(upkeep, "choose", choose)
    monkeypatch.setattr(upkeep, "AT_MOST", 0)
    assert isinstance(world.store, SqliteStore)
    world.one(LAB)
    world.store._db.executemany(
        "INSERT INTO samples (series, time, used) VALUES (1, ?, '1')",
        [(T + 30 * at,) for at in range(1, 9 * 2880)],
    )
    world.one(LAB)
    assert looked == [0], "answered from the store"
    world.clock.forward(9 * DAY)
    for _ in range(3):
        world.clock.forward(60)
        world.one(LAB)
        looked.append(0)
    assert all(0 < size < 1000 for size in looked[:3])

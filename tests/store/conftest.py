"""Every kind of store, for the tests of what all of them keep to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.values import NOW

from gaugeway.store import SqliteStore, Store, open_store


def on_disk(folder: Path) -> SqliteStore:
    return open_store(folder / "state", now=lambda: NOW, warn=pytest.fail)


def on_a_network(folder: Path) -> SqliteStore:
    mounts = folder / "mounts"
    mounts.write_text(f"server:/home {folder} nfs4 rw 0 0\n")
    return open_store(folder / "state", now=lambda: NOW, warn=pytest.fail, mounts=mounts)


def fallen_back(folder: Path) -> SqliteStore:
    (folder / "state").write_text("a file where the folder should be")
    return open_store(folder / "state", now=lambda: NOW, warn=print)


def in_memory(_: Path) -> SqliteStore:
    return SqliteStore.in_memory()


@pytest.fixture(params=[on_disk, on_a_network, fallen_back, in_memory], ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = request.param(tmp_path)
    yield made
    made.close()

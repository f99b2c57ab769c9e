"""The state folder: private, shared by processes, and never in the way of an answer."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.values import NOW, claim, gateway, keep, reading, stored_head

from gaugeway.errors import StoreError
from gaugeway.store import SqliteStore, open_store, rows
from gaugeway.store.opening import DATABASE, KEY, _publish

LAB = gateway()


class Folder:
    """A state folder that is opened again and again; what was warned of is in ``warnings``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mounts = path.with_name("mounts")
        self.warnings: list[str] = []
        self._opened: list[SqliteStore] = []

    def open(self) -> SqliteStore:
        store = open_store(self.path, now=lambda: NOW, warn=self.warnings.append, mounts=self.mounts)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "state")
    yield made
    made.close()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def journal(store: SqliteStore) -> str:
    return str(store._db.execute("PRAGMA journal_mode").fetchone()[0])


def test_everything_is_private_from_the_start(folder: Folder) -> None:
    before = os.umask(0)
    try:
        store = folder.open()
        keep(store, LAB, reading())
    finally:
        os.umask(before)
    assert mode(folder.path) == 0o700
    assert {path.name: mode(path) for path in folder.path.iterdir()} == dict.fromkeys(
        (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", KEY), 0o600
    )


def test_readings_outlive_the_process(folder: Folder) -> None:
    first = folder.open()
    head = keep(first, LAB, reading())
    first.close()
    assert folder.open().readings([head.id]) == {head.id: reading()}
    assert folder.warnings == []


def test_what_one_process_keeps_another_sees(folder: Folder) -> None:
    mine, yours = folder.open(), folder.open()
    assert mine.hasher.identity(LAB) == yours.hasher.identity(LAB)
    assert claim(mine, LAB, "me") is not None
    assert claim(yours, LAB, "you") is None


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("/dev/sda1 / ext4 rw 0 0\n", "wal"),
        ("server:/ {parent} nfs4 rw 0 0\n/dev/sda1 / ext4 rw 0 0\n", "delete"),
        ("server:/ / nfs rw 0 0\n/dev/sda1 {parent} ext4 rw 0 0\n", "wal"),
        ("server:/ {parent}/other nfs rw 0 0\n", "wal"),
        ("/dev/sda1 {parent} ext4 rw 0 0\nserver:/ {parent} cifs rw 0 0\n", "delete"),
        (None, "wal"),
    ],
    ids=["local", "network", "local below network", "network beside", "mounted over", "unknown"],
)
def test_wal_but_on_a_network(folder: Folder, mounts: str | None, expected: str) -> None:
    if mounts is not None:
        folder.mounts.write_text(mounts.format(parent=folder.path.parent))
    assert journal(folder.open()) == expected


def test_a_mount_point_with_spaces(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "my disk" / "state")
    folder.path.parent.mkdir()
    folder.mounts.write_text(f"server:/ {tmp_path}/my\\040disk nfs rw 0 0\n")
    assert journal(folder.open()) == "delete"
    folder.close()


def test_a_folder_that_was_moved_onto_a_network(folder: Folder) -> None:
    keep(folder.open(), LAB, reading())
    folder.close()
    folder.mounts.write_text(f"server:/ {folder.path} nfs rw 0 0\n")
    store = folder.open()
    assert journal(store) == "delete"
    assert stored_head(store, LAB) is not None


def test_a_newer_major_is_refused(folder: Folder) -> None:
    store = folder.open()
    store._db.execute(f"PRAGMA user_version = {rows.VERSION + 1000}")
    with pytest.raises(StoreError, match=r"newer gaugeway \(schema 2\.\d+, this one knows 1\.\d+\)"):
        folder.open()
    assert folder.warnings == []


def test_a_database_of_an_older_minor_gets_the_tables_it_lacks(folder: Folder) -> None:
    older = folder.open()
    keep(older, LAB, reading())
    older._db.execute("DROP TABLE samples")
    older._db.execute(f"PRAGMA user_version = {rows.VERSION - 1}")
    newer = folder.open()
    assert newer.history.series("lab") == []
    assert newer._db.execute("PRAGMA user_version").fetchone()[0] == rows.VERSION
    assert stored_head(newer, LAB) is not None
    assert folder.warnings == []


def test_a_database_of_an_older_minor_gets_the_columns_it_lacks(folder: Folder) -> None:
    older = folder.open()
    keep(older, LAB, reading())
    older._db.execute("ALTER TABLE readings DROP COLUMN content")
    older._db.execute(f"PRAGMA user_version = {rows.VERSION - 1}")
    newer = folder.open()
    head = stored_head(newer, LAB)
    assert head is not None
    assert head.content is None
    later = keep(newer, LAB, reading(at=NOW + timedelta(minutes=1)))
    assert later.content is not None
    assert newer.readings([later.id])
    assert folder.warnings == []


def test_an_older_process_goes_on_beside_a_newer_minor(folder: Folder) -> None:
    older = folder.open()
    db = older._db
    for table in ("readings", "meters", "series", "samples"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN novelty TEXT")
    db.execute("CREATE TABLE novelties (id INTEGER)")
    db.execute(f"PRAGMA user_version = {rows.VERSION + 1}")
    for store in (older, folder.open()):
        stored = stored_head(store, LAB)
        at = 0 if stored is None else 60
        keep(store, LAB, reading(at=NOW.replace(second=0, minute=at // 60)))
        after = stored_head(store, LAB)
        assert after is not None
        assert store.readings([after.id])
    assert folder.warnings == []


@pytest.mark.parametrize("content", [b"", b"not a database" * 100], ids=["empty", "other"])
def test_a_corrupt_file_is_moved_aside_and_said(folder: Folder, content: bytes) -> None:
    folder.path.mkdir()
    (folder.path / DATABASE).write_bytes(content)
    store = folder.open()
    keep(store, LAB, reading())
    aside = f"{DATABASE}.corrupt-20261122T100000Z"
    assert (folder.path / aside).read_bytes() == content
    assert len(folder.warnings) == 1
    assert f"moved to {aside}" in folder.warnings[0]
    assert stored_head(folder.open(), LAB) is not None


def test_a_file_that_becomes_corrupt_while_it_is_open(folder: Folder) -> None:
    store = folder.open()
    keep(store, LAB, reading())
    store.close()
    store = folder.open()
    content = bytearray((folder.path / DATABASE).read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (folder.path / DATABASE).write_bytes(content)
    assert store.heads(["lab"]) == []
    keep(store, LAB, reading())
    assert "is corrupt" in folder.warnings[0]
    assert len(folder.warnings) == 1
    assert stored_head(folder.open(), LAB) is not None


def test_of_two_processes_that_find_the_same_file_corrupt_one_moves_it(folder: Folder) -> None:
    mine, yours = folder.open(), folder.open()
    keep(mine, LAB, reading())
    mine._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (folder.path / DATABASE).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    mine._db.execute("PRAGMA cache_size = 0")
    head = keep(mine, LAB, reading(20))
    assert yours.readings([head.id]) == {head.id: reading(20)}
    assert len(folder.warnings) == 1
    assert stored_head(folder.open(), LAB) is not None


def test_a_corrupt_file_is_moved_by_one_at_a_time(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / DATABASE).write_bytes(b"not a database" * 100)
    handle = os.open(folder.path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)

    def open_and_close() -> None:  # SQLite wants both in one thread
        open_store(folder.path, now=lambda: NOW, warn=folder.warnings.append).close()

    with ThreadPoolExecutor(1) as elsewhere:
        opened = elsewhere.submit(open_and_close)
        with pytest.raises(TimeoutError):
            opened.result(0.2)
        assert folder.warnings == []
        os.close(handle)
        opened.result(10)
    assert "is corrupt" in folder.warnings[0]


def test_of_two_that_make_a_file_at_once_the_first_one_wins(folder: Folder) -> None:
    folder.path.mkdir()
    file = folder.path / KEY

    def slow(new: Path) -> None:
        file.write_bytes(b"theirs")
        new.write_bytes(b"mine")

    _publish(file, slow)
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == {KEY: b"theirs"}


def test_every_write_begins_as_one(folder: Folder) -> None:
    """A transaction that reads first could not write any more once another process has written."""
    store = folder.open()
    said: list[str] = []
    store._db.set_trace_callback(said.append)
    head = keep(store, LAB, reading())
    store.renew("me", 1)
    store.release("me")
    store.readings([head.id])
    begun = ""
    for statement in said:
        begun = statement if statement.startswith("BEGIN") else begun
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            assert begun == "BEGIN IMMEDIATE"
    assert said.count("BEGIN IMMEDIATE") == 4


def test_a_corrupt_file_that_cannot_be_replaced(folder: Folder) -> None:
    store = folder.open()
    shutil.rmtree(folder.path)
    folder.path.write_text("a file where the folder was")
    error = sqlite3.DatabaseError("database disk image is malformed")
    assert store._mend is not None
    fresh = store._mend(store._db, error)
    assert fresh.execute("SELECT count(*) FROM readings").fetchone() == (0,)
    fresh.close()
    assert "going on without" in folder.warnings[-1]


def test_a_file_that_is_both_locked_and_new(folder: Folder) -> None:
    store = folder.open()
    store._db.execute("PRAGMA locking_mode = EXCLUSIVE")
    keep(store, LAB, reading())
    other = folder.open()
    assert other.heads(["lab"]) == []
    assert "locked" in folder.warnings[0]


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [("query_only = 1", "readonly"), ("max_page_count = 1", "full")],
    ids=["read-only", "full"],
)
def test_a_disk_that_takes_nothing_leaves_memory(folder: Folder, pragma: str, reason: str) -> None:
    store = folder.open()
    keep(store, LAB, reading(1))
    store._db.execute(f"PRAGMA {pragma}")
    many = reading(2, at=NOW.replace(minute=1), notes=("long" * 2000,))
    head = keep(store, LAB, many)
    assert store.readings([head.id]) == {head.id: many}
    keep(store, LAB, reading(3, at=NOW.replace(minute=2)))
    (series,) = store.history.series("lab")
    assert [sample.used for sample in series.samples] == [1, 2, 3]
    assert len(folder.warnings) == 1
    assert reason in folder.warnings[0]
    assert str(folder.path) in folder.warnings[0]
    kept = folder.open()
    assert kept.readings([head.id]) == {head.id: reading(1)}, "what was on disk stays"


def test_a_lock_that_is_never_let_go_leaves_memory(folder: Folder) -> None:
    store, other = folder.open(), folder.open()
    keep(store, LAB, reading(1))
    store._db.execute("PRAGMA busy_timeout = 10")
    other._db.execute("BEGIN IMMEDIATE")
    keep(store, LAB, reading(2, at=NOW.replace(minute=1)))
    assert "locked" in folder.warnings[0]


def test_memory_that_fails_is_an_error(folder: Folder) -> None:
    store = SqliteStore.in_memory()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.heads(["lab"])


def test_a_database_without_our_tables_is_an_error(folder: Folder) -> None:
    store = folder.open()
    store._db.execute("DROP TABLE meters")
    with pytest.raises(StoreError, match="no such table: meters"):
        keep(store, LAB, reading())


def test_no_folder_at_all(folder: Folder) -> None:
    folder.path.write_text("a file where the folder should be")
    store = folder.open()
    head = keep(store, LAB, reading())
    assert store.readings([head.id]) == {head.id: reading()}
    assert len(folder.warnings) == 1
    assert "going on without" in folder.warnings[0]


def test_a_broken_key_is_said(folder: Folder) -> None:
    keep(folder.open(), LAB, reading())
    (folder.path / KEY).write_bytes(b"short")
    store = folder.open()
    assert stored_head(store, LAB) is None
    assert "hash.key does not hold 32 bytes" in folder.warnings[0]


def test_a_file_system_without_hard_links(folder: Folder) -> None:
    script = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
def link(*_, **__):
    raise PermissionError("no links here")
os.link = link
from gaugeway.store import open_store
store = open_store(Path(sys.argv[1]), now=lambda: datetime.now(UTC), warn=print)
print(sorted(path.name for path in Path(sys.argv[1]).iterdir()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str([DATABASE, f"{DATABASE}-shm", f"{DATABASE}-wal", KEY])


READ_ONLY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.store.values import gateway, keep, reading, stored_head
from gaugeway.errors import StoreError
from gaugeway.store import open_store, sqlite, opening
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
for name in ("full", "empty", "garbage", "newer"):
    try:
        store = open_store(Path(name), now=lambda: datetime.now(UTC), warn=lambda text: print("warned"))
    except StoreError:
        print("refused", flush=True)
        break
    print("found" if stored_head(store, gateway()) is not None else "nothing")
    keep(store, gateway(), reading(2, at=datetime.now(UTC)))
    print("went on")
os._exit(0)  # coverage could not write its file as this user
"""


def test_a_read_only_folder_can_still_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        folder = Folder(path / "full")
        keep(folder.open(), LAB, reading(1))
        folder.close()
        (path / "empty").mkdir()
        shutil.copytree(folder.path, path / "garbage")
        (path / "garbage" / DATABASE).write_bytes(b"garbage" * 1000)
        shutil.copytree(folder.path, path / "newer")
        newer = sqlite3.connect(path / "newer" / DATABASE)
        newer.execute(f"PRAGMA user_version = {rows.VERSION + 1000}")
        newer.close()
        for file in path.glob("*/*"):
            file.chmod(0o444)
        for below in path.iterdir():
            below.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, name],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
    assert done.stderr == ""
    assert done.stdout.split("\n") == [
        *("warned", "found", "went on"),
        *("warned", "nothing", "went on"),
        *("warned", "nothing", "went on"),
        "refused",
        "",
    ]


CREATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tests.store.values import gateway
from gaugeway.store import open_store
store = open_store(Path(sys.argv[1]), now=lambda: datetime.now(UTC), warn=print)
print(store.hasher.identity(gateway()))
"""


def test_of_many_that_start_at_once_one_makes_the_folder(folder: Folder) -> None:
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, str(folder.path)], stdout=subprocess.PIPE, text=True, env=environ
        )
        for _ in range(8)
    ]
    said = {process.communicate(timeout=30)[0] for process in running}
    assert len(said) == 1
    assert {path.name for path in folder.path.iterdir()} <= {
        DATABASE,
        KEY,
        f"{DATABASE}-wal",
        f"{DATABASE}-shm",
    }

"""The state folder: private from the start, whole or not there, and never in the way of an answer."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from gaugeway.errors import StoreError
from gaugeway.store import rows
from gaugeway.store.identity import KEY_BYTES, Hasher
from gaugeway.store.sqlite import SqliteStore, memory

DATABASE = "gaugeway.db"
KEY = "hash.key"

_BUSY = 2.0  # seconds to wait for another process's transaction, which lasts milliseconds
# What shares files over a network, or with another system: the shared memory of WAL does not work there.
_NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "fuse.sshfs", "davfs")
)
_CORRUPT = ("malformed", "not a database")


def open_store(
    state_dir: Path,
    *,
    now: Callable[[], datetime],
    warn: Callable[[str], None],
    mounts: Path = Path("/proc/self/mounts"),
) -> SqliteStore:
    """The store in ``state_dir``, which is made if it isn't there.

    Where nothing can be kept (a read-only or full disk) it goes on in memory, and a corrupt database is moved
    aside under a name with the date; ``warn`` gets one line of either. ``mounts``: where the kernel lists
    which file system is mounted where. Raises StoreError for a database of a newer major version.
    """
    state = _State(state_dir, now, warn, mounts)
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteStore(state.open(), Hasher(state.key()), state.mend)
    except (OSError, sqlite3.Error) as error:
        return SqliteStore(state.fall_back(None, error), Hasher(state.key_or_new()))


class _State:
    def __init__(
        self, folder: Path, now: Callable[[], datetime], warn: Callable[[str], None], mounts: Path
    ) -> None:
        self._folder = folder
        self._file = folder / DATABASE
        self._now = now
        self._warn = warn
        self._mounts = mounts

    def open(self) -> sqlite3.Connection:
        """A connection to the database, made new where there is none or where it is corrupt."""
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if not _is_corrupt(error):
                raise
            return self._start_afresh(error)

    def key(self) -> bytes:
        """The random key of the hashes."""
        file = self._folder / KEY
        if not file.exists():
            _publish(file, lambda new: new.write_bytes(os.urandom(KEY_BYTES)))
        key = file.read_bytes()
        if len(key) != KEY_BYTES:
            raise OSError(f"{file} does not hold {KEY_BYTES} bytes; remove it")
        return key

    def key_or_new(self) -> bytes:
        try:
            return self.key()
        except OSError:
            return os.urandom(KEY_BYTES)

    def mend(self, db: sqlite3.Connection, error: sqlite3.Error) -> sqlite3.Connection:
        """What to go on with after ``db`` turned out to be unusable."""
        if _is_corrupt(error):
            try:
                db.close()
                return self._start_afresh(error)
            except (OSError, sqlite3.Error) as second:
                return self.fall_back(None, second)
        return self.fall_back(db, error)

    def fall_back(self, db: sqlite3.Connection | None, error: Exception) -> sqlite3.Connection:
        """Memory, with what can still be read of the database."""
        fresh = self._copy(db)
        self._warn(f"nothing can be kept in {self._folder} ({error}); going on without")
        return fresh

    def _copy(self, db: sqlite3.Connection | None) -> sqlite3.Connection:
        fresh = memory()
        # immutable: in a folder that can't be written SQLite could not make its lock files
        uri = f"{self._file.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(db or sqlite3.connect(uri, uri=True)) as source:
                self._check(source)
                source.backup(fresh)
                _bring_up_to_date(fresh)
        except sqlite3.Error:
            return memory()
        return fresh

    def _connect(self) -> sqlite3.Connection:
        on_network = _on_network(self._folder, self._mounts)
        if not self._file.exists():
            _publish(self._file, lambda new: _make(new, wal=not on_network))
        self._inode = self._file.stat().st_ino
        db = sqlite3.connect(self._file, timeout=_BUSY, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = NORMAL")
            if on_network:
                db.execute("PRAGMA journal_mode = DELETE")  # made on a local disk, and moved since
            self._check(db)
            _bring_up_to_date(db)
        except BaseException:
            db.close()
            raise
        return db

    def _check(self, db: sqlite3.Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version // 1000 > rows.MAJOR:
            raise StoreError(
                f"{self._file} was written by a newer gaugeway (schema {version // 1000}.{version % 1000},"
                f" this one knows {rows.MAJOR}.{rows.MINOR})",
                "update gaugeway, or set GAUGEWAY_STATE_DIR to another folder",
            )
        if version < rows.MAJOR * 1000:
            raise sqlite3.DatabaseError("not a database of gaugeway")

    def _start_afresh(self, error: sqlite3.Error) -> sqlite3.Connection:
        """A connection to what takes the corrupt file's place. Of several processes that find it corrupt one
        moves it aside: the others find another file there.
        """
        with _one_at_a_time(self._folder):
            if self._file.exists() and self._file.stat().st_ino == self._inode:
                self._move_aside(error)
            return self._connect()

    def _move_aside(self, error: sqlite3.Error) -> None:
        aside = self._file.with_name(f"{DATABASE}.corrupt-{self._now():%Y%m%dT%H%M%SZ}")
        for suffix in ("-wal", "-shm", ""):
            part = self._file.with_name(DATABASE + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        self._warn(f"{self._file} is corrupt ({error}); moved to {aside.name}, starting afresh")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keeps other processes out of the block; a process that dies inside lets them in."""
    try:
        import fcntl
    except ImportError:  # Windows, where a file that is open elsewhere can't be moved anyway
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(file: Path, *, wal: bool) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
        _bring_up_to_date(db)


def _bring_up_to_date(db: sqlite3.Connection) -> None:
    """Adds what an older minor version lacks. Processes of that version go on beside it."""
    if db.execute("PRAGMA user_version").fetchone()[0] >= rows.VERSION:
        return
    db.executescript(f"BEGIN IMMEDIATE; {rows.SCHEMA}")
    for table, column in rows.LATER:
        if column.split()[0] not in [row[1] for row in db.execute(f"PRAGMA table_info({table})")]:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    db.execute(f"PRAGMA user_version = {rows.VERSION}")
    db.execute("COMMIT")


def _publish(file: Path, fill: Callable[[Path], object]) -> None:
    """Makes ``file`` whole or not at all: of several processes that make it at once, one wins."""
    new = file.with_name(f"{file.name}.{os.urandom(8).hex()}")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        fill(new)
        try:
            os.link(new, file)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            new.replace(file)
    finally:
        for part in new.parent.glob(f"{new.name}*"):  # SQLite leaves its logs where the disk is full
            part.unlink(missing_ok=True)


def _is_corrupt(error: sqlite3.Error) -> bool:
    return any(sign in str(error) for sign in _CORRUPT)


def _on_network(folder: Path, mounts: Path) -> bool:
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # only Linux tells
        return False
    where = f"{os.path.realpath(folder)}/"
    kind, longest = "", -1
    for line in lines:
        _, point, type_, *_ = line.split(" ")
        point = point.replace("\\040", " ").rstrip("/") + "/"
        if where.startswith(point) and len(point) >= longest:
            kind, longest = type_, len(point)
    return kind in _NETWORK

"""The store on SQLite: a file that processes share, or memory."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from gaugeway.errors import StoreError
from gaugeway.readings import Forecast, Reading
from gaugeway.store import rows, stamps
from gaugeway.store.convert import Row, forecast_of, meter_rows, reading_of, reading_row
from gaugeway.store.due import LONGEST_LEASE
from gaugeway.store.identity import KEY_BYTES, Hasher
from gaugeway.store.store import Claim, Head, Outcome

if TYPE_CHECKING:
    from gaugeway.sources.openai_compatible import Found
    from gaugeway.store.history import Grown, History
    from gaugeway.store.outbox import Outbox

T = TypeVar("T")
Mend = Callable[[sqlite3.Connection, sqlite3.Error], sqlite3.Connection]

# A parameter less is worth more than it looks: sqlite3 takes a third of a microsecond for each, and most for
# a null. ?1 to ?6: see `_attempt`.
_ATTEMPTED = (
    "UPDATE readings SET label = ?4, provider = ?5, min_refresh = ?6, attempted_at = ?2, {facts}"
    " revision = revision + 1, lease_until = CASE WHEN lease_owner IS ?3 THEN NULL ELSE lease_until END"
    " WHERE id = ?1 AND (lease_owner IS ?3 OR coalesce(attempted_at, 0) < ?2)"
)
_FAILED = _ATTEMPTED.format(
    facts="error_code = ?, error_message = ?, error_hint = ?, failures = ?, retry_at = ?, retry_told = ?,"
)
_WELL = (
    "error_code = NULL, error_message = NULL, error_hint = NULL, failures = 0, retry_at = NULL,"
    " retry_told = 0, observed_at = ?, resets_at = ?, content = ?,"
)
_SUCCEEDED = _ATTEMPTED.format(
    facts=f"{_WELL} preset = ?, coverage = ?, unread = ?, notes = ?, key_name = ?, key_expires_at = ?,"
    " level = ?, binding = ?,"
)
_CONFIRMED = f"{_ATTEMPTED.format(facts=_WELL)} AND revision = ?"  # the same reading, later
_CLAIM = (
    "INSERT INTO readings (gateway_id, identity, place, lease_owner, lease_until) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (gateway_id, identity) DO UPDATE SET"
    " lease_owner = excluded.lease_owner, lease_until = excluded.lease_until"
    " WHERE revision = ? AND (lease_until IS NULL OR lease_until <= ? OR lease_until > ?)"
)
_CLAIMED = "SELECT id, gateway_id, identity, lease_until FROM readings WHERE lease_owner = ?"
_FORGET = (
    "DELETE FROM readings WHERE coalesce(attempted_at, 0) < ? AND lease_until IS NULL AND EXISTS"
    " (SELECT 1 FROM readings AS newer WHERE newer.gateway_id = readings.gateway_id"
    " AND newer.id <> readings.id AND newer.observed_at >= ?)"
)
_METERS = rows.insert("meters", rows.METER)


class SqliteStore:
    """Passes every access through ``mend`` once when the database turns out to be unusable: it returns the
    connection to go on with.
    """

    def __init__(self, db: sqlite3.Connection, hasher: Hasher, mend: Mend | None = None) -> None:
        self._db = db
        self._mend = mend
        self._hasher = hasher

    @classmethod
    def in_memory(cls, key: bytes | None = None) -> "SqliteStore":
        """A store that ends with the process and is shared with nobody."""
        import os

        return cls(memory(), Hasher(key or os.urandom(KEY_BYTES)))

    @property
    def hasher(self) -> Hasher:
        return self._hasher

    @property
    def outbox(self) -> "Outbox":
        from gaugeway.store.outbox import Outbox  # of those who have alerts

        return Outbox(self._use, self._write)

    @property
    def history(self) -> "History":
        from gaugeway.store.history import History

        return History(self._use, self._write)

    def heads(self, gateway_ids: Sequence[str]) -> list[Head]:
        return [Head(*row) for row in self._use(lambda db: rows.heads(db, gateway_ids))]

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        found = self._use(lambda db: rows.readings(db, ids))
        return {row[0]: reading_of(row, meters) for row, meters in found}

    def claim(self, claims: Sequence[Claim], owner: str, now: float) -> Mapping[tuple[str, str], Head]:
        values = [
            (
                claim.gateway_id,
                claim.identity,
                claim.place,
                owner,
                now + claim.lease,
                0 if claim.head is None else claim.head.revision,
                now,
                now + LONGEST_LEASE,
            )
            for claim in claims
        ]

        def work(db: sqlite3.Connection) -> list[Row]:
            db.executemany(_CLAIM, values)
            return db.execute(_CLAIMED, (owner,)).fetchall()

        leases = {row[1:]: row[0] for row in self._write(work)}
        won = {}
        for claim in claims:
            key = (claim.gateway_id, claim.identity)
            row_id = leases.get((*key, now + claim.lease))
            if row_id is not None:  # and with the lease that nothing has changed since
                won[key] = claim.head or Head(row_id, *key, claim.place)
        return won

    def save(self, outcomes: Sequence[Outcome], owner: str) -> "list[Grown]":
        return self._write(lambda db: self._save(db, outcomes, owner))

    def renew(self, owner: str, seconds: float) -> None:
        statement = "UPDATE readings SET lease_until = lease_until + ? WHERE lease_owner = ?"
        self._write(lambda db: db.execute(statement, (seconds, owner)))

    def release(self, owner: str) -> None:
        statement = "UPDATE readings SET lease_until = NULL WHERE lease_owner = ? AND lease_until IS NOT NULL"
        self._write(lambda db: db.execute(statement, (owner,)))

    def forget(self, before: float) -> None:
        def work(db: sqlite3.Connection) -> None:
            if db.execute(_FORGET, (before, before)).rowcount:
                db.execute("DELETE FROM meters WHERE reading NOT IN (SELECT id FROM readings)")

        self._write(work)

    def remember(self, found: "Found", now: float) -> None:
        """Keep what status lines need of a configuration, unless it is there already."""
        stamp = self._hasher.stamp(found.facts)
        if not self._use(lambda db: stamps.is_kept(db, stamp)):
            self._write(lambda db: stamps.keep(db, stamp, found, self._hasher, now))

    def forecasts(self, ids: Sequence[int], now: float) -> dict[int, dict[str, Forecast]]:
        found: dict[int, dict[str, Forecast]] = {}
        for reading, meter_id, *row in self._use(lambda db: rows.forecasts(db, ids, now)):
            found.setdefault(reading, {})[meter_id] = forecast_of(*row)
        return found

    def close(self) -> None:
        self._db.close()

    def _save(self, db: sqlite3.Connection, outcomes: Sequence[Outcome], owner: str) -> "list[Grown]":
        cursor = db.cursor()
        good: list[Head] = []
        written: list[tuple[int]] = []
        meters: list[Row] = []
        for one in outcomes:
            reading, verdict, head = one.reading, one.verdict, one.head
            if reading is None:
                cursor.execute(_FAILED, _attempt(one, owner) + _failure(head))
                continue
            assert verdict is not None
            content = self._hasher.content(reading, verdict)
            row = (*_attempt(one, owner), head.observed_at, head.resets_at, f"{head.revision + 1} {content}")
            same = head.content == f"{head.revision} {content}"
            if same and cursor.execute(_CONFIRMED, (*row, head.revision)).rowcount:
                good.append(head)
            elif cursor.execute(_SUCCEEDED, row + reading_row(reading, verdict)).rowcount:
                subjects = self._hasher.subjects(one.gateway, reading)
                meters += meter_rows(head.id, reading, verdict, subjects)
                written.append((head.id,))
                good.append(head)
        cursor.executemany("DELETE FROM meters WHERE reading = ?", written)
        cursor.executemany(_METERS, meters)
        from gaugeway.store.history import add  # only who reads live has something to add

        return add(db, [head.id for head in good])

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._db)
        except sqlite3.Error as error:
            if self._mend is None:
                raise StoreError(f"the state database can't be used: {error}") from error
            self._db, self._mend = self._mend(self._db, error), None
            return self._use(work)

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def whole(db: sqlite3.Connection) -> T:
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # some failures have ended it already
                    db.execute("ROLLBACK")
                raise
            return result

        return self._use(whole)


def memory() -> sqlite3.Connection:
    """An empty database in memory, autocommitting like the one on disk."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(rows.SCHEMA)
    return db


def _attempt(one: Outcome, owner: str) -> Row:
    head, gateway = one.head, one.gateway
    return (head.id, head.attempted_at or 0, owner, gateway.label, gateway.provider, head.min_refresh)


def _failure(head: Head) -> Row:
    return (
        head.error_code,
        head.error_message,
        head.error_hint,
        head.failures,
        head.retry_at,
        head.retry_told,
    )

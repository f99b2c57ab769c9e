"""The store on SQLite: a file that processes share, or memory."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from gaugeway.errors import StoreError
from gaugeway.readings import Forecast, Reading
from gaugeway.store import rows, stamps
from gaugeway.store.convert import (
    Row,
    amount,
    forecast_of,
    forecast_row,
    meter_rows,
    moment,
    reading_of,
    reading_row,
)
from gaugeway.store.due import LONGEST_LEASE
from gaugeway.store.identity import KEY_BYTES, Hasher
from gaugeway.store.store import Claim, Grown, Head, Outcome, Point, Sample

if TYPE_CHECKING:
    from gaugeway.sources.openai_compatible import Found

SAMPLE_AT_LEAST = 15 * 60  # seconds between samples of a meter that does not move
FORGET_AFTER = 24 * 3600  # seconds until what an older key of the same gateway left behind goes

if TYPE_CHECKING:
    from gaugeway.store.outbox import Outbox

T = TypeVar("T")
Mend = Callable[[sqlite3.Connection, sqlite3.Error], sqlite3.Connection]

# A parameter less is worth more than it looks: sqlite3 takes a third of a microsecond for each, and most for
# a null. ?1 to ?6: see `_attempt`.
_ATTEMPTED = (
    "UPDATE readings SET label = ?4, provider = ?5, min_refresh = ?6, attempted_at = ?2, {facts},"
    " revision = revision + 1, lease_until = CASE WHEN lease_owner IS ?3 THEN NULL ELSE lease_until END"
    " WHERE id = ?1 AND (lease_owner IS ?3 OR coalesce(attempted_at, 0) < ?2)"
)
_FAILED = _ATTEMPTED.format(
    facts="error_code = ?, error_message = ?, error_hint = ?, failures = ?, retry_at = ?, retry_told = ?"
)
_SUCCEEDED = _ATTEMPTED.format(
    facts="error_code = NULL, error_message = NULL, error_hint = NULL, failures = 0, retry_at = NULL,"
    " retry_told = 0, observed_at = ?, resets_at = ?, preset = ?, coverage = ?, unread = ?, notes = ?,"
    " key_name = ?, key_expires_at = ?, level = ?, binding = ?"
)
_CLAIM = (
    "INSERT INTO readings (gateway_id, identity, place, lease_owner, lease_until) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (gateway_id, identity) DO UPDATE SET"
    " lease_owner = excluded.lease_owner, lease_until = excluded.lease_until"
    " WHERE revision = ? AND (lease_until IS NULL OR lease_until <= ? OR lease_until > ?)"
)
_CLAIMED = "SELECT id, gateway_id, identity, lease_until FROM readings WHERE lease_owner = ?"
# What an older key of the same gateway left behind.
_FORGET = (
    "DELETE FROM readings WHERE coalesce(attempted_at, 0) < ? AND lease_until IS NULL AND EXISTS"
    " (SELECT 1 FROM readings AS newer WHERE newer.gateway_id = readings.gateway_id"
    " AND newer.id <> readings.id AND newer.observed_at >= ?)"
)
_METERS = rows.insert("meters", rows.METER)
# The meters whose history has no sample of these numbers yet, or none of late.
_UNWRITTEN = (
    "SELECT readings.id, meters.meter_id, readings.gateway_id, meters.subject, series.id, observed_at,"  # noqa: S608
    ' meters.used, meters.remaining, meters."limit", meters.resets_at'
    " FROM readings JOIN meters ON meters.reading = readings.id"
    " LEFT JOIN series ON series.gateway_id = readings.gateway_id AND series.meter_id = meters.meter_id"
    " AND series.subject = meters.subject"
    " WHERE readings.id IN ({keys}) AND (series.id IS NULL"
    f" OR observed_at < series.time OR observed_at >= series.time + {SAMPLE_AT_LEAST}"
    ' OR (meters.used, meters.remaining, meters."limit", meters.resets_at)'
    ' IS NOT (series.used, series.remaining, series."limit", series.resets_at))'
)
_NEW_SERIES = rows.insert("series", f"gateway_id, meter_id, subject, {rows.SAMPLE}")
_MOVE_SERIES = 'UPDATE series SET time = ?, used = ?, remaining = ?, "limit" = ?, resets_at = ? WHERE id = ?'
_ADD_SAMPLE = rows.insert("samples", f"series, {rows.SAMPLE}").replace("INSERT", "INSERT OR REPLACE", 1)

_POINTS = (
    'SELECT time, CAST(used AS REAL), CAST(remaining AS REAL), CAST("limit" AS REAL), resets_at'
    " FROM samples WHERE series = ? AND time >= ? ORDER BY time"
)
_FORESEEN = rows.insert("forecasts", f"series, resets_at, {rows.FORECAST}").replace(
    "INSERT", "INSERT OR REPLACE", 1
)


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

    def save(self, outcomes: Sequence[Outcome], owner: str) -> list[Grown]:
        return self._write(lambda db: self._save(db, outcomes, owner))

    def renew(self, owner: str, seconds: float) -> None:
        statement = "UPDATE readings SET lease_until = lease_until + ? WHERE lease_owner = ?"
        self._write(lambda db: db.execute(statement, (seconds, owner)))

    def release(self, owner: str) -> None:
        statement = "UPDATE readings SET lease_until = NULL WHERE lease_owner = ?"
        self._write(lambda db: db.execute(statement, (owner,)))

    def samples(self, gateway_id: str, meter_id: str) -> list[Sample]:
        statement = (
            'SELECT subject, one.time, one.used, one.remaining, one."limit", one.resets_at'
            " FROM samples AS one JOIN series ON series.id = one.series"
            " WHERE gateway_id = ? AND meter_id = ? ORDER BY one.time"
        )
        found = self._use(lambda db: db.execute(statement, (gateway_id, meter_id)).fetchall())
        return [
            Sample(
                subject=subject,
                time=datetime.fromtimestamp(time, UTC),
                used=amount(used),
                remaining=amount(remaining),
                limit=amount(limit),
                resets_at=moment(resets_at),
            )
            for subject, time, used, remaining, limit, resets_at in found
        ]

    def remember(self, found: "Found", now: float) -> None:
        """Keep what status lines need of a configuration, unless it is there already."""
        stamp = self._hasher.stamp(found.facts)
        if not self._use(lambda db: stamps.is_kept(db, stamp)):
            self._write(lambda db: stamps.keep(db, stamp, found, self._hasher, now))

    def points(self, series: int, since: float) -> list[Point]:
        return self._use(lambda db: db.execute(_POINTS, (series, since)).fetchall())

    def foresee(self, forecasts: Sequence[tuple[int, float | None, Forecast]]) -> None:
        values = [(series, resets_at, *forecast_row(one)) for series, resets_at, one in forecasts]
        self._write(lambda db: db.executemany(_FORESEEN, values))

    def forecasts(self, ids: Sequence[int], now: float) -> dict[int, dict[str, Forecast]]:
        found: dict[int, dict[str, Forecast]] = {}
        for reading, meter_id, *row in self._use(lambda db: rows.forecasts(db, ids, now)):
            found.setdefault(reading, {})[meter_id] = forecast_of(*row)
        return found

    def close(self) -> None:
        self._db.close()

    def _save(self, db: sqlite3.Connection, outcomes: Sequence[Outcome], owner: str) -> list[Grown]:
        cursor = db.cursor()
        good: list[Head] = []
        meters: list[Row] = []
        for one in outcomes:
            reading, verdict, head = one.reading, one.verdict, one.head
            if reading is None:
                cursor.execute(_FAILED, _attempt(one, owner) + _failure(head))
                continue
            assert verdict is not None
            row = (head.observed_at, head.resets_at, *reading_row(reading, verdict))
            if cursor.execute(_SUCCEEDED, _attempt(one, owner) + row).rowcount:
                subjects = self._hasher.subjects(one.gateway, reading)
                meters += meter_rows(head.id, reading, verdict, subjects)
                good.append(head)
        cursor.executemany("DELETE FROM meters WHERE reading = ?", [(head.id,) for head in good])
        cursor.executemany(_METERS, meters)
        newest = max([head.observed_at or 0.0 for head in good], default=0.0)
        if cursor.execute(_FORGET, (newest - FORGET_AFTER, newest - FORGET_AFTER)).rowcount:
            cursor.execute("DELETE FROM meters WHERE reading NOT IN (SELECT id FROM readings)")
        return _sample(db, [head.id for head in good])

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


def _sample(db: sqlite3.Connection, ids: Sequence[int]) -> list[Grown]:
    """Adds to the history what has changed, and what was last written 15 minutes ago."""
    moved, samples, grown = [], [], []
    for head_id, meter_id, gateway_id, subject, known, *sample in rows.in_parts(db, _UNWRITTEN, ids):
        series = known
        if known is None:
            series = db.execute(_NEW_SERIES, (gateway_id, meter_id, subject, *sample)).lastrowid
        else:
            moved.append((*sample, known))
        samples.append((series, *sample))
        grown.append(Grown(head_id, meter_id, series))
    db.executemany(_MOVE_SERIES, moved)
    db.executemany(_ADD_SAMPLE, samples)
    return grown

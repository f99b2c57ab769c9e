"""The tables, and their rows as plain tuples.

Nothing but sqlite3 and builtins is imported here: a status line reads its entries through this module and
pays for every import on every prompt. Times are unix seconds (a double holds microseconds until 2242),
amounts plain decimal texts, flags 0 or 1; several texts in one column are joined by :func:`joined`.

Within a major version only tables and nullable columns are added, and every statement names its columns: an
older process goes on beside a newer one.
"""

from __future__ import annotations  # keeps `typing` out, which costs 8 ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection
    from typing import Any

    Row = tuple[Any, ...]

MAJOR, MINOR = 1, 6
VERSION = MAJOR * 1000 + MINOR  # PRAGMA user_version

# readings: one row per gateway and identity: the last good reading, the newest attempt, and who asks now.
#   place: keyed hash of the origin. revision: counts outcomes, so that a claim sees what it was based on.
#   retry_told: the gateway itself said (Retry-After) when it may be asked again.
#   resets_at: the first reset of any meter. level, binding: as of storing. content: the revision that wrote
#   it, and a keyed hash of all that was stored of the reading but its moment: the same is not written again.
# alerts: what a rule has raised. outbox: messages, delivered or not (see `outbox`).
# series: whose numbers a history follows, with its newest sample.
# stamps: configurations, by the keyed hash over all they were read from; looked_at names that (see
#   sources.looks), problem says which file does not parse. listed: their gateways, as a status line needs
#   them. "interval": seconds between live reads. alone: whether a process in the background can ask it.
#   error_code: why this process can't. low to critical_amount: thresholds.
# upkeep: until when samples have been thinned, by tier, and the last series that goes one part further.
# forecasts: what was last foreseen of a series; of no use once resets_at has passed. out_*, used_*: quantiles
#   in percent; out_* is infinite for one that can't be foreseen, and null where nothing can be said.
# Opening an older database runs all of this once more, and adds the columns that are named below it.
SCHEMA = """
CREATE TABLE IF NOT EXISTS readings (
    id INTEGER PRIMARY KEY, gateway_id TEXT NOT NULL, identity TEXT NOT NULL, place TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0, lease_owner TEXT, lease_until REAL,
    attempted_at REAL, error_code TEXT, error_message TEXT, error_hint TEXT,
    failures INTEGER NOT NULL DEFAULT 0, retry_at REAL, retry_told INTEGER NOT NULL DEFAULT 0,
    min_refresh REAL NOT NULL DEFAULT 0, label TEXT, provider TEXT, preset TEXT,
    observed_at REAL, resets_at REAL, coverage TEXT, unread TEXT, notes TEXT, key_name TEXT,
    key_expires_at REAL, level TEXT, binding TEXT, content TEXT,
    UNIQUE (gateway_id, identity));
CREATE TABLE IF NOT EXISTS meters (
    reading INTEGER NOT NULL, position INTEGER NOT NULL, meter_id TEXT NOT NULL, scope TEXT NOT NULL,
    name TEXT NOT NULL, title TEXT NOT NULL, model TEXT, kind TEXT NOT NULL, unit TEXT NOT NULL,
    entry TEXT NOT NULL, "limit" TEXT, unlimited INTEGER NOT NULL, used TEXT, remaining TEXT, percent TEXT,
    length TEXT, started_at REAL, resets_at REAL, derived TEXT NOT NULL, advisory INTEGER NOT NULL,
    reset_due INTEGER NOT NULL, level TEXT NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (reading, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, gateway_id TEXT NOT NULL, meter_id TEXT NOT NULL, subject TEXT NOT NULL,
    time REAL NOT NULL, used TEXT, remaining TEXT, "limit" TEXT, resets_at REAL,
    UNIQUE (gateway_id, meter_id, subject));
CREATE TABLE IF NOT EXISTS samples (
    series INTEGER NOT NULL, time REAL NOT NULL, used TEXT, remaining TEXT, "limit" TEXT, resets_at REAL,
    PRIMARY KEY (series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stamps (
    stamp TEXT PRIMARY KEY, looked_at TEXT NOT NULL, problem TEXT, made_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listed (
    stamp TEXT NOT NULL, position INTEGER NOT NULL, gateway_id TEXT NOT NULL, label TEXT NOT NULL,
    identity TEXT NOT NULL, place TEXT NOT NULL, "interval" REAL NOT NULL, alone INTEGER NOT NULL,
    error_code TEXT, low TEXT, critical TEXT, low_amount TEXT, critical_amount TEXT,
    PRIMARY KEY (stamp, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
    rule TEXT NOT NULL, gateway_id TEXT NOT NULL, meter_id TEXT NOT NULL, rank INTEGER NOT NULL,
    since REAL NOT NULL, changed_at REAL NOT NULL, resets_at REAL, clear_at REAL,
    PRIMARY KEY (gateway_id, rule, meter_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, gateway_id TEXT NOT NULL, matter TEXT NOT NULL,
    facts TEXT NOT NULL, written_at REAL NOT NULL, first INTEGER NOT NULL, held_until REAL,
    next_at REAL NOT NULL, attempts INTEGER NOT NULL, failing_since REAL, error TEXT,
    lease_owner TEXT, lease_until REAL, delivered_at REAL);
CREATE INDEX IF NOT EXISTS outbox_open ON outbox (next_at) WHERE delivered_at IS NULL;
CREATE TABLE IF NOT EXISTS forecasts (
    series INTEGER PRIMARY KEY, made_at REAL NOT NULL, resets_at REAL, p_runout REAL,
    out_10 REAL, out_50 REAL, out_90 REAL, used_10 REAL, used_50 REAL, used_90 REAL, pace REAL);
CREATE TABLE IF NOT EXISTS upkeep (tier INTEGER PRIMARY KEY, until REAL NOT NULL, series INTEGER NOT NULL);
"""
LATER = (("readings", "content TEXT"),)

HEAD = (
    "id, gateway_id, identity, place, revision, lease_owner, lease_until, attempted_at, error_code,"
    " error_message, error_hint, failures, retry_at, retry_told, min_refresh, observed_at, resets_at, content"
)
READING = "id, preset, observed_at, coverage, unread, notes, key_name, key_expires_at, label, level, binding"
METER = (
    'reading, position, meter_id, scope, name, title, model, kind, unit, entry, "limit", unlimited, used,'
    " remaining, percent, length, started_at, resets_at, derived, advisory, reset_due, level, subject"
)
STAMP = "looked_at, problem, made_at"
LISTED = (
    'gateway_id, label, identity, place, "interval", alone, error_code, low, critical, low_amount,'
    " critical_amount"
)
SAMPLE = 'time, used, remaining, "limit", resets_at'
FORECAST = "made_at, p_runout, out_10, out_50, out_90, used_10, used_50, used_90, pace"

_AT_ONCE = 500  # variables in one statement: older builds of SQLite take 999


def in_parts(db: Connection, statement: str, keys: Sequence[str | int]) -> list[Row]:
    """The rows of ``statement``, whose ``{keys}`` becomes placeholders of ``keys``, however many."""
    rows: list[Row] = []
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        rows += db.execute(statement.replace("{keys}", ",".join("?" * len(some))), some).fetchall()
    return rows


def heads(db: Connection, gateway_ids: Sequence[str]) -> list[Row]:
    """The HEAD rows of these gateways, of every identity."""
    return in_parts(db, f"SELECT {HEAD} FROM readings WHERE gateway_id IN ({{keys}})", gateway_ids)  # noqa: S608


def readings(db: Connection, ids: Sequence[int]) -> list[tuple[Row, Sequence[Row]]]:
    """Pairs of a READING row and its METER rows in the gateway's order, for rows that hold a reading."""
    meters: dict[int, list[Row]] = {}
    statement = f"SELECT {METER} FROM meters WHERE reading IN ({{keys}}) ORDER BY reading, position"  # noqa: S608
    db.execute("BEGIN")  # both selects see one state
    try:
        for row in in_parts(db, statement, ids):
            meters.setdefault(row[0], []).append(row)
        statement = f"SELECT {READING} FROM readings WHERE observed_at IS NOT NULL AND id IN ({{keys}})"  # noqa: S608
        return [(row, meters.get(row[0], ())) for row in in_parts(db, statement, ids)]
    finally:
        db.execute("COMMIT")


def stamps(db: Connection) -> list[Row]:
    """The stamp and the STAMP of every configuration that is known, the newest first."""
    return db.execute(f"SELECT stamp, {STAMP} FROM stamps ORDER BY made_at DESC").fetchall()  # noqa: S608


def listed(db: Connection, stamp: str) -> list[Row]:
    """The LISTED rows of a configuration, in its order."""
    return db.execute(f"SELECT {LISTED} FROM listed WHERE stamp = ? ORDER BY position", (stamp,)).fetchall()  # noqa: S608


def forecasts(db: Connection, ids: Sequence[int], now: float) -> list[Row]:
    """The id, the meter's id and the FORECAST of every meter of these readings that has one."""
    statement = (
        f"SELECT readings.id, meters.meter_id, {FORECAST} FROM readings"  # noqa: S608
        " JOIN meters ON meters.reading = readings.id"
        " JOIN series ON series.gateway_id = readings.gateway_id AND series.meter_id = meters.meter_id"
        " AND series.subject = meters.subject"
        " JOIN forecasts ON forecasts.series = series.id"
        f" WHERE (forecasts.resets_at IS NULL OR forecasts.resets_at > {now!r}) AND readings.id IN ({{keys}})"
    )
    return in_parts(db, statement, ids)


def insert(table: str, columns: str, verb: str = "INSERT") -> str:
    """The statement that inserts one row of ``columns``."""
    return f"{verb} INTO {table} ({columns}) VALUES ({','.join('?' * (columns.count(',') + 1))})"


def joined(texts: Iterable[str]) -> str:
    """Any texts in one column: each ends with a line feed; those inside them are escaped."""
    return "".join([text.replace("\\", "\\\\").replace("\n", "\\n") + "\n" for text in texts])


def parted(text: str) -> tuple[str, ...]:
    """What :func:`joined` joined."""
    lines = text.split("\n")[:-1]
    if "\\" not in text:
        return tuple(lines)
    return tuple("\\".join(part.replace("\\n", "\n") for part in line.split("\\\\")) for line in lines)

"""What the store knows of the configuration as it is now. Read-only, and never waited for."""

import os

from gaugeway.lines.gauge import Gauge, Thresholds
from gaugeway.store import due, rows
from gaugeway.store.stamp import digest

try:  # what sqlite3 adds to it for dates is half of its cost
    import _sqlite3 as sqlite
except ImportError:  # another implementation of Python
    import sqlite3 as sqlite  # type: ignore[no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection

    from gaugeway.sources.looks import Surroundings
    from gaugeway.store.rows import Row

DATABASE, KEY, KEY_BYTES = "gaugeway.db", "hash.key", 32  # as in `store.opening`
BUSY = 0.05  # seconds; only a rollback journal, on a network file system, has readers wait at all

REFRESHING = "refreshing"
NEWER = "update gaugeway, a newer one is in use"
NOTHING = "no gateway is configured"


class Known:
    """``message`` stands in for gauges where there is none. ``due``: a refresh would bring something new."""

    def __init__(self, message: str = "", *, due: bool = False) -> None:
        self.message = message
        self.due = due
        self.gauges: list[Gauge] = []


def look(folder: str, around: "Surroundings", now: float, wanted: "Sequence[str]") -> Known:
    """What the state folder knows of the configuration in these surroundings: of the ``wanted`` ids, of all
    where there are none. Nothing is shown of a configuration that has changed since it was read.
    """
    try:
        with open(os.path.join(folder, KEY), "rb") as file:
            key = file.read(KEY_BYTES + 1)
        db = _open(os.path.join(folder, DATABASE))
    except (OSError, sqlite.Error):
        return Known(REFRESHING, due=True)
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] // 1000 > rows.MAJOR:
            return Known(NEWER)
        return _look(db, key, around, now, wanted)
    except sqlite.Error:  # corrupt, or of an older gaugeway: a full process sets that right
        return Known(REFRESHING, due=True)
    finally:
        db.close()


def _open(path: str) -> "Connection":
    if not os.path.exists(path):  # mode=ro says no more than "unable to open"
        raise FileNotFoundError(path)
    place = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23").replace(os.sep, "/")
    uri = f"file://{'' if place.startswith('/') else '/'}{place}?mode=ro"
    db: Connection = sqlite.connect(uri, uri=True, timeout=BUSY, isolation_level=None)
    return db


def _look(db: "Connection", key: bytes, around: "Surroundings", now: float, wanted: "Sequence[str]") -> Known:
    current = next((row for row in rows.stamps(db) if _is_current(row, key, around)), None)
    if current is None:
        return Known(REFRESHING, due=True)
    stamp, _, problem, _ = current
    listed = rows.listed(db, stamp)
    missing = next((one for one in wanted if one not in [row[0] for row in listed]), None)
    if missing is not None and problem is None:
        return Known(f"no gateway {missing}")
    chosen = [row for row in listed if not wanted or row[0] in wanted]
    if not chosen:
        return Known(NOTHING if problem is None else problem)
    heads: dict[str, list[Head]] = {}
    for row in rows.heads(db, [row[0] for row in chosen]):
        heads.setdefault(row[1], []).append(Head(row))
    found = [(row, _head(row, heads.get(row[0], ()))) for row in chosen]
    ids = [head.id for _, head in found if head is not None]
    readings = {reading[0]: (reading, meters) for reading, meters in rows.readings(db, ids)}
    foreseen: dict[int, dict[str, Row]] = {}
    for reading_id, meter_id, *forecast in rows.forecasts(db, ids, now):
        foreseen.setdefault(reading_id, {})[meter_id] = tuple(forecast)
    known = Known()
    for (gateway_id, label, _, _, interval, alone, error, *thresholds), head in found:
        gauge = Gauge(gateway_id, label, now, error or (None if head is None else head.error_code))
        if head is not None and head.id in readings:
            (_, _, observed_at, _, unread, *_), meters = readings[head.id]
            ahead = foreseen.get(head.id, {})
            gauge.measure(meters, ahead, Thresholds(thresholds), unread=bool(unread))
            gauge.date(observed_at, interval)
        known.gauges.append(gauge)
        asked = head is not None and due.is_leased(head.lease_until, now)
        if alone and not asked and (head is None or due.is_due(head, interval, now)):
            known.due = True
    known.gauges.sort(key=lambda gauge: gauge.urgency)
    return known


def _is_current(row: "Row", key: bytes, around: "Surroundings") -> bool:
    stamp: str = row[0]
    looked_at: str = row[1]
    return digest(key, [(look, around.fact(look)) for look in rows.parted(looked_at)]) == stamp


class Head:
    """A HEAD row, by its columns' names."""

    def __init__(self, row: "Row") -> None:
        (self.id, _, self.identity, self.place, _, _, self.lease_until, self.attempted_at, self.error_code,
         _, _, _, self.retry_at, self.retry_told, self.min_refresh, self.observed_at, self.resets_at,
         *_) = row  # fmt: skip


def _head(row: "Row", heads: "Sequence[Head]") -> Head | None:
    """By identity; where the key is missing here, the only one that anybody has read at that place."""
    identity, place = row[2:4]
    if identity:
        return next((head for head in heads if head.identity == identity), None)
    theirs = [head for head in heads if head.place == place and head.observed_at is not None]
    return theirs[0] if place and len(theirs) == 1 else None

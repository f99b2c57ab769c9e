"""Samples of every meter, what is foreseen of them, and their thinning as they grow old.

Of limit, used and remaining a sample does not hold the one that was derived: it is derived again. Times are
unix seconds.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gaugeway.amounts import EXACT
from gaugeway.readings import Forecast
from gaugeway.store import rows
from gaugeway.store.convert import amount, forecast_row, moment

if TYPE_CHECKING:
    from gaugeway.store.outbox import Access

Point = tuple[float, float | None, float | None, float | None, float | None]
"""A sample for estimates: time, used, remaining, limit, resets_at."""

SAMPLE_AT_LEAST = 15 * 60  # seconds between samples of a meter that does not move
_AT_ONCE = 300  # samples that are looked at in one transaction of thinning: two or three milliseconds
_PER_SERIES = 5  # what a series costs that has none of them, in samples

# Of a meter that is known by its percentage alone, hundredths.
_PERCENT = 'CASE WHEN coalesce(meters.used, meters.remaining, meters."limit") IS NULL THEN meters.percent END'
_NUMBERS = (
    f"meters.used, coalesce(meters.remaining, {_PERCENT}),"
    f" coalesce(meters.\"limit\", CASE WHEN {_PERCENT} IS NOT NULL THEN '100' END), meters.resets_at"
)
# The meters whose history has no sample of these numbers yet, or none of late.
_UNWRITTEN = (
    "SELECT readings.id, meters.meter_id, readings.gateway_id, meters.subject, series.id, meters.derived,"  # noqa: S608
    f" observed_at, {_NUMBERS} FROM readings JOIN meters ON meters.reading = readings.id"
    " LEFT JOIN series ON series.gateway_id = readings.gateway_id AND series.meter_id = meters.meter_id"
    " AND series.subject = meters.subject"
    " WHERE readings.id IN ({keys}) AND (series.id IS NULL"
    f" OR observed_at < series.time OR observed_at >= series.time + {SAMPLE_AT_LEAST}"
    f' OR ({_NUMBERS}) IS NOT (series.used, series.remaining, series."limit", series.resets_at))'
)
_NEW = rows.insert("series", f"gateway_id, meter_id, subject, {rows.SAMPLE}")
_MOVE = 'UPDATE series SET time = ?, used = ?, remaining = ?, "limit" = ?, resets_at = ? WHERE id = ?'
_ADD = rows.insert("samples", f"series, {rows.SAMPLE}", "INSERT OR REPLACE")
_FORESEEN = rows.insert("forecasts", f"series, resets_at, {rows.FORECAST}", "INSERT OR REPLACE")
_USED, _REMAINING, _LIMIT = (f"CAST({name} AS REAL)" for name in ("used", "remaining", '"limit"'))
_POINT = (
    f"time, coalesce({_USED}, {_LIMIT} - {_REMAINING}), coalesce({_REMAINING}, {_LIMIT} - {_USED}),"
    f" coalesce({_LIMIT}, {_USED} + {_REMAINING}), resets_at"
)
_POINTS = f"SELECT {_POINT} FROM samples WHERE series = ?1 AND time >= ?2"  # noqa: S608  (fixed column names)
_PART = (
    f"SELECT {_POINT} FROM samples WHERE series = ?1 AND time < ?3 AND time >="  # noqa: S608
    " (SELECT coalesce(max(time), 0) FROM samples WHERE series = ?1 AND time < ?2) ORDER BY time"
)
_SAMPLES = (
    'SELECT series.id, meter_id, subject, one.time, one.used, one.remaining, one."limit", one.resets_at'
    " FROM series JOIN samples AS one ON one.series = series.id AND one.time >= ?"
    " WHERE gateway_id = ? ORDER BY meter_id, series.time, series.id, one.time"
)

_DONE = rows.insert("upkeep", "tier, until, series", "INSERT OR REPLACE")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One meter's numbers at one moment (UTC). Of a meter that is known by its percentage alone they are
    hundredths: the limit is 100.
    """

    time: datetime
    used: Decimal | None
    remaining: Decimal | None
    limit: Decimal | None
    resets_at: datetime | None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of one meter of one subject (a keyed hash), oldest first."""

    id: int
    meter_id: str
    subject: str
    samples: Sequence[Sample]


class Grown(NamedTuple):
    """A series that a new sample was added to, and whose it is: a head's and a meter's."""

    head_id: int
    meter_id: str
    series: int


class Tier(NamedTuple):
    """From an age on, one sample for each ``grain``; so much is thinned at a time. Seconds."""

    age: float
    grain: float
    stride: float


Choose = Callable[[str, Sequence[Point], float], Sequence[float]]
"""Of a meter's id, samples, and a grain: the times of those that may go. The first and the last may not."""


class History:
    """The history in a store, reached by the store's own ways of reading and writing."""

    def __init__(self, use: "Access", write: "Access") -> None:
        self._use = use
        self._write = write

    def series(self, gateway_id: str, since: float = 0) -> list[Series]:
        """The history of a gateway's meters, of every subject they ever had, the newest subject last."""
        grouped: dict[tuple[int, str, str], list[Sample]] = {}
        found = self._use(lambda db: db.execute(_SAMPLES, (since, gateway_id)).fetchall())
        for series, meter_id, subject, *numbers, resets_at in found:
            sample = _sample(*numbers, resets_at=resets_at)
            grouped.setdefault((series, meter_id, subject), []).append(sample)
        return [
            Series(id=series, meter_id=meter_id, subject=subject, samples=samples)
            for (series, meter_id, subject), samples in grouped.items()
        ]

    def points(self, series: int, since: float) -> list[Point]:
        """The samples of a series from ``since`` on, oldest first, for estimates."""
        return self._use(lambda db: db.execute(f"{_POINTS} ORDER BY time", (series, since)).fetchall())

    def foreseen_at(self, series: Sequence[int]) -> dict[int, float]:
        """When the forecasts of these series were made, of those that have one."""
        statement = "SELECT series, made_at FROM forecasts WHERE series IN ({keys})"
        return dict(self._use(lambda db: rows.in_parts(db, statement, series)))

    def foresee(self, forecasts: Sequence[tuple[int, float | None, Forecast]]) -> None:
        """Keep forecasts by series, each with the reset that ends its use."""
        values = [(series, resets_at, *forecast_row(one)) for series, resets_at, one in forecasts]
        self._write(lambda db: db.executemany(_FORESEEN, values))

    def thin(self, tiers: Sequence[Tier], choose: Choose, now: float) -> bool:
        """Takes away what ``choose`` finds in a small part of what has come of age; whether there is more to
        do. One short transaction: a part that is cut short is looked at again.
        """
        done = dict(self._use(lambda db: db.execute("SELECT tier, until FROM upkeep").fetchall()))
        if all(_up_to_date(done.get(number), tier, now) for number, tier in enumerate(tiers)):
            return False
        return self._write(lambda db: _thin(db, tiers, choose, now))


def add(db: sqlite3.Connection, ids: Sequence[int]) -> list[Grown]:
    """Adds what has changed of these readings, and what was last written 15 minutes ago."""
    moved, samples, grown = [], [], []
    for head_id, meter_id, gateway_id, subject, known, derived, *sample in rows.in_parts(db, _UNWRITTEN, ids):
        series = known
        if known is None:
            series = db.execute(_NEW, (gateway_id, meter_id, subject, *sample)).lastrowid
        else:
            moved.append((*sample, known))
        time, used, remaining, limit, resets_at = sample
        samples.append(
            (
                series,
                int(time),  # takes half the room, and nobody asks for more
                None if derived == "used" else used,
                None if derived == "remaining" else remaining,
                None if derived == "limit" else limit,
                resets_at,
            )
        )
        grown.append(Grown(head_id, meter_id, series))
    db.executemany(_MOVE, moved)
    db.executemany(_ADD, samples)
    return grown


def _sample(time: float, *texts: str | None, resets_at: float | None) -> Sample:
    used, remaining, limit = map(amount, texts)
    if limit is not None and remaining is not None:
        used = EXACT.subtract(limit, remaining) if used is None else used
    elif limit is not None and used is not None:
        remaining = EXACT.subtract(limit, used)
    elif used is not None and remaining is not None:
        limit = EXACT.add(used, remaining)
    return Sample(
        time=datetime.fromtimestamp(time, UTC),
        used=used,
        remaining=remaining,
        limit=limit,
        resets_at=moment(resets_at),
    )


def _up_to_date(until: float | None, tier: Tier, now: float) -> bool:
    """Whether nothing is old enough. A time to come was written by a clock that has been set back since."""
    return until is not None and until <= now < until + tier.stride + tier.age


def _thin(db: sqlite3.Connection, tiers: Sequence[Tier], choose: Choose, now: float) -> bool:
    first, looked = _first(db), 0
    if first is None:
        return False
    for number, tier in enumerate(tiers):
        done = db.execute("SELECT until, series FROM upkeep WHERE tier = ?", (number,)).fetchone()
        until, series = done or (first, 0)
        until = min(until, now - tier.age) // tier.grain * tier.grain
        while until + tier.stride <= now - tier.age and looked < _AT_ONCE:
            following = "SELECT id, meter_id FROM series WHERE id > ? ORDER BY id LIMIT 1"
            found = db.execute(following, (series,)).fetchone()
            if found is None:
                until, series = until + tier.stride, 0
                continue
            series, meter_id = found
            points = _part(db, series, until, until + tier.stride)
            gone = [at for at in choose(meter_id, points, tier.grain) if until <= at < until + tier.stride]
            db.executemany("DELETE FROM samples WHERE series = ? AND time = ?", [(series, at) for at in gone])
            looked += _PER_SERIES + len(points)
        db.execute(_DONE, (number, until, series))
    return looked >= _AT_ONCE


def _first(db: sqlite3.Connection) -> float | None:
    """When the oldest sample was taken."""
    statement = "SELECT min((SELECT min(time) FROM samples WHERE series = series.id)) FROM series"
    first: float | None = db.execute(statement).fetchone()[0]
    return first


def _part(db: sqlite3.Connection, series: int, begin: float, end: float) -> list[Point]:
    """The samples from ``begin`` to ``end``, with one before and two after them: a fall is judged by what
    follows.
    """
    points = db.execute(_PART, (series, begin, end)).fetchall()
    if points:
        points += db.execute(f"{_POINTS} ORDER BY time LIMIT 2", (series, end)).fetchall()
    return points

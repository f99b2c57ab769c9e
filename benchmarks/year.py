"""A year of samples, thinned as it goes: how large the database becomes."""

import random
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from gaugeway.history.thinning import DAY, TIERS, choose
from gaugeway.store.identity import KEY_BYTES, Hasher
from gaugeway.store.rows import SAMPLE, SCHEMA, insert
from gaugeway.store.sqlite import SqliteStore

_WINDOWS = {"30d": 30 * DAY, "7d": 7 * DAY, "1d": DAY, "5h": 5 * 3600.0}
_STRIDE = 6 * 60  # minutes between two rounds of thinning: what has come of age is not looked at more often


class Grown(NamedTuple):
    """``peak``: the most bytes that the samples took in the database. ``slowest``: CPU seconds of a step of
    thinning, of which one in a hundred took longer.
    """

    rows: int
    peak: int
    slowest: float


def grow(folder: Path, *, meters: int, days: int, start: float = 1_764_115_200.0) -> Grown:
    """Meters that are read every minute and have moved every time: a team that never sleeps."""
    file = folder / "year.db"
    db = sqlite3.connect(file, isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store = SqliteStore(db, Hasher(b"0" * KEY_BYTES))
    windows = [list(_WINDOWS.items())[number % len(_WINDOWS)] for number in range(meters)]
    db.executemany(
        "INSERT INTO series (id, gateway_id, meter_id, subject, time) VALUES (?, 'g', ?, ?, 0)",
        [(number, f"team/budget/{name}", f"{number:032}") for number, (name, _) in enumerate(windows, 1)],
    )
    chance = random.Random(1)
    used = [0.0] * meters
    empty, peak = file.stat().st_size, 0
    steps = []
    for stride in range(days * 1440 // _STRIDE):
        samples = []
        for minute in range(stride * _STRIDE, (stride + 1) * _STRIDE):
            at = start + 60 * minute + chance.randrange(5)
            for number, (_, length) in enumerate(windows):
                if (at - 60) // length != at // length:
                    used[number] = 0.0
                used[number] += chance.random() / 10
                samples.append(
                    (number + 1, at, f"{used[number]:.10f}", None, "500", (at // length + 1) * length)
                )
        db.execute("BEGIN")
        db.executemany(insert("samples", f"series, {SAMPLE}"), samples)
        db.execute("COMMIT")
        more = True
        while more:
            before = time.process_time()
            more = store.history.thin(TIERS, choose, start + 60 * _STRIDE * (stride + 1))
            steps.append(time.process_time() - before)
        peak = max(peak, file.stat().st_size)
    (count,) = db.execute("SELECT count(*) FROM samples").fetchone()
    store.close()
    return Grown(count, peak - empty, sorted(steps)[int(len(steps) * 0.99)])

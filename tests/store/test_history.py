"""Samples: what of a meter is kept, how it is thinned, and that no moment is a bad one to be killed."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from benchmarks.year import grow
from tests.store.values import NOW, T, gateway, keep

from gaugeway.history.thinning import DAY, HOUR, TIERS, choose
from gaugeway.readings import Answer, Meter, Reading
from gaugeway.store import SqliteStore, Store, open_store
from gaugeway.store.history import Point, Tier

LAB = gateway("lab")
BEGIN = T // DAY * DAY - 20 * DAY  # of the samples that are written here
# The keys of a half-thinned history are random enough that no two moments of death are alike.
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from gaugeway.history.thinning import TIERS, choose
from gaugeway.store import open_store

lives = int(sys.argv[2])
def choose_until_killed(*part):
    global lives
    lives -= 1
    if not lives:
        os.kill(os.getpid(), signal.SIGKILL)
    return choose(*part)

store = open_store(Path(sys.argv[1]), now=lambda: datetime.now(UTC), warn=print)
while store.history.thin(TIERS, choose_until_killed, float(sys.argv[3])):
    pass
"""


def meter(**numbers: object) -> Reading:
    values = {name: Decimal(str(value)) for name, value in numbers.items()}
    one = Meter.of(name="tokens", unit="tokens", **values)  # type: ignore[arg-type]
    return Reading.of(Answer(meters=(one,)), preset="x", observed_at=NOW)


@pytest.mark.parametrize(
    ("numbers", "stored", "sample"),
    [
        ({"limit": 100, "used": "12.5"}, ("12.5", None, "100"), ("12.5", "87.5", "100")),
        ({"limit": 100, "remaining": "87.5"}, (None, "87.5", "100"), ("12.5", "87.5", "100")),
        ({"used": "12.5", "remaining": "87.5"}, ("12.5", "87.5", None), ("12.5", "87.5", "100.0")),
        ({"limit": 100, "used": "12", "remaining": "88"}, ("12", "88", "100"), ("12", "88", "100")),
        ({"remaining": "3"}, (None, "3", None), (None, "3", None)),
        ({"used": "3"}, ("3", None, None), ("3", None, None)),
        ({"percent_remaining": "87.5"}, (None, "87.5", "100"), ("12.5", "87.5", "100")),
        ({"limit": 0, "used": 0}, ("0", None, "0"), ("0", "0", "0")),
    ],
)
def test_what_was_derived_is_derived_again(
    store: Store,
    numbers: dict[str, object],
    stored: tuple[str | None, ...],
    sample: tuple[str | None, ...],
) -> None:
    assert isinstance(store, SqliteStore)
    keep(store, LAB, meter(**numbers))
    assert store._db.execute('SELECT used, remaining, "limit" FROM samples').fetchall() == [stored]
    ((kept,),) = [series.samples for series in store.history.series("lab")]
    expected = tuple(None if one is None else Decimal(one) for one in sample)
    assert (kept.used, kept.remaining, kept.limit) == expected
    (point,) = store.history.points(1, 0)
    assert point[1:4] == tuple(None if one is None else float(one) for one in expected)


def filled(store: Store, meters: int = 2, days: int = 4) -> None:
    """Meters that move every ten minutes, and begin anew each day."""
    assert isinstance(store, SqliteStore)
    store._db.execute("BEGIN")
    for number in range(1, meters + 1):
        store._db.execute(
            "INSERT INTO series (id, gateway_id, meter_id, subject, time) VALUES (?, 'lab', ?, '', 0)",
            (number, f"key/n{number}/1d"),
        )
        put(store, number, [(600 * at, at % 144, (at // 144 + 1) * DAY) for at in range(144 * days)])
    store._db.execute("COMMIT")


def put(store: SqliteStore, series: int, samples: Sequence[tuple[float, int, float]]) -> None:
    """Samples as seconds after the beginning, what was used, and when that begins anew."""
    store._db.executemany(
        'INSERT OR REPLACE INTO samples (series, time, used, "limit", resets_at) VALUES (?, ?, ?, ?, ?)',
        [(series, BEGIN + at, str(used), "1000", BEGIN + end) for at, used, end in samples],
    )


def counts(store: Store) -> list[int]:
    return [len(one.samples) for one in store.history.series("lab")]


def test_what_has_come_of_age_is_thinned_part_by_part(store: Store) -> None:
    filled(store)
    seen: list[tuple[str, float, float, int]] = []

    def nothing(meter_id: str, points: Sequence[Point], grain: float) -> list[float]:
        seen.append((meter_id, (points[0][0] - BEGIN) / HOUR, (points[-1][0] - BEGIN) / HOUR, len(points)))
        assert grain == HOUR
        return [point[0] for point in points]  # more than may go

    tiers = [Tier(age=2 * DAY, grain=HOUR, stride=DAY)]
    now = BEGIN + 4 * DAY + 3 * HOUR
    while store.history.thin(tiers, nothing, now):
        pass
    # Each part with a sample before it and two after, which do not go.
    assert seen == [
        ("key/n1/1d", 0, 24 + 1 / 6, 146),
        ("key/n2/1d", 0, 24 + 1 / 6, 146),
        ("key/n1/1d", 24, 48 + 1 / 6, 146),
        ("key/n2/1d", 24, 48 + 1 / 6, 146),
    ]
    assert counts(store) == [288, 288]
    assert not store.history.thin(tiers, nothing, now)
    assert len(seen) == 4


def test_nothing_is_thinned_where_there_is_nothing(store: Store) -> None:
    assert not store.history.thin(TIERS, choose, T)
    filled(store, days=1)
    assert not store.history.thin(TIERS, choose, BEGIN + DAY)
    assert counts(store) == [144, 144]


def test_a_clock_that_was_set_back_does_not_end_it(store: Store) -> None:
    filled(store)
    while store.history.thin(TIERS, choose, BEGIN + 100 * DAY):
        pass
    thinned = counts(store)
    assert isinstance(store, SqliteStore)
    put(store, 1, [(600 * at, 5, DAY) for at in range(144)])
    assert counts(store) > thinned
    store.history.thin(TIERS, choose, BEGIN)
    while store.history.thin(TIERS, choose, BEGIN + 10 * DAY):
        pass
    assert counts(store) < [144, 144]


def test_a_history_is_thinned_to_what_matters(store: Store) -> None:
    filled(store, meters=1, days=20)
    while store.history.thin(TIERS, choose, BEGIN + 20 * DAY):
        pass
    (series,) = store.history.series("lab")
    ages = [(BEGIN + 20 * DAY - one.time.timestamp()) / DAY for one in series.samples]
    full, quarters, hours = (
        sum(low < age <= high for age in ages) for low, high in ((0, 2), (2, 14), (14, 20))
    )
    assert full == 2 * 144
    assert quarters == pytest.approx(12 * 96, abs=12)
    assert hours == pytest.approx(6 * 24, abs=24)
    assert sum(one.used == 143 for one in series.samples) == 20, "each day's last"
    assert sum(one.used == 0 for one in series.samples) == 20, "each day's first"


def test_who_is_killed_while_thinning_loses_nothing(tmp_path: Path) -> None:
    """Killed at every part in turn; what is left goes on, and ends as if nothing had been."""

    def opened(folder: Path) -> SqliteStore:
        return open_store(folder, now=lambda: NOW, warn=pytest.fail)

    now = BEGIN + 20 * DAY
    with closing(opened(tmp_path / "whole")) as whole:
        filled(whole)
        while whole.history.thin(TIERS, choose, now):
            pass
        expected = whole.history.series("lab")
    folder = tmp_path / "killed"
    with closing(opened(folder)) as store:
        filled(store)
    deaths = 0
    for lives in (1, 3, 7, 2, 4, 1000):
        command = [sys.executable, "-c", KILLED, str(folder), str(lives), str(now)]
        done = subprocess.run(command, check=False, timeout=60)
        deaths += done.returncode == -signal.SIGKILL
        with closing(opened(folder)) as store:
            assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = store.history.series("lab")
        for some, all_of_them in zip(kept, expected, strict=True):
            assert set(all_of_them.samples) <= set(some.samples)
    assert kept == expected
    assert deaths >= 4


def test_a_year_of_a_hundred_busy_meters_takes_less_than_40_megabytes(tmp_path: Path) -> None:
    """As far as four of them for ten weeks tell: of the other days each one's last sample stays, and its
    resets, at most 24 samples of the four. `make bench` measures a whole year.
    """
    grown = grow(tmp_path, meters=4, days=70)
    whole = grown.rows + 24 * (365 - 70)
    assert grown.peak * (whole / grown.rows) * 25 < 36e6, "the log takes 4 MB"


def test_a_reading_in_between_two_seconds_is_a_sample(store: Store) -> None:
    at = NOW + timedelta(seconds=1.75)
    one = Reading.of(
        Answer(meters=(Meter.of(name="tokens", unit="tokens", used=Decimal(1)),)), preset="x", observed_at=at
    )
    keep(store, LAB, one)
    ((sample,),) = [series.samples for series in store.history.series("lab")]
    assert sample.time == NOW + timedelta(seconds=1)

"""When a counter starts again: the grid of its resets, found in its falls."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

HOUR, DAY = 3600.0, 86400.0

# The lengths that gateways use, longest first. 0 is a calendar month.
MONTH = 0.0
LENGTHS = (365 * DAY, 91 * DAY, MONTH, 30 * DAY, 28 * DAY, 14 * DAY, 7 * DAY, DAY, 12 * HOUR, 5 * HOUR, HOUR)
_SHORTEST_MONTH = 28 * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = 40 * DAY, 4e9  # seconds: from 1970 to 2096, where calendars are anybody's concern
_MOST = 6000  # resets that are looked back at: 250 days of hours
_TELLING = 3  # short windows are believed only where so many falls were seen within less than one
_SEEN = 60  # falls that are enough to tell the length


def slack(length: float) -> float:
    """How far a reset may be from its grid: daylight saving moves it by an hour, reset jobs run late."""
    return HOUR + 60 if length == MONTH or length >= DAY else length / 30


def back_from(resets_at: float, length: float) -> Iterator[float]:
    """The resets before ``resets_at``, latest first."""
    if length != MONTH:
        yield from (resets_at - back * length for back in range(1, _MOST))
        return
    last = _EPOCH + timedelta(seconds=resets_at)
    months = last.year * 12 + last.month - 1
    for count in range(months - 1, 1970 * 12 - 1, -1):
        year, month = divmod(count, 12)
        day = min(last.day, monthrange(year, month + 1)[1])
        yield (last.replace(year=year, month=month + 1, day=day) - _EPOCH).total_seconds()


def grid(resets_at: float, length: float, since: float) -> list[float]:
    """The resets from the last one before ``since`` on, oldest first, without ``resets_at`` itself."""
    resets = back_from(resets_at, length)
    found = list(takewhile(lambda at: at >= since, resets))
    # takewhile swallowed the one before; it is where the first reading's window began.
    found.extend(islice(back_from(resets_at, length), len(found), len(found) + 1))
    return found[::-1]


def length_of(falls: Sequence[tuple[float, float]], *, resets_at: float, now: float) -> float | None:
    """The longest usual length whose grid explains the falls, None where none does or there is no fall.

    ``falls``: the times of the readings before and after each. One in twenty may be something else.
    """
    recent = falls[-_SEEN:]
    for length in LENGTHS if recent else ():
        if length == MONTH and not _EARLIEST <= resets_at < _LATEST:
            continue
        more = slack(length)
        if next(back_from(resets_at, length)) > now:
            continue  # so short a window would not have begun yet
        if 0 < length < DAY and sum(after - before < length for before, after in recent) < _TELLING:
            continue
        resets = [*grid(resets_at, length, recent[0][0] - more), resets_at]
        if 20 * sum(not _within(resets, a - more, b + more) for a, b in recent) <= len(recent):
            return length
    return None


def _within(resets: Sequence[float], low: float, high: float) -> bool:
    at = bisect_left(resets, low)
    return at < len(resets) and resets[at] <= high


def usual_length(remaining: float) -> float:
    """The shortest usual length that can have ``remaining`` seconds left: a guess for a first window."""
    lengths = sorted(length or _SHORTEST_MONTH for length in LENGTHS)
    return next((length for length in lengths if length >= remaining), remaining)

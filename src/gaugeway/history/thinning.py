"""Which samples may go: the older they are, the fewer are enough. The shape stays, and every reset."""

from collections.abc import Collection, Sequence

from gaugeway.amounts import seconds_of
from gaugeway.history.series import Change, changes_of
from gaugeway.store.history import Point, Tier

HOUR, DAY = 3600.0, 86400.0
# Everything for two days; then one sample for each quarter of an hour, each hour, each day. All in UTC, so
# that each grain is made of whole finer ones.
TIERS = (
    Tier(age=2 * DAY, grain=HOUR / 4, stride=6 * HOUR),
    Tier(age=14 * DAY, grain=HOUR, stride=DAY),
    Tier(age=60 * DAY, grain=DAY, stride=7 * DAY),
)
_MARKS = frozenset[Change]({"reset", "top-up"})
_TOLD = _MARKS | {"glitch"}


def choose(meter_id: str, points: Sequence[Point], grain: float) -> list[float]:
    """The times of the samples that may go from a part of a series. The first and the last of it stay.

    Besides these there stay: the last sample of each grain (seconds), the last before and the first after
    each reset and top-up, and what is higher or lower than those. There go: the inside of a stretch without
    a move, glitches, and samples without a number.
    """
    which = 1 if any(used is not None for _, used, _, _, _ in points) else 2
    part = _Part([point for point in points if point[which] is not None], which)
    stays = part.thinned(grain, marks=_lasting(meter_id))
    if points:
        stays |= {points[0][0], points[-1][0]}
    return [point[0] for point in points if point[0] not in stays]


class _Part:
    """A part of a series, every sample with a number: of what was used, or of what is left."""

    def __init__(self, points: Sequence[Point], which: int) -> None:
        self.points = points
        self.times = [point[0] for point in points]
        self.values = [point[which] or 0.0 for point in points]

    def thinned(self, grain: float, *, marks: bool) -> set[float]:
        """The times of the samples that stay."""
        changes = _changes(self.points)
        good = [at for at, change in enumerate(changes) if change != "glitch"]
        stays = self._sifted(good, {at for at in good if marks and changes[at] in _MARKS}, grain)
        if marks:
            self._mend(stays, good, changes)
        return {self.times[at] for at in stays}

    def _sifted(self, good: Sequence[int], marked: Collection[int], grain: float) -> set[int]:
        times, values = self.times, self.values
        stays = {*good[:1], *good[-1:]}
        kept, begin = 0, 1
        for place in range(1, len(good)):
            at = good[place]
            following = good[place + 1] if place + 1 < len(good) else None
            mark = following is None or at in marked or following in marked
            if not mark and following is not None and times[at] // grain == times[following] // grain:
                continue
            bucket, begin = good[begin : place + 1], place + 1
            more = _extremes(bucket, values, values[good[kept]], values[at])
            if not mark and not more and following is not None:
                still = values[good[kept]] == values[at] == values[following]
                if still and times[at] // DAY == times[following] // DAY:
                    continue
            stays |= {at, *more}
            kept = place
        return stays

    def _mend(self, stays: set[int], good: Sequence[int], changes: Sequence[Change]) -> None:
        """Puts back the neighbours of what looks different without them: a reset that was confirmed by a
        sample which has gone would be a glitch.
        """
        place = {at: number for number, at in enumerate(good)}
        while True:
            left = sorted(stays)
            wrong = [
                at
                for at, change in zip(left, _changes([self.points[at] for at in left]), strict=True)
                if change != changes[at] and (change in _TOLD or changes[at] in _TOLD)
            ]
            # What a step is judged by: two before and one after.
            around = {one for at in wrong for one in good[max(place[at] - 2, 0) : place[at] + 2]}
            if around <= stays:
                return
            stays |= around


def _changes(points: Sequence[Point]) -> list[Change]:
    times, used, left, _, resets_at = zip(*points, strict=True) if points else ((),) * 5
    return changes_of(times, used, left, resets_at)


def _extremes(bucket: Sequence[int], values: Sequence[float], before: float, last: float) -> set[int]:
    """The highest and the lowest sample of a grain, where it went beyond what it began and ended with."""
    if len(bucket) == 1:
        return set()
    highest, lowest = max(bucket, key=values.__getitem__), min(bucket, key=values.__getitem__)
    found = set()
    if values[highest] > max(before, last):
        found.add(highest)
    if values[lowest] < min(before, last):
        found.add(lowest)
    return found


def _lasting(meter_id: str) -> bool:
    """Whether the windows of a meter are long enough for each reset to be worth remembering."""
    seconds = seconds_of(meter_id.rpartition("/")[2])
    return seconds is None or seconds >= HOUR

"""People who do not exist: use of a gateway over half a year, in 15-minute buckets, from a seed.

Each kind differs in when it works, how steadily, and how much at once. All times are UTC; each person lives
in a time zone of their own. Nothing here was fitted to the forecast, nor the forecast to it alone.
"""

import math
import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

HOUR, DAY, BUCKET = 3600.0, 86400.0, 900.0
DAYS = 182
START = 1_767_571_200.0  # a Monday, 2026-01-05

Trace = list[tuple[float, float]]
"""(end of a bucket in unix seconds, tokens used in it), oldest first; only buckets with use."""


class Habit(NamedTuple):
    """``hours``: how likely work begins, by local hour. ``days``: the same by weekday, Monday first.

    ``sessions``: a day, where hour and weekday are at their best. ``length``: mean buckets in a session.
    ``size``: median tokens in a bucket, and ``spread`` of its logarithm. ``mood``: how far one week differs
    from the next, as a logarithm; it drifts. ``pauses``: of a week or so, in a year. ``growth``: in a year,
    as a logarithm.
    """

    hours: tuple[float, ...]
    days: tuple[float, ...] = (1, 1, 1, 1, 0.9, 0.15, 0.15)
    sessions: float = 4
    length: float = 3
    size: float = 7000
    spread: float = 0.9
    mood: float = 0.5
    pauses: float = 5
    growth: float = 0


def _hours(*spans: tuple[int, int, float]) -> tuple[float, ...]:
    level = [0.01] * 24
    for first, last, value in spans:
        for hour in range(first, last):
            level[hour % 24] = value
    return tuple(level)


_OFFICE = _hours((8, 9, 0.5), (9, 12, 1), (12, 13, 0.5), (13, 17, 1), (17, 19, 0.4), (19, 23, 0.1))
_EVENING = _hours((12, 17, 0.1), (17, 19, 0.4), (19, 24, 1), (24, 25, 0.5))
_NIGHT = _hours((20, 22, 0.6), (22, 28, 1), (28, 30, 0.5))
_ALWAYS = (1.0,) * 24
_EVERY_DAY = (1.0,) * 7
_WEEKEND = (0.1, 0.05, 0.05, 0.1, 0.4, 1, 1)

HABITS: Mapping[str, Habit] = {
    "office worker": Habit(_OFFICE),
    "evening hobbyist": Habit(_EVENING, (0.6, 0.6, 0.6, 0.6, 0.4, 1, 1), sessions=1.5, pauses=8),
    "night worker": Habit(_NIGHT, (1, 1, 1, 1, 1, 0.5, 0.4), sessions=3),
    "weekend burst": Habit(_hours((9, 23, 1)), _WEEKEND, sessions=4, length=5, mood=0.8),
    "now and then": Habit(_hours((7, 23, 1)), _EVERY_DAY, sessions=0.35, length=4, mood=1.0, pauses=10),
    "growing use": Habit(_OFFICE, sessions=2.5, mood=0.3, pauses=3, growth=2.2),
    "scheduled jobs": Habit(_ALWAYS, _EVERY_DAY, sessions=16, length=1, spread=0.3, mood=0.1, pauses=0.5),
}
TEAM = 8
KINDS = (*HABITS, "project phases", "team")


def trace(kind: str, seed: int) -> Trace:
    """The use of one person (or team) of a kind; the same for the same seed."""
    chance = random.Random(f"{kind} {seed}")
    if kind == "team":
        members = [
            _trace(HABITS[chance.choice(("office worker", "evening hobbyist", "now and then"))], chance)
            for _ in range(TEAM)
        ]
        return _together(members)
    if kind == "project phases":
        return _phases(_trace(HABITS["office worker"], chance), chance)
    return _trace(HABITS[kind], chance)


def _trace(habit: Habit, chance: random.Random) -> Trace:
    zone = chance.uniform(-10, 10) * HOUR
    personal = math.exp(chance.gauss(0, 0.4))
    size = habit.size * math.exp(chance.gauss(0, 0.5))
    off = _pauses(habit, chance)
    buckets: dict[float, float] = {}
    mood = chance.gauss(0, habit.mood)
    for day in range(DAYS):
        if day % 7 == 0:
            mood = 0.7 * mood + chance.gauss(0, habit.mood * 0.7)
        # A good day or a bad one: sessions come more unevenly than by chance alone.
        level = personal * math.exp(mood + chance.gauss(0, 0.4) + habit.growth * (day / 365 - 0.25))
        level *= habit.days[day % 7] * (0.02 if day in off else 1) * habit.sessions / sum(habit.hours)
        for hour in range(24):
            for _ in range(_poisson(level * habit.hours[hour], chance)):
                at = START + day * DAY + (hour + chance.random()) * HOUR - zone
                bucket = math.ceil(at / BUCKET) * BUCKET
                for _ in range(1 + int(chance.expovariate(1 / max(habit.length - 1, 0.01)))):
                    amount = size * math.exp(chance.gauss(0, habit.spread))
                    buckets[bucket] = buckets.get(bucket, 0) + math.ceil(amount)
                    bucket += BUCKET
    return sorted(buckets.items())


def _pauses(habit: Habit, chance: random.Random) -> set[int]:
    off: set[int] = set()
    day = 0.0
    while habit.pauses:
        day += chance.expovariate(habit.pauses / 365)
        if day >= DAYS:
            break
        length = 1 + int(chance.expovariate(1 / 6))
        off.update(range(int(day), int(day) + length))
        day += length
    return off


def _phases(one: Trace, chance: random.Random) -> Trace:
    """Weeks in which hardly anything is used, and weeks of hard work."""
    kept: Trace = []
    until, factor = START, 1.0
    for at, amount in one:
        while at > until:
            until += chance.uniform(7, 35) * DAY
            factor = chance.choice((0.05, 0.4, 1, 2.5))
        if chance.random() < factor:
            kept.append((at, math.ceil(amount * max(factor, 1))))
    return kept


def _together(traces: list[Trace]) -> Trace:
    buckets: dict[float, float] = {}
    for one in traces:
        for at, amount in one:
            buckets[at] = buckets.get(at, 0) + amount
    return sorted(buckets.items())


def _poisson(mean: float, chance: random.Random) -> int:
    count, left = 0, math.exp(-mean)
    product: Callable[[], float] = chance.random
    value = product()
    while value > left:
        count += 1
        value *= product()
    return count

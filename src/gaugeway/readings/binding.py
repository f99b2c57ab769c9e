"""Which meter will stop the user first, and what that says of the whole gateway."""

from collections.abc import Sequence

import msgspec

from gaugeway.readings import judging
from gaugeway.readings.level import DEFAULT_THRESHOLDS, Level, Thresholds
from gaugeway.readings.meter import Meter


class Verdict(msgspec.Struct, frozen=True):
    """The gateway's level, its binding meter where one can be named, and the level of each meter in order."""

    level: Level
    binding: Meter | None
    levels: tuple[Level, ...]


def judge(
    meters: Sequence[Meter],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    model: str | None = None,
    unread: bool = False,
) -> Verdict:
    """Judge meters that went through :func:`~gaugeway.readings.level.as_of`.

    ``model``: the model that is asked for; meters of other models do not bind. ``unread``: a scope that
    may bind could not be read, so nothing better than what was seen to be bad can be promised.
    """
    levels = tuple([judging.level(meter, thresholds) for meter in meters])
    bound = judging.first(judging.contenders(meters, levels, model))
    level = judging.overall(meters, levels, bound, unread=unread)
    return Verdict(level, None if bound is None else bound[0], levels)

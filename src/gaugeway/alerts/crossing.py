"""One rule and one meter through time: when something is raised, gets worse, and is over."""

from typing import Literal, NamedTuple

from msgspec.structs import replace

from gaugeway.alerts.conditions import EXHAUSTED
from gaugeway.store.due import LONGEST_LEASE
from gaugeway.store.outbox import Raised

Cause = Literal["crossed", "worse", "new_window", "reset", "better", "asked"]

_MOVED = 300.0  # seconds by which a reset has to move to be another one; computed ones tremble


class Moment(NamedTuple):
    """``at``: of the reading. ``resets_at``: of the meter's window, where one is known. ``reset_due``: that
    moment has passed, and the numbers are still those of the old window. ``sure``: one look is enough to
    believe that it is over.
    """

    at: float
    resets_at: float | None = None
    reset_due: bool = False
    sure: bool = False

    def is_past(self, row: Raised) -> bool:
        """Whether the window in which ``row`` was raised is over."""
        return row.resets_at is not None and self.at >= row.resets_at and not self.reset_due


class Change(NamedTuple):
    """From rank ``was`` to ``rank``; 0 is not raised."""

    was: int
    rank: int
    cause: Cause

    @property
    def better(self) -> bool:
        return self.rank < self.was and self.cause != "new_window"


def as_of(row: Raised, at: float) -> Raised:
    """The row as a reading of ``at`` may take it: one from further ahead than any process keeps a reading
    was written by a clock that has been set back since.
    """
    if row.changed_at <= at + LONGEST_LEASE:
        return row
    return replace(row, since=min(row.since, at), changed_at=at, clear_at=None)


def step(row: Raised | None, new: Raised, down: int, moment: Moment) -> tuple[Raised | None, Change | None]:
    """What is raised after a reading, and what there is to tell.

    ``row``: what was raised before. ``new``: what would be now, by the rule's own threshold. ``down``: the
    rank by the one with a margin.
    """
    at, up = moment.at, new.rank
    if row is None:
        return (new, Change(0, up, "crossed")) if up else (None, None)
    if at < row.changed_at:  # an older reading, kept late
        return row, None
    if moment.is_past(row):
        if up:
            return new, Change(row.rank, up, "new_window")
        return None, Change(row.rank, 0, "reset")
    if moment.resets_at is not None and (
        row.resets_at is None or abs(moment.resets_at - row.resets_at) > _MOVED
    ):
        row = replace(row, resets_at=moment.resets_at, changed_at=at)
    if up > row.rank:
        return replace(row, rank=up, changed_at=at, clear_at=None), Change(row.rank, up, "worse")
    if down >= row.rank:
        return (row if row.clear_at is None else replace(row, changed_at=at, clear_at=None)), None
    if not moment.sure and (row.clear_at is None or at <= row.clear_at):
        # A counter that falls for one reading is a glitch; the next one shows.
        return (replace(row, changed_at=at, clear_at=at) if row.clear_at is None else row), None
    change = Change(row.rank, down, "better")
    if down:
        # Less bad is still bad, and worth a word only to who could not go on at all.
        row = replace(row, rank=down, changed_at=at, clear_at=None)
        return row, change if change.was == EXHAUSTED else None
    return None, change

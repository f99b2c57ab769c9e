"""What one gateway said at one moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

import msgspec

from gaugeway.readings.meter import Meter, Scope, Window


class KeyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway says of the key itself: its *name* (never the key) and when it expires (UTC)."""

    name: str | None = None
    expires_at: datetime | None = None


NO_FACTS = KeyFacts()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a preset makes of a gateway's answers.

    ``unread``: scopes that may bind and that this key could not read; with one of them nothing is promised
    to be ok. ``unread_advisory``: scopes that could not be read and do not bind. ``subjects``: the server's
    own identity of whom each scope's meters belong to (key hash, user id, team id), by scope; hashed before
    it is stored, so that history follows a team and not a key.
    """

    meters: tuple[Meter, ...]
    notes: tuple[str, ...] = ()
    key: KeyFacts = NO_FACTS
    unread: tuple[Scope, ...] = ()
    unread_advisory: tuple[Scope, ...] = ()
    subjects: Mapping[str, str] = {}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with its moment (UTC) and preset. ``coverage`` is partial when a scope could not be read."""

    preset: str
    observed_at: datetime
    meters: tuple[Meter, ...]
    notes: tuple[str, ...] = ()
    key: KeyFacts = NO_FACTS
    unread: tuple[Scope, ...] = ()
    coverage: Literal["full", "partial"] = "full"
    subjects: Mapping[str, str] = {}

    @classmethod
    def of(cls, answer: Answer, *, preset: str, observed_at: datetime) -> Self:
        """The reading of an answer: a reset already past when read is *due*, and the numbers stand.

        Raises ValueError for an answer without a meter or with two meters of one id.
        """
        if not answer.meters:
            raise ValueError("no meter")
        ids = [meter.id for meter in answer.meters]
        if len(set(ids)) != len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise ValueError(f"two meters with the id {twice}")
        return cls(
            preset=preset,
            observed_at=observed_at,
            meters=tuple(_settled(meter, observed_at) for meter in answer.meters),
            notes=tuple(dict.fromkeys(answer.notes)),
            key=answer.key,
            unread=answer.unread,
            coverage="partial" if answer.unread or answer.unread_advisory else "full",
            subjects=answer.subjects,
        )


def _settled(meter: Meter, observed_at: datetime) -> Meter:
    resets_at = meter.window.resets_at
    if resets_at is None or resets_at > observed_at:
        return meter
    window = Window(length=meter.window.length, started_at=meter.window.started_at)
    return msgspec.structs.replace(meter, window=window, reset_due=True)

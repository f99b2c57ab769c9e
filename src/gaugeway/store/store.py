"""What the collector needs of a store, whatever keeps it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from gaugeway.errors import READ_CODES, ReadError
from gaugeway.readings import Forecast, Reading, Verdict
from gaugeway.sources.gateway import Gateway
from gaugeway.store.due import is_leased
from gaugeway.store.identity import Hasher

if TYPE_CHECKING:
    from gaugeway.store.history import Grown, History
    from gaugeway.store.outbox import Outbox


class Head(msgspec.Struct, frozen=True):
    """What is stored of one gateway under one identity, but for the reading itself. Times: unix seconds.

    ``revision`` counts outcomes. ``attempted_at`` is the newest attempt's end, ``error_*`` what came of it
    where it failed, ``failures`` how many of that kind came in a row, ``retry_at`` when it may be repeated,
    ``retry_told`` whether the gateway said so itself. ``observed_at`` is the last good reading's moment,
    ``resets_at`` the first reset of its meters, ``min_refresh`` the preset's minimum in seconds.
    """

    id: int
    gateway_id: str
    identity: str
    place: str
    revision: int = 0
    lease_owner: str | None = None
    lease_until: float | None = None
    attempted_at: float | None = None
    error_code: str | None = None
    error_message: str | None = None
    error_hint: str | None = None
    failures: int = 0
    retry_at: float | None = None
    retry_told: int = 0
    min_refresh: float = 0.0
    observed_at: float | None = None
    resets_at: float | None = None
    content: str | None = None

    def leased(self, now: float) -> bool:
        """Whether somebody is asking just now."""
        return is_leased(self.lease_until, now)

    @property
    def error(self) -> ReadError | None:
        """What came of the newest attempt, if it failed."""
        if self.error_code is None:
            return None
        code = self.error_code if self.error_code in READ_CODES else "gateway_error"  # a newer gaugeway's
        return ReadError(code, self.error_message or "", self.error_hint)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway that a process wants to ask itself. ``head``: what it decided that on, None where there was
    nothing. ``lease``: seconds it needs at most, up to LONGEST_LEASE.
    """

    gateway_id: str
    identity: str
    place: str
    head: Head | None
    lease: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking: the head as it is now, and the reading with its verdict unless the head's
    ``error_code`` says why there is none.
    """

    head: Head
    gateway: Gateway
    reading: Reading | None = None
    verdict: Verdict | None = None


class Store(Protocol):
    """Readings and history that processes share. Every write is one short transaction."""

    @property
    def hasher(self) -> Hasher: ...

    @property
    def outbox(self) -> "Outbox":
        """What is raised, and the messages about it."""
        ...

    @property
    def history(self) -> "History":
        """What every meter was, and what is foreseen of it."""
        ...

    def heads(self, gateway_ids: Sequence[str]) -> list[Head]:
        """What is stored of these gateways, of every identity."""
        ...

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        """The readings of these heads, where there is one. ``subjects`` are kept as hashes only, so they
        come back empty.
        """
        ...

    def claim(self, claims: Sequence[Claim], owner: str, now: float) -> Mapping[tuple[str, str], Head]:
        """Leases for ``owner``, all in one transaction: those of ``claims`` that nobody else holds and that
        have had no outcome since, each head under its gateway's id and identity.
        """
        ...

    def save(self, outcomes: Sequence[Outcome], owner: str) -> "list[Grown]":
        """Keep outcomes and end their leases; returns which histories grew. An outcome whose lease was lost
        meanwhile is dropped unless it is newer than what is stored.
        """
        ...

    def renew(self, owner: str, seconds: float) -> None:
        """Lengthen the leases of ``owner`` by what it lost before it could begin."""
        ...

    def release(self, owner: str) -> None:
        """End what leases ``owner`` still holds, without an outcome."""
        ...

    def forget(self, before: float) -> None:
        """Drop what has had no outcome since ``before`` (unix seconds), where another key of the same gateway
        has been read.
        """
        ...

    def forecasts(self, ids: Sequence[int], now: float) -> dict[int, dict[str, Forecast]]:
        """What is foreseen of the meters of these heads, by their ids. Not those whose reset has passed."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...

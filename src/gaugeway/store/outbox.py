"""What is raised, and the messages that are to be delivered. Times are unix seconds.

What a message says is JSON that only those read who write it. Every write is one short transaction, so that
of any number of processes one claims a crossing, and one delivers a message.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from gaugeway.store import rows

T = TypeVar("T")
Key = tuple[str, str, str]

LEASE = 60.0  # seconds for one delivery; who is killed meanwhile costs as much
KEEP_DELIVERED = 30 * 86400.0
KEEP_UNDELIVERED = 3 * 86400.0  # what could not be told for so long is no news any more
_CLOCK_SLACK = 2 * 86400.0  # a time further ahead was written by a clock that has been set back since


class Raised(msgspec.Struct, frozen=True):
    """What a rule has raised of one meter (``meter_id`` empty: of the gateway as a whole).

    ``rank``: how far. ``since``: when it was first raised in this window, which ends at ``resets_at`` (None:
    nobody knows). ``changed_at``: the reading that last changed this row. ``clear_at``: the reading that
    first showed it to be over, which another one has yet to confirm.
    """

    rule: str
    gateway_id: str
    meter_id: str
    rank: int
    since: float
    changed_at: float
    resets_at: float | None = None
    clear_at: float | None = None

    @property
    def key(self) -> Key:
        return self.rule, self.gateway_id, self.meter_id


class Letter(NamedTuple):
    """One message for one channel. ``matter``: which meter it is about, or what of the gateway. ``first``:
    nothing of it was raised for this channel before; ``over``: it takes back what was.
    """

    channel: str
    gateway_id: str
    matter: str
    facts: str
    first: bool = False
    over: bool = False


class Entry(msgspec.Struct, frozen=True):
    """A letter in the outbox. ``attempts``: how many failed, the newest with ``error``, since
    ``failing_since``. ``next_at``: when the next is due.
    """

    id: int
    channel: str
    gateway_id: str
    matter: str
    facts: str
    written_at: float
    next_at: float
    attempts: int
    failing_since: float | None
    error: str | None
    delivered_at: float | None


class Plan(NamedTuple):
    """What a decision changes: raised rows by key, None for one that goes; and letters, in their order."""

    rows: Mapping[Key, Raised | None]
    letters: Sequence[Letter]


class Access(Protocol):
    """How a store lets work at its database: see SqliteStore."""

    def __call__(self, work: Callable[[sqlite3.Connection], T]) -> T: ...


# The columns are named like the fields.
_RAISED = ", ".join(Raised.__struct_fields__)
_ENTRY = ", ".join(Entry.__struct_fields__)
_PUT = rows.insert("alerts", _RAISED, "INSERT OR REPLACE")
_WRITE = rows.insert(
    "outbox", "channel, gateway_id, matter, facts, written_at, first, held_until, next_at, attempts"
)
_DROP = "DELETE FROM alerts WHERE rule = ? AND gateway_id = ? AND meter_id = ?"
_HELD = (
    "SELECT id, first FROM outbox WHERE channel = ? AND gateway_id = ? AND matter = ?"
    " AND delivered_at IS NULL AND attempts = 0 AND lease_owner IS NULL AND held_until > ? ORDER BY id"
)
_CLOSE, _MINE = "UPDATE outbox SET lease_owner = NULL, lease_until = NULL", "WHERE id = ? AND lease_owner = ?"
_OPEN = "delivered_at IS NULL AND channel IN ({keys})"
_DUE = (
    f"{_OPEN} AND (next_at <= :now OR next_at > :far)"
    " AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :far)"
)
# Of one matter the oldest goes first; what was never tried goes before what failed.
_NEXT = (
    f"SELECT {_ENTRY} FROM outbox AS one WHERE {_DUE} AND NOT EXISTS"  # noqa: S608  (fixed column names)
    " (SELECT 1 FROM outbox AS older WHERE older.delivered_at IS NULL AND older.channel = one.channel"
    " AND older.gateway_id = one.gateway_id AND older.matter = one.matter AND older.id < one.id)"
    " ORDER BY attempts, id LIMIT 1"
)


class Outbox:
    """``use`` and ``write``: a store's ways to its database, the latter as one transaction."""

    def __init__(self, use: Access, write: Access) -> None:
        self._use = use
        self._write = write

    def raised(self, gateway_ids: Sequence[str]) -> list[Raised]:
        """What is raised of these gateways."""
        return self._use(lambda db: _raised(db, gateway_ids))

    def claim(
        self,
        gateway_ids: Sequence[str],
        decide: Callable[[Sequence[Raised]], Plan],
        now: float,
        held_until: float | None = None,
    ) -> int:
        """Does what ``decide`` makes of what is raised of these gateways, and says how many letters that
        gave. ``held_until``: the end of the quiet hours that they wait for. Two processes never decide on the
        same state: ``decide`` is asked again inside the transaction, if there is anything to do at all.
        """
        if not decide(self.raised(gateway_ids)).rows:
            return 0

        def work(db: sqlite3.Connection) -> int:
            plan = decide(_raised(db, gateway_ids))
            db.executemany(_DROP, [key for key, row in plan.rows.items() if row is None])
            db.executemany(_PUT, [msgspec.structs.astuple(row) for row in plan.rows.values() if row])
            old = "delivered_at < ? OR (delivered_at IS NULL AND written_at < ?)"
            db.execute(f"DELETE FROM outbox WHERE {old}", (now - KEEP_DELIVERED, now - KEEP_UNDELIVERED))  # noqa: S608
            return sum(_post(db, letter, now, held_until) for letter in plan.letters)

        return self._write(work)

    def due(self, channels: Sequence[str], now: float) -> bool:
        """Whether something is to be delivered through one of these channels, and nobody is at it."""
        statement = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_among(_DUE, channels)})"  # noqa: S608
        return self._use(lambda db: bool(db.execute(statement, _named(channels, now)).fetchone()[0]))

    def take(self, channels: Sequence[str], owner: str, now: float) -> Entry | None:
        """Leases a letter that is due to ``owner`` for LEASE seconds; None where there is none to be had."""

        def work(db: sqlite3.Connection) -> Entry | None:
            row = db.execute(_among(_NEXT, channels), _named(channels, now)).fetchone()
            if row is None:
                return None
            statement = "UPDATE outbox SET lease_owner = ?, lease_until = ? WHERE id = ?"
            db.execute(statement, (owner, now + LEASE, row[0]))
            return Entry(*row)

        return self._write(work)

    def renew(self, entry: Entry, owner: str, now: float) -> bool:
        """Leases it for another LEASE seconds, unless somebody else has taken it over."""
        statement = "UPDATE outbox SET lease_until = ? WHERE id = ? AND lease_owner = ?"
        return self._write(lambda db: db.execute(statement, (now + LEASE, entry.id, owner)).rowcount == 1)

    def delivered(self, entry: Entry, owner: str, now: float) -> None:
        """It was. The channel works, so what waited because it failed waits no longer."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(f"{_CLOSE}, delivered_at = ? {_MINE}", (now, entry.id, owner))
            statement = "UPDATE outbox SET next_at = ? WHERE channel = ? AND delivered_at IS NULL"
            db.execute(
                f"{statement} AND attempts = 0 AND next_at > ? AND coalesce(held_until, 0) <= ?",
                (now, entry.channel, now, now),
            )

        self._write(work)

    def failures(self, channel: str) -> int:
        """How often this channel failed, in a row or for one letter."""
        statement = "SELECT max(attempts) FROM outbox WHERE delivered_at IS NULL AND channel = ?"
        return self._use(lambda db: db.execute(statement, (channel,)).fetchone()[0] or 0)

    def failed(self, entry: Entry, owner: str, error: str, *, now: float, retry_at: float) -> None:
        """It was not. The whole channel waits until ``retry_at``."""

        def work(db: sqlite3.Connection) -> None:
            how = "attempts = attempts + 1, error = ?, failing_since = coalesce(failing_since, ?)"
            db.execute(f"{_CLOSE}, {how} {_MINE}", (error, now, entry.id, owner))
            statement = (
                "UPDATE outbox SET next_at = max(next_at, ?) WHERE channel = ? AND delivered_at IS NULL"
            )
            db.execute(statement, (retry_at, entry.channel))

        self._write(work)

    def hold(self, channels: Sequence[str], until: float) -> None:
        """Nothing is due through these channels before ``until``, when quiet hours end."""
        statement = "UPDATE outbox SET next_at = :until, held_until = :until WHERE next_at < :until"
        statement = f"{statement} AND {_among(_OPEN, channels)}"
        self._write(lambda db: db.execute(statement, {**_named(channels), "until": until}))

    def waiting(self) -> list[Entry]:
        """What is not delivered yet, oldest first."""
        return self._entries("delivered_at IS NULL ORDER BY id")

    def sent(self, most: int) -> list[Entry]:
        """What was delivered last, newest first."""
        return self._entries(f"delivered_at IS NOT NULL ORDER BY delivered_at DESC, id DESC LIMIT {most:d}")

    def _entries(self, where: str) -> list[Entry]:
        statement = f"SELECT {_ENTRY} FROM outbox WHERE {where}"  # noqa: S608
        return [Entry(*row) for row in self._use(lambda db: db.execute(statement).fetchall())]


def _raised(db: sqlite3.Connection, gateway_ids: Sequence[str]) -> list[Raised]:
    statement = f"SELECT {_RAISED} FROM alerts WHERE gateway_id IN ({{keys}})"  # noqa: S608
    return [Raised(*row) for row in rows.in_parts(db, statement, gateway_ids)]


def _post(db: sqlite3.Connection, letter: Letter, now: float, held_until: float | None) -> bool:
    """Writes a letter in the place of those about the same that still wait for quiet hours to end. What began
    and is over in them is not worth a word. What the user knew before is what the oldest of those replaced:
    a recovery that waits means that the alarm was told, whatever is raised anew after it.
    """
    held = db.execute(_HELD, (letter.channel, letter.gateway_id, letter.matter, now)).fetchall()
    db.executemany("DELETE FROM outbox WHERE id = ?", [(row[0],) for row in held])
    first = bool(held[0][1]) if held else letter.first
    if letter.over and first:
        return False
    at = now if held_until is None else held_until
    db.execute(_WRITE, (*letter[:4], now, int(first), held_until, at, 0))
    return True


def _among(condition: str, channels: Sequence[str]) -> str:
    return condition.replace("{keys}", ",".join(f":c{index}" for index in range(len(channels))))


def _named(channels: Sequence[str], now: float = 0.0) -> dict[str, Any]:
    times = {"now": now, "far": now + _CLOCK_SLACK}
    return times | {f"c{index}": name for index, name in enumerate(channels)}

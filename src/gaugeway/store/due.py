"""When what is stored of a gateway is to be asked again, for anything that has a head's attributes.

Nothing is imported: a status line decides on every prompt whether to start a refresh. Unix seconds.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RESET_SPREAD = 10.0  # budgets reset at midnight everywhere: not everybody asks in the same second
LONGEST_LEASE = 600.0  # seconds; one that ends later was made by a clock that has been set back since
CLOCK_SLACK = 60.0  # seconds; an attempt later than that was made by a clock that has been set back since


def due_at(head: "Any", interval: float, *, insistent: bool = False) -> float:
    """When it may and should be asked again, ``interval`` seconds after the last good reading.

    A reset makes it due at once. The preset's minimum holds always, a wait that the gateway asked for
    (Retry-After) too; plain back-off holds unless ``insistent``.
    """
    due = 0.0
    if head.observed_at is not None:
        due = head.observed_at + interval
        if head.resets_at is not None:
            due = min(due, head.resets_at + RESET_SPREAD * spread(head.identity))
    if head.attempted_at is not None:
        due = max(due, head.attempted_at + head.min_refresh)
    if head.retry_at is not None and (head.retry_told or not insistent):
        due = max(due, head.retry_at)
    return due


def is_due(head: "Any", interval: float, now: float, *, insistent: bool = False) -> bool:
    """Whether to ask now. What was stored by a clock that has been set back since says nothing."""
    if head.attempted_at is not None and head.attempted_at > now + CLOCK_SLACK:
        return True
    return due_at(head, interval, insistent=insistent) <= now


def is_leased(lease_until: float | None, now: float) -> bool:
    """Whether somebody is asking just now."""
    return lease_until is not None and now < lease_until <= now + LONGEST_LEASE


def spread(identity: str) -> float:
    """Jitter, 0 to 1: identities are hashed under each machine's own key, so machines differ."""
    return int(identity[:4], 16) / 0x10000

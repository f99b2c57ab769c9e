"""What is raised, and the messages that are to be delivered. Times are unix seconds.

The rows are plain: what a message says is JSON that only those read who write it.
"""

import msgspec


class Raised(msgspec.Struct, frozen=True, kw_only=True):
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
    def key(self) -> tuple[str, str, str]:
        return self.rule, self.gateway_id, self.meter_id

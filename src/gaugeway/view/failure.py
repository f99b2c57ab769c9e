"""Channels of alerts that fail, as ``status`` and ``alerts`` tell it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from gaugeway.amounts import stamp
from gaugeway.view.snapshot import Time

if TYPE_CHECKING:
    from gaugeway.sources.alerting import Alerts
    from gaugeway.store.outbox import Entry


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that does not take messages: since when, how often it was tried with the oldest of them, why
    it failed last, and when it is tried again. Never says where it leads.
    """

    channel: str
    kind: str
    since: Time
    attempts: int
    error: str
    next_try_at: Time


def failures(alerts: "Alerts", waiting: "Sequence[Entry]") -> dict[str, Failure]:
    """The channels that fail, by name. ``waiting``: what is not delivered, oldest first."""
    failed: dict[str, Failure] = {}
    kinds = {channel.name: channel.kind for channel in alerts.channels}
    for entry in waiting:
        if entry.failing_since is not None and entry.channel in kinds:
            failed.setdefault(
                entry.channel,
                Failure(
                    channel=entry.channel,
                    kind=kinds[entry.channel],
                    since=moment(entry.failing_since),
                    attempts=entry.attempts,
                    error=entry.error or "",
                    next_try_at=moment(entry.next_at),
                ),
            )
    return failed


def moment(seconds: float) -> str:
    """Unix seconds as the JSON has them."""
    return stamp(datetime.fromtimestamp(seconds, UTC))

"""Works the outbox off: what is due is taken, sent, and marked; of any number of processes one does it."""

import os
from collections.abc import Callable
from datetime import datetime

import msgspec

from gaugeway.alerts.facts import Facts
from gaugeway.errors import GaugewayError
from gaugeway.sources.alerting import Alerts, Channel
from gaugeway.store.outbox import Outbox

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0  # seconds; doubled with each failure of the channel


def deliver(
    alerts: Alerts,
    outbox: Outbox,
    *,
    sender: Callable[[Channel], Callable[[Facts], None]],
    compose: Callable[[Facts, datetime], Facts],
    clock: Callable[[], datetime],
) -> int:
    """Sends everything that is due, and says how much of it failed. In quiet hours it waits for their end.

    ``compose`` puts facts into words, as of sending them. ``sender`` finds out where the channel leads, and
    what it returns sends; both raise GaugewayError where that fails.
    """
    channels = {channel.name: channel for channel in alerts.channels}
    names, owner, failed = list(channels), os.urandom(8).hex(), 0
    while True:
        now = clock()
        until = None if alerts.quiet is None else alerts.quiet.ends(now)
        if until is not None:
            outbox.hold(names, until.timestamp())
            return failed
        entry = outbox.take(names, owner, now.timestamp())
        if entry is None:
            return failed
        try:
            facts = msgspec.json.decode(entry.facts, type=Facts)
            send = sender(channels[entry.channel])
            if not outbox.renew(entry, owner, clock().timestamp()):
                continue  # a machine that slept meanwhile: somebody else sends it
            send(compose(facts, now))
        except GaugewayError as error:
            what = error.message
        except Exception as error:  # noqa: BLE001  (one message costs nobody another one)
            what = f"{type(error).__name__} while sending"
        else:
            outbox.delivered(entry, owner, clock().timestamp())
            continue
        failed += 1
        at = clock().timestamp()
        pause = min(FIRST_PAUSE * 2 ** min(outbox.failures(entry.channel), 20), LONGEST_PAUSE)
        outbox.failed(entry, owner, what, now=at, retry_at=at + pause)

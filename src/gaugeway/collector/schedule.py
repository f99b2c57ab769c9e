"""When a gateway is due: pure functions of what is stored and of what the caller wants. Unix seconds."""

import msgspec

from gaugeway.errors import REFUSED_CODES, ReadError
from gaugeway.readings import Reading
from gaugeway.sources.gateway import Gateway
from gaugeway.store import due
from gaugeway.store.store import Head

PLAIN_FIRST, PLAIN_MOST = 5.0, 15 * 60.0
REFUSED_FIRST, REFUSED_MOST = 15 * 60.0, 6 * 3600.0
TOLD_MOST = 24 * 3600.0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How fresh the caller wants it: ``max_age`` seconds instead of the gateway's ``refresh``; ``refresh``:
    now, whatever failed before.
    """

    max_age: float | None = None
    refresh: bool = False


NO_WISH = Wish()


def due_at(gateway: Gateway, head: Head, wish: Wish = NO_WISH) -> float:
    """When the gateway may and should be asked again.

    A reset makes it due at once. The preset's minimum holds always, a wait that the gateway asked for
    (Retry-After) too; plain back-off holds unless ``wish.refresh``.
    """
    return due.due_at(head, _interval(gateway, wish), insistent=wish.refresh)


def is_due(gateway: Gateway, head: Head | None, wish: Wish, now: float) -> bool:
    """Whether to ask now. What was stored by a clock that has been set back since says nothing."""
    return head is None or due.is_due(head, _interval(gateway, wish), now, insistent=wish.refresh)


def succeeded(head: Head, reading: Reading, *, min_refresh: float) -> Head:
    """The head after a good reading."""
    resets = [at for meter in reading.meters if (at := meter.window.resets_at) is not None]
    observed_at = reading.observed_at.timestamp()
    return msgspec.structs.replace(
        head,
        attempted_at=observed_at,
        error_code=None,
        error_message=None,
        error_hint=None,
        failures=0,
        retry_at=None,
        retry_told=0,
        min_refresh=min_refresh,
        observed_at=observed_at,
        resets_at=min(resets).timestamp() if resets else None,
    )


def failed(head: Head, error: ReadError, *, at: float, min_refresh: float) -> Head:
    """The head after a failure, with the time to stay away: longer each time, and much longer where the key
    was refused; the gateway's own word (``retry_after``) wins.
    """
    same_kind = head.error_code is not None and (head.error_code in REFUSED_CODES) == error.refused
    failures = head.failures + 1 if same_kind else 1
    first, most = (REFUSED_FIRST, REFUSED_MOST) if error.refused else (PLAIN_FIRST, PLAIN_MOST)
    told = error.retry_after
    if told is not None:
        pause = min(told, TOLD_MOST)
    else:
        pause = min(first * 2 ** min(failures - 1, 20), most) * (1 - 0.2 * due.spread(head.identity))
    return msgspec.structs.replace(
        head,
        attempted_at=at,
        error_code=error.code,
        error_message=error.message,
        error_hint=error.hint,
        failures=failures,
        retry_at=at + pause,
        retry_told=int(told is not None),
        min_refresh=min_refresh,
    )


def _interval(gateway: Gateway, wish: Wish) -> float:
    if wish.refresh:
        return 0.0
    return gateway.refresh if wish.max_age is None else wish.max_age

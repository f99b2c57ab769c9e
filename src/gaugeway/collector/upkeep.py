"""The store grows old: a little of it goes whenever something was read live, and nothing waits for it."""

import time

from gaugeway.history.thinning import TIERS, choose
from gaugeway.store.store import Store

FORGET_AFTER = 24 * 3600.0  # seconds
AT_MOST = 0.003  # seconds after which no further part is begun


def keep_up(store: Store, now: float) -> None:
    """Drops what older keys left behind, and thins what has come of age, as far as that goes in a moment.
    ``now``: unix seconds.
    """
    store.forget(now - FORGET_AFTER)
    until = time.monotonic() + AT_MOST
    while store.history.thin(TIERS, choose, now) and time.monotonic() < until:
        pass

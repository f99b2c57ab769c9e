"""The history grows old: a little is thinned whenever something was read live, and nothing waits for it."""

import time

from gaugeway.history.thinning import TIERS, choose
from gaugeway.store.store import Store

AT_MOST = 0.003  # seconds after which no further part is begun


def keep_up(store: Store, now: float) -> None:
    """Thins what has come of age, as far as that goes in a moment. ``now``: unix seconds."""
    until = time.monotonic() + AT_MOST
    while store.history.thin(TIERS, choose, now) and time.monotonic() < until:
        pass

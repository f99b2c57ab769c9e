"""The way in. What the store can answer costs no event loop, no HTTP client and no preset."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from gaugeway.collector.round import Round
from gaugeway.collector.schedule import NO_WISH, Wish
from gaugeway.collector.state import State, Watch
from gaugeway.sources.gateway import Gateway
from gaugeway.store.store import Store
from gaugeway.transport.asking import Transport

if TYPE_CHECKING:
    from gaugeway.collector.foresight import Forecaster


def collect(
    gateways: Sequence[Gateway],
    *,
    store: Store,
    transport: Callable[[], AbstractAsyncContextManager[Transport]],
    clock: Callable[[], datetime],
    max_age: float | None = None,
    refresh: bool = False,
    on_state: Callable[[State], None] | None = None,
    forecaster: "Forecaster | None" = None,
    watch: Watch | None = None,
) -> list[State]:
    """What is left on these gateways, in their order; what is due is read live.

    ``max_age``: seconds that a reading may be old, instead of each gateway's ``refresh``. ``refresh``: read
    live, also where plain back-off says to wait. ``on_state`` is called as each gateway is known, from the
    same thread. ``transport`` is only called where something is read live. ``forecaster`` looks ahead for
    what has moved; gaugeway's own by default. ``watch`` is given those that this process asked, when all are
    known and kept.
    """
    wish = Wish(max_age=max_age, refresh=refresh)
    known = Round(gateways, store=store, clock=clock, wish=wish, on_state=on_state)
    if known.due:
        import asyncio

        from gaugeway.collector.live import Live

        asyncio.run(Live(known, transport, forecaster).run())
    if watch is not None:
        watch(known.asked)
    return known.states


def stored(gateways: Sequence[Gateway], *, store: Store, clock: Callable[[], datetime]) -> list[State]:
    """What the store has of these gateways, in their order. Nothing is asked."""
    known = Round(gateways, store=store, clock=clock, wish=NO_WISH)
    known.answer_stored(known.due)
    return known.states

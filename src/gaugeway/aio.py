"""The library for programs with an event loop."""

from typing import Literal

from gaugeway.blocking import chosen, http, now, opened, watching
from gaugeway.collector import State
from gaugeway.collector.live import collect_async
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Gateway

__all__ = ["read"]


async def read(*gateways: Gateway | str, store: Literal["shared"] | None = None) -> list[State]:
    """As :func:`gaugeway.blocking.read`, without blocking the running event loop."""
    environment = Environment.of_process()
    wanted = chosen(gateways, environment)
    kept = opened(store, environment)
    try:
        watch = watching(store, kept, environment)
        return await collect_async(wanted, store=kept, transport=http, clock=now, watch=watch)
    finally:
        kept.close()

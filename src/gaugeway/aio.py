"""The library for programs with an event loop."""

from typing import Literal

from gaugeway.blocking import prepared
from gaugeway.collector import State
from gaugeway.collector.live import collect_async
from gaugeway.sources.gateway import Gateway


async def read(*gateways: Gateway | str, store: Literal["shared"] | None = None) -> list[State]:
    """As :func:`gaugeway.blocking.read`, without blocking the running event loop."""
    with prepared(gateways, store) as (wanted, means):
        return await collect_async(wanted, **means)

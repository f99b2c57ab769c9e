"""A network that answers as it is told, and a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.store.values import NOW

from gaugeway.collector import State, collect
from gaugeway.errors import ReadError
from gaugeway.sources.gateway import Gateway
from gaugeway.store import SqliteStore, Store
from gaugeway.transport import Ask, Base, Reply, Target
from gaugeway.transport.asking import Transport

QUOTA = {"tokens": {"limit": 100, "used": 12}}


class Clock:
    """Says what it was set to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Network:
    """Answers every visit with ``answer``: JSON, or an exception to raise; or what a callable makes of the
    target. ``visits`` are the targets that were asked, ``opened`` how often a transport was made.
    """

    def __init__(self, answer: Any = QUOTA) -> None:
        self.answer = answer
        self.pause = 0.0
        self.visits: list[Target] = []
        self.opened = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transport]:
        self.opened += 1
        yield self

    @asynccontextmanager
    async def visit(self, target: Target) -> AsyncIterator[Ask]:
        self.visits.append(target)

        async def ask(path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply:
            await asyncio.sleep(self.pause)
            answer = self.answer(target) if callable(self.answer) else self.answer
            if isinstance(answer, BaseException):
                raise answer
            return Reply(200, {}, answer)

        yield ask


class World:
    """One machine: a store, a clock, a network; ``collect`` as a process on it."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = SqliteStore.in_memory() if store is None else store
        self.clock = Clock()
        self.network = Network()

    def collect(self, *gateways: Gateway, **rest: Any) -> list[State]:
        return collect(gateways, store=self.store, transport=self.network, clock=self.clock, **rest)

    def one(self, gateway: Gateway, **rest: Any) -> State:
        (state,) = self.collect(gateway, **rest)
        return state

    def asked(self) -> int:
        """How many visits since the last look."""
        count = len(self.network.visits)
        self.network.visits.clear()
        return count


def used(state: State) -> Any:
    """The one meter's used amount."""
    assert state.reading is not None
    return state.reading.meters[0].used


def failing(code: str = "server_error", retry_after: float | None = None) -> ReadError:
    return ReadError(code, f"/quota: {code}", retry_after=retry_after)

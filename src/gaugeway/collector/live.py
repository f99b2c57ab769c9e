"""The live part: everything that is due is asked at once, and by one process of all that want it."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime

from gaugeway.collector.foresight import Forecaster, foresee
from gaugeway.collector.reader import Reader
from gaugeway.collector.round import Item, Round
from gaugeway.collector.schedule import Wish, failed, succeeded
from gaugeway.collector.state import State, Watch
from gaugeway.collector.upkeep import keep_up
from gaugeway.collector.workers import Workers
from gaugeway.errors import GaugewayError, ReadError
from gaugeway.readings import Reading, judge
from gaugeway.sources.gateway import KEY_SECONDS, Gateway
from gaugeway.store.due import LONGEST_LEASE
from gaugeway.store.history import Grown
from gaugeway.store.store import Claim, Outcome, Store
from gaugeway.transport.asking import MAX_SOCKETS, MAX_SOCKETS_PER_ORIGIN, Transport

TURN = 0.1  # seconds between looks at what has come in; then it is kept, in one transaction
SLOWEST_TURN = 0.25
LEASE_SLACK = 2.0
LEASES_WAITED = 2  # for the owner that is at it, and for one more that takes over

MakeTransport = Callable[[], AbstractAsyncContextManager[Transport]]


async def collect_async(
    gateways: Sequence[Gateway],
    *,
    store: Store,
    transport: MakeTransport,
    clock: Callable[[], datetime],
    max_age: float | None = None,
    refresh: bool = False,
    on_state: Callable[[State], None] | None = None,
    forecaster: Forecaster | None = None,
    watch: Watch | None = None,
) -> list[State]:
    """:func:`gaugeway.collector.collect` inside a running event loop."""
    wish = Wish(max_age=max_age, refresh=refresh)
    known = Round(gateways, store=store, clock=clock, wish=wish, on_state=on_state)
    if known.due:
        await Live(known, transport, forecaster).run()
    if watch is not None:
        watch(known.asked)
    return known.states


class Live:
    """Asks what is due in a round. What another process is asking already is waited for instead."""

    def __init__(self, known: Round, transport: MakeTransport, forecaster: Forecaster | None) -> None:
        self._round = known
        self._store = known.store
        self._transport = transport
        self._forecaster = forecaster
        self._owner = os.urandom(8).hex()
        self._leases = dict(zip(known.due, _leases(known.due), strict=True))
        self._stack = AsyncExitStack()
        self._reader: Reader | None = None
        self._workers = Workers(self._ask)
        self._came: list[tuple[Item, float, Reading | GaugewayError]] = []
        self._read: dict[int, Item] = {}  # by head
        self._grown: list[Grown] = []

    async def run(self) -> None:
        """Returns when every due gateway of the round is answered."""
        loop = asyncio.get_running_loop()
        started, turn = loop.time(), TURN
        async with self._stack:
            try:
                waiting = await self._claim(self._round.due)
                while waiting or self._workers.busy or self._came:
                    await self._pause(turn)
                    self._keep()
                    waiting = await self._look_again(waiting, loop.time() - started)
                    turn = TURN if self._workers.busy else min(turn * 1.5, SLOWEST_TURN)
                self._foresee()
            finally:
                await self._workers.stop()
                self._keep()
                self._store.release(self._owner)
            if self._read:
                keep_up(self._store, self._now())

    async def _claim(self, items: list[Item]) -> list[Item]:
        """Starts asking what can be had; returns the rest."""
        if not items:
            return items
        claims = [
            Claim(
                gateway_id=item.gateway.id,
                identity=item.identity,
                place=item.place,
                head=item.head,
                lease=self._leases[item],
            )
            for item in items
        ]
        won = dict(self._store.claim(claims, self._owner, self._now()))
        if won and self._reader is None:  # only who asks pays for an HTTP client
            self._reader = await self._open()
        mine, left = [], []
        for item in items:
            head = won.pop((item.gateway.id, item.identity), None)
            if head is None:
                left.append(item)
            else:
                item.head = head
                mine.append(item)
        self._workers.add(mine)
        return left

    async def _open(self) -> Reader:
        started = time.monotonic()
        transport = await self._stack.enter_async_context(self._transport())
        # Loading the client takes seconds where many processes start at once; the leases run already.
        self._store.renew(self._owner, time.monotonic() - started)
        return Reader(transport, self._round.clock)

    async def _ask(self, item: Item) -> None:
        assert self._reader is not None
        try:
            reading = await self._reader.read(item.gateway)
        except GaugewayError as error:
            self._came.append((item, self._now(), error))
        else:
            self._came.append((item, reading.observed_at.timestamp(), reading))

    async def _pause(self, turn: float) -> None:
        if self._workers.busy:
            await self._workers.wait(turn)
        else:
            await asyncio.sleep(0 if self._came else turn)

    def _keep(self) -> None:
        """Stores what came in, and tells it."""
        came, self._came = self._came, []
        if not came:
            return
        assert self._reader is not None
        outcomes, good = [], []
        for item, at, result in came:
            assert item.head is not None
            if isinstance(result, Reading):
                minimum = self._reader.min_refresh(item.gateway.preset)
                item.head = succeeded(item.head, result, min_refresh=minimum)
                verdict = judge(result.meters, item.gateway.thresholds, unread=bool(result.unread))
                outcomes.append(
                    Outcome(head=item.head, gateway=item.gateway, reading=result, verdict=verdict)
                )
                good.append((item, result, verdict))
                self._read[item.head.id] = item
            elif isinstance(result, ReadError):
                minimum = self._reader.min_refresh(item.gateway.preset)
                item.head = failed(item.head, result, at=at, min_refresh=minimum)
                outcomes.append(Outcome(head=item.head, gateway=item.gateway))
            else:
                item.error = result  # a fact of this process: nothing to store
                continue
            item.asked = True
        self._grown += self._store.save(outcomes, self._owner)
        for item, reading, verdict in good:
            self._round.answer(item, reading, None, verdict=verdict)
        self._round.answer_stored([item for item, _, result in came if not isinstance(result, Reading)])

    def _foresee(self) -> None:
        """Only when all have answered: nobody's reading waits for anybody's forecast."""
        if self._grown:
            readings = {
                head: item.state.reading
                for head, item in self._read.items()
                if item.state is not None and item.state.reading is not None
            }
            foresee(self._grown, readings, self._store, self._forecaster, self._now())
        if self._read:
            self._round.add_forecasts(self._read)

    async def _look_again(self, items: list[Item], waited: float) -> list[Item]:
        """Takes over what has become free; returns what is still with others."""
        if not items:
            return items
        found = self._store.heads([item.gateway.id for item in items])
        heads = {(head.gateway_id, head.identity): head for head in found}
        now = self._now()
        known, free, left = [], [], []
        for item in items:
            item.head = heads.get((item.gateway.id, item.identity))
            if not self._round.is_due(item, now):
                known.append(item)
            elif item.head is None or not item.head.leased(now):
                free.append(item)
            elif waited > LEASES_WAITED * self._leases[item]:
                item.error = ReadError("timeout", "another process is asking, and does not get done")
                known.append(item)
            else:
                left.append(item)
        self._round.answer_stored(known)
        return left + await self._claim(free)

    def _now(self) -> float:
        return self._round.clock().timestamp()


def _leases(items: Sequence[Item]) -> list[float]:
    """How long each may take at most, in seconds, its wait for a turn included."""
    same_place: dict[str, int] = {}
    lengths = []
    for position, item in enumerate(items):
        before = same_place.get(item.place, 0)
        same_place[item.place] = before + 1
        turns = 1 + max(position // MAX_SOCKETS, before // MAX_SOCKETS_PER_ORIGIN)
        key = KEY_SECONDS if item.gateway.key.deferred is not None else 0
        lengths.append(min((key + item.gateway.timeout) * turns + LEASE_SLACK, LONGEST_LEASE))
    return lengths

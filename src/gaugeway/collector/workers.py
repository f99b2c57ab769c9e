"""Who is asked when: a bound on how many at once, in all and at one origin."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable

from gaugeway.collector.round import Item
from gaugeway.transport.asking import MAX_SOCKETS, MAX_SOCKETS_PER_ORIGIN


class Workers:
    """Each asks one gateway after the other, so that waiting for a turn costs nobody's deadline.

    A worker stays at its origin while somebody waits there: its socket is open already. Going to the next in
    line instead would close one socket and open another for every visit.
    """

    def __init__(
        self,
        ask: Callable[[Item], Awaitable[None]],
        most: int = MAX_SOCKETS,
        most_per_origin: int = MAX_SOCKETS_PER_ORIGIN,
    ) -> None:
        self._ask = ask
        self._most = most
        self._most_per_origin = most_per_origin
        self._waiting: dict[str, deque[Item]] = {}  # by `Item.place`, which stands for the origin
        self._at: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def add(self, items: Iterable[Item]) -> None:
        """These are to be asked."""
        for item in items:
            self._waiting.setdefault(item.place, deque()).append(item)
        while len(self._tasks) < self._most and (place := self._go_to()) is not None:
            self._idle.clear()
            self._tasks.add(asyncio.create_task(self._work(place)))

    async def wait(self, seconds: float) -> None:
        """Until nobody is asked any more, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return

    async def stop(self) -> None:
        """Whoever is not answered now never will be."""
        self._waiting.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, place: str | None) -> None:
        try:
            while place is not None:
                line = self._waiting.get(place)
                if line:
                    await self._ask(line.popleft())
                else:
                    self._waiting.pop(place, None)
                    self._at[place] -= 1
                    place = self._go_to()
        finally:
            self._tasks -= {asyncio.current_task()}
            if not self._tasks:
                self._idle.set()

    def _go_to(self) -> str | None:
        """Where a worker goes next: origins take turns. None where nobody waits who may be asked now."""
        for place, line in self._waiting.items():
            if line and self._at[place] < self._most_per_origin:
                self._waiting[place] = self._waiting.pop(place)
                self._at[place] += 1
                return place
        return None

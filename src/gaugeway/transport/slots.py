"""Who may ask now: a bound on visits, for all and per origin."""

from asyncio import CancelledError, Future, get_running_loop
from collections import deque

from gaugeway.transport.origin import Origin


class Slots:
    """A visit holds a slot while it asks, so that waiting for a socket costs nobody's deadline.

    A slot that falls free goes to the same origin first: its socket is open already. Handing it to the next
    in line instead would close one socket and open another for every visit.
    """

    def __init__(self, most: int, most_per_origin: int) -> None:
        self._free = most
        self._most_per_origin = most_per_origin
        self._taken: dict[Origin, int] = {}
        self._waiting: dict[Origin, deque[Future[None]]] = {}

    async def acquire(self, origin: Origin) -> None:
        if self._free and self._has_room(origin):
            self._take(origin)
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.setdefault(origin, deque()).append(turn)
        try:
            await turn
        except CancelledError:
            if not turn.cancelled():  # it was this one's turn already
                self.release(origin)
            raise

    def release(self, origin: Origin) -> None:
        if self._hand_to(origin):
            return
        self._free += 1
        self._taken[origin] -= 1
        while (other := next(filter(self._has_room, self._waiting), None)) is not None:
            if self._hand_to(other):
                self._take(other)
                if other in self._waiting:  # the others of its line come after the other origins
                    self._waiting[other] = self._waiting.pop(other)
                return

    def _has_room(self, origin: Origin) -> bool:
        return self._taken.get(origin, 0) < self._most_per_origin

    def _take(self, origin: Origin) -> None:
        self._free -= 1
        self._taken[origin] = self._taken.get(origin, 0) + 1

    def _hand_to(self, origin: Origin) -> bool:
        """Lets in who waits longest at ``origin``; False where nobody does any more."""
        queue = self._waiting.get(origin)
        while queue:
            turn = queue.popleft()
            if not queue:
                del self._waiting[origin]
            if not turn.done():
                turn.set_result(None)
                return True
        return False

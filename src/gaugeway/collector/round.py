"""One round of collecting: every gateway asked for, what is stored of it, and what became of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from gaugeway.collector.schedule import Wish, due_at, is_due
from gaugeway.collector.state import Attempt, State
from gaugeway.errors import GaugewayError, ReadError
from gaugeway.readings import Forecast, Reading, Verdict, as_of
from gaugeway.sources.gateway import Gateway
from gaugeway.store.due import CLOCK_SLACK
from gaugeway.store.store import Head, Store

_NONE: Mapping[str, Forecast] = {}


class Item:
    """One gateway of a round. ``error``: why this process can't ask it at all. ``head``: what is stored.
    ``asked``: by this process, and what came of it is kept. ``state``: what is known by now.
    """

    __slots__ = ("asked", "error", "gateway", "head", "identity", "place", "state")

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.error: GaugewayError | None = None
        self.head: Head | None = None
        self.identity = self.place = ""
        self.asked = False
        self.state: State | None = None


class Round:
    """Looks every gateway up in the store when made; ``due`` are those to be asked."""

    def __init__(
        self,
        gateways: Sequence[Gateway],
        *,
        store: Store,
        clock: Callable[[], datetime],
        wish: Wish,
        on_state: Callable[[State], None] | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self._wish = wish
        self._on_state = on_state
        self.asked_at = clock().timestamp()
        self._items = self._look_up(gateways)
        self.due = [item for item in self._items if item.error is None and self.is_due(item, self.asked_at)]
        due = set(self.due)
        self.answer_stored([item for item in self._items if item not in due])

    @property
    def states(self) -> list[State]:
        """What is known by now, in the order of the gateways."""
        return [item.state for item in self._items if item.state is not None]

    @property
    def asked(self) -> list[State]:
        """Of these, what this process asked itself. Of what another one did the store has less: no names, and
        no forecasts yet.
        """
        return [item.state for item in self._items if item.asked and item.state is not None]

    def is_due(self, item: Item, now: float) -> bool:
        """Whether to ask now. What another process learnt since this round began is fresh enough."""
        head = item.head
        if head is not None and self.asked_at <= (head.attempted_at or 0) <= now + CLOCK_SLACK:
            return False
        return is_due(item.gateway, head, self._wish, now)

    def answer(
        self,
        item: Item,
        reading: Reading | None,
        error: GaugewayError | None,
        forecasts: Mapping[str, Forecast] = _NONE,
        verdict: Verdict | None = None,
    ) -> None:
        """One gateway is known."""
        next_read_at = None
        if item.head is not None and item.error is None:
            next_read_at = datetime.fromtimestamp(due_at(item.gateway, item.head), UTC)
        last_attempt = None
        if item.head is not None and item.head.attempted_at is not None:
            at = datetime.fromtimestamp(item.head.attempted_at, UTC)
            last_attempt = Attempt(at=at, outcome=item.head.error_code or "ok")
        item.state = State(
            gateway=item.gateway,
            reading=reading,
            verdict=verdict,
            error=error,
            next_read_at=next_read_at,
            last_attempt=last_attempt,
            forecasts=forecasts,
        )
        if self._on_state is not None:
            self._on_state(item.state)

    def answer_stored(self, items: Sequence[Item]) -> None:
        """These gateways are known as far as the store knows; meters that have reset since are expired."""
        ids = [item.head.id for item in items if item.head is not None]
        readings, now = self.store.readings(ids), self.clock()
        forecasts = self.store.forecasts(ids, now.timestamp()) if readings else {}
        for item in items:
            reading = None if item.head is None else readings.get(item.head.id)
            if reading is not None:  # what has reset since is nobody's current number, wherever it is shown
                meters = tuple([as_of(meter, now) for meter in reading.meters])
                reading = msgspec.structs.replace(reading, meters=meters)
            foreseen = _NONE if item.head is None else forecasts.get(item.head.id, _NONE)
            self.answer(item, reading, item.error or self._stored_error(item, reading), foreseen)

    def add_forecasts(self, read: Mapping[int, Item]) -> None:
        """What is foreseen of gateways, by head, that are known already."""
        for head_id, forecasts in self.store.forecasts([*read], self.clock().timestamp()).items():
            item = read[head_id]
            assert item.state is not None
            item.state = msgspec.structs.replace(item.state, forecasts=forecasts)

    def _stored_error(self, item: Item, reading: Reading | None) -> GaugewayError | None:
        head = item.head
        error = None if head is None else head.error
        if head is None or error is None or reading is not None or (head.attempted_at or 0) >= self.asked_at:
            return error
        if due_at(item.gateway, head, self._wish) <= self.asked_at:
            return error
        return ReadError(
            "backing_off", f"not asked again yet, after {error.code}: {error.message}", error.hint
        )

    def _look_up(self, gateways: Sequence[Gateway]) -> list[Item]:
        hasher = self.store.hasher
        heads: dict[str, list[Head]] = {}
        for head in self.store.heads([gateway.id for gateway in gateways]):
            heads.setdefault(head.gateway_id, []).append(head)
        items = [Item(gateway) for gateway in gateways]
        for item in items:
            item.error, item.identity, item.place = hasher.address(item.gateway)
            stored = heads.get(item.gateway.id, ())
            if item.identity:
                item.head = next((head for head in stored if head.identity == item.identity), None)
            elif item.place:
                theirs = [h for h in stored if h.place == item.place and h.observed_at is not None]
                item.head = theirs[0] if len(theirs) == 1 else None
        return items

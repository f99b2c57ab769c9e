"""Several rounds at once on one store: one of them asks, the others wait for what it stores."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from tests.collector.fakes import QUOTA, Network, failing, used
from tests.store.values import claim, gateway, keep, outcome, reading, stored_head

from gaugeway.collector import State
from gaugeway.collector.live import LEASES_WAITED, SLOWEST_TURN, collect_async
from gaugeway.errors import StoreError
from gaugeway.sources.gateway import KEY_SECONDS, Gateway, Key
from gaugeway.store import SqliteStore, open_store
from gaugeway.testing.server import LoopbackServer
from gaugeway.transport import Secret
from gaugeway.transport.asking import MAX_SOCKETS, MAX_SOCKETS_PER_ORIGIN, Transport
from gaugeway.transport.http import HttpTransport

LAB, CAMPUS = gateway("lab", timeout=0.3), gateway("campus", timeout=0.3)


def clock() -> datetime:
    return datetime.now(UTC)


def now() -> float:
    return clock().timestamp()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[SqliteStore]]:
    """Three processes' views of one database."""
    opened = [open_store(tmp_path, now=clock, warn=pytest.fail) for _ in range(3)]
    yield opened
    for store in opened:
        store.close()


async def collect(store: SqliteStore, network: Network, *gateways: Gateway, **rest) -> list[State]:
    return await collect_async(gateways, store=store, transport=network, clock=clock, **rest)


@pytest.fixture
async def slow() -> AsyncIterator[Network]:
    network = Network()
    network.pause = 0.1
    yield network
    assert len(asyncio.all_tasks()) == 1, "nothing goes on"


async def test_of_three_at_once_one_asks(stores: list[SqliteStore], slow: Network) -> None:
    rounds = await asyncio.gather(*(collect(store, slow, LAB, CAMPUS) for store in stores))
    assert [[used(state) for state in states] for states in rounds] == [[12, 12]] * 3
    assert len(slow.visits) == 2
    assert slow.opened == 1, "who waits loads no client"


async def test_refresh_takes_what_another_has_just_asked(stores: list[SqliteStore], slow: Network) -> None:
    keep(stores[0], LAB, reading(50, at=clock()))
    await asyncio.sleep(0.01)
    rounds = await asyncio.gather(*(collect(store, slow, LAB, refresh=True) for store in stores))
    assert [used(states[0]) for states in rounds] == [12] * 3
    assert len(slow.visits) == 1


async def test_who_waited_for_a_failure_sees_that_failure(stores: list[SqliteStore], slow: Network) -> None:
    slow.answer = failing("unauthorized")
    rounds = await asyncio.gather(*(collect(store, slow, LAB) for store in stores))
    assert [states[0].error and states[0].error.code for states in rounds] == ["unauthorized"] * 3
    assert len(slow.visits) == 1


async def test_all_due_gateways_are_asked_at_once(stores: list[SqliteStore], slow: Network) -> None:
    many = [gateway(f"g{number}") for number in range(50)]
    loop = asyncio.get_running_loop()
    started = loop.time()
    told: list[State] = []
    states = await collect(stores[0], slow, *many, on_state=told.append)
    assert loop.time() - started < 1
    assert len(told) == len(states) == 50


async def test_the_one_gateway_of_two_definitions_is_asked_once(
    stores: list[SqliteStore], slow: Network
) -> None:
    states = await collect(stores[0], slow, LAB, LAB)
    assert [used(state) for state in states] == [12, 12]
    assert len(slow.visits) == 1


async def test_a_killed_owner_costs_one_lease(stores: list[SqliteStore], slow: Network) -> None:
    assert claim(stores[0], LAB, "killed", at=now(), lease=0.5) is not None
    loop = asyncio.get_running_loop()
    started = loop.time()
    rounds = await asyncio.gather(*(collect(store, slow, LAB) for store in stores[1:]))
    assert [used(states[0]) for states in rounds] == [12, 12]
    assert len(slow.visits) == 1
    assert 0.4 < loop.time() - started < 0.5 + 0.1 + 3 * SLOWEST_TURN


async def test_a_neighbour_does_not_wait_for_it(stores: list[SqliteStore], slow: Network) -> None:
    claim(stores[0], LAB, "killed", at=now(), lease=0.5)
    told: list[str] = []
    await collect(stores[1], slow, LAB, CAMPUS, on_state=lambda state: told.append(state.gateway.id))
    assert told == ["campus", "lab"]


async def test_an_owner_without_end_is_given_up(stores: list[SqliteStore], slow: Network) -> None:
    """One that renews its lease for ever, say: nobody waits longer than two leases of their own."""
    one = gateway("lab", timeout=-1.7)  # a lease of 0.3 s
    keep(stores[0], one, reading(50, at=datetime.fromtimestamp(now() - 100, UTC)))
    loop = asyncio.get_running_loop()
    started = loop.time()

    async def renew() -> None:
        while True:
            head = stored_head(stores[0], one)
            assert head is not None
            stores[0]._db.execute("UPDATE readings SET lease_owner = 'you', lease_until = ?", (now() + 0.25,))
            await asyncio.sleep(0.02)

    renewing = asyncio.create_task(renew())
    await asyncio.sleep(0)
    (state,) = await collect(stores[1], slow, one)
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)
    assert used(state) == 50
    assert state.error is not None
    assert (state.error.code, state.error.message) == (
        "timeout",
        "another process is asking, and does not get done",
    )
    assert slow.visits == []
    assert LEASES_WAITED * 0.3 < loop.time() - started < LEASES_WAITED * 0.3 + 3 * SLOWEST_TURN


async def test_what_changed_after_the_first_look_is_taken_as_it_is(
    stores: list[SqliteStore], slow: Network
) -> None:
    """The claim fails, because there has been an outcome in between."""
    claim(stores[0], LAB, "you", at=now())
    waiting = asyncio.create_task(collect(stores[1], slow, LAB))
    await asyncio.sleep(0.02)
    head = stored_head(stores[0], LAB)
    assert head is not None
    stores[0].save([outcome(head, LAB, reading(77, at=clock()), at=now())], "you")
    (state,) = await waiting
    assert used(state) == 77
    assert slow.visits == []


async def test_who_is_cancelled_lets_go(stores: list[SqliteStore]) -> None:
    network = Network()
    network.pause = 60
    asking = asyncio.create_task(collect(stores[0], network, LAB))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    head = stored_head(stores[1], LAB)
    assert head is not None
    assert (head.lease_until, head.revision) == (None, 0)


async def test_a_gateway_that_lacks_its_key_is_free_for_others_at_the_end(stores: list[SqliteStore]) -> None:
    def locked() -> Secret:
        raise RuntimeError("the keyring is on fire")

    key = Key(deferred=locked, stamp=Secret("{keyring:lab/me}"))
    one = Gateway(id="lab", base_url="https://lab.example.org/v1", key=key)
    (state,) = await collect(stores[0], Network(), one)
    assert state.error is not None
    assert state.error.code == "preset_error"
    head = stored_head(stores[1], one)
    assert head is not None
    assert head.lease_until is None


async def test_a_client_that_takes_long_to_load_costs_no_lease(
    stores: list[SqliteStore], slow: Network
) -> None:
    class Heavy(Network):
        @asynccontextmanager
        async def __call__(self) -> AsyncIterator[Transport]:
            time.sleep(0.5)  # noqa: ASYNC251  (as an import does)
            async with slow() as transport:
                yield transport

    one = gateway("lab", timeout=-1.6)  # a lease of 0.4 s
    slow.pause = 0.2
    asking = asyncio.create_task(collect(stores[0], Heavy(), one))
    await asyncio.sleep(0.05)
    (state,) = await collect(stores[1], slow, one)
    assert used(state) == 12
    await asking
    assert len(slow.visits) == 1


async def test_trouble_with_the_store_ends_the_round(slow: Network) -> None:
    store = SqliteStore.in_memory()
    asking = asyncio.create_task(collect(store, slow, LAB))
    await asyncio.sleep(0.05)
    store.close()
    with pytest.raises(StoreError):
        await asking


async def test_trouble_of_the_listener_ends_the_round(stores: list[SqliteStore], slow: Network) -> None:
    def listener(state: State) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await collect(stores[0], slow, LAB, on_state=listener)
    head = stored_head(stores[0], LAB)
    assert head is not None
    assert head.lease_until is None
    assert head.observed_at is not None, "it was kept before it was told"


async def test_a_lease_covers_the_wait_for_a_turn(stores: list[SqliteStore], slow: Network) -> None:
    same = [gateway(f"s{number}", base_url="https://one.example.org", timeout=1.0) for number in range(17)]
    others = [gateway(f"o{number}", timeout=1.0) for number in range(MAX_SOCKETS)]
    key = Key(deferred=lambda: Secret("sk-test-1"), stamp=Secret("{keyring:a/b}"))
    first = Gateway(id="first", base_url="https://first.example.org", key=key, timeout=1.0)
    every = (first, *same, *others[:-1])
    started = now()
    asking = asyncio.create_task(collect(stores[0], slow, *every))
    await asyncio.sleep(0.05)
    heads = {head.gateway_id: head for head in stores[1].heads([one.id for one in every])}
    lengths = {name: round((head.lease_until or 0) - started) for name, head in heads.items()}
    assert [lengths[name] for name in ("s0", "s7", "s8", "s16")] == [3, 3, 4, 5]
    assert (lengths["o0"], lengths[f"o{MAX_SOCKETS - 2}"]) == (3, 4)
    assert lengths["first"] == 3 + KEY_SECONDS
    assert MAX_SOCKETS_PER_ORIGIN == 8
    await asking


async def test_waiting_for_a_socket_costs_nobody_the_deadline() -> None:
    """Forty visits to one origin, eight at a time, a tenth of a second each: all are answered within 0.4 s of
    their own, though the last began after half a second."""
    running, most = 0, 0

    async def answer(_: web.BaseRequest) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        return web.json_response(QUOTA)

    with LoopbackServer(answer) as server:
        many = [gateway(f"g{number}", base_url=server.url, timeout=0.4) for number in range(40)]
        states = await collect_async(
            many, store=SqliteStore.in_memory(), transport=lambda: HttpTransport({}), clock=clock
        )
    assert [used(state) for state in states] == [12] * 40
    assert most == 8

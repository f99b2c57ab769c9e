"""The bound on sockets, counted where they arrive."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from types import SimpleNamespace

import aiohttp
import pytest

from gaugeway.transport.connector import BoundedConnector

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Start = Callable[[int], Awaitable[list[str]]]


class Counted(asyncio.Protocol):
    """A server's side of a connection; ``open`` and ``most`` count over all of them."""

    open = most = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Counted.open += 1
        Counted.most = max(Counted.most, Counted.open)

    def connection_lost(self, exc: Exception | None) -> None:
        Counted.open -= 1

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(0.005, self.transport.write, ANSWER)


@pytest.fixture
async def origins() -> AsyncIterator[Start]:
    Counted.open = Counted.most = 0
    async with AsyncExitStack() as stack:

        async def start(count: int) -> list[str]:
            urls = []
            for number in range(1, count + 1):
                host = f"127.0.0.{number}"
                server = await asyncio.get_running_loop().create_server(Counted, host, 0)
                stack.callback(server.close)
                urls.append(f"http://{host}:{server.sockets[0].getsockname()[1]}/")
            return urls

        yield start


async def get(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        assert await response.read() == b"{}"


async def test_idle_sockets_make_room_for_new_ones(origins: Start) -> None:
    urls = await origins(12)
    async with aiohttp.ClientSession(connector=BoundedConnector(limit=4)) as session:
        for url in (*urls, *urls):
            await get(session, url)
        await asyncio.gather(*(get(session, url) for url in urls * 3))
    assert Counted.most == 4


async def test_an_idle_socket_is_used_again(origins: Start) -> None:
    urls = await origins(2)
    async with aiohttp.ClientSession(connector=BoundedConnector(limit=2)) as session:
        await get(session, urls[0])
        await get(session, urls[1])
        before = [len(kept) for kept in session.connector._conns.values()] if session.connector else []
        await get(session, urls[0])
    assert before == [1, 1]
    assert Counted.most == 2


@pytest.mark.parametrize("conns", [None, 5, {"origin": "a socket"}, {"origin": []}], ids=str)
async def test_an_aiohttp_that_keeps_its_sockets_otherwise_still_connects(
    origins: Start, conns: object
) -> None:
    class Otherwise(BoundedConnector):
        async def _make_room(self) -> None:
            theirs = SimpleNamespace(limit=0, _acquired=(), **({} if conns is None else {"_conns": conns}))
            await BoundedConnector._make_room(theirs)  # type: ignore[arg-type]  # as a later version may look

    async with aiohttp.ClientSession(connector=Otherwise(limit=2)) as session:
        for url in await origins(3):
            await get(session, url)

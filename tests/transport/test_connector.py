"""The bound on sockets, counted where they are made and closed."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp.connector import AddrInfoType

from gaugeway.transport.connector import BoundedConnector

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LAST_ANSWER = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
Start = Callable[..., Awaitable[list[str]]]


class Sockets:
    """Makes a connector's sockets; ``most`` is how many there were at once. Whom they lead to can't tell:
    the end of one and the beginning of the next may arrive there in either order.
    """

    open = most = 0

    def make(self, address: AddrInfoType) -> socket.socket:
        counts = self

        class Counted(socket.socket):
            def close(self) -> None:
                counts.open -= self.fileno() != -1
                super().close()

        self.open += 1
        self.most = max(self.most, self.open)
        return Counted(*address[:3])


class Server(asyncio.Protocol):
    """Answers after a moment, and may end the connection with every so many answers."""

    def __init__(self, ends_after: int) -> None:
        self.left = ends_after

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.left -= 1
        answer = LAST_ANSWER if self.left == 0 else ANSWER
        asyncio.get_running_loop().call_later(0.005, self.transport.write, answer)


@pytest.fixture
async def origins() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def start(count: int, ends_after: int = -1) -> list[str]:
            urls = []
            for number in range(1, count + 1):
                host = f"127.0.0.{number}"
                server = await asyncio.get_running_loop().create_server(lambda: Server(ends_after), host, 0)
                stack.callback(server.close)
                urls.append(f"http://{host}:{server.sockets[0].getsockname()[1]}/")
            return urls

        yield start


async def get(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        assert await response.read() == b"{}"


@pytest.mark.parametrize("ends_after", [-1, 2], ids=["kept open", "ended by the gateway"])
async def test_there_are_never_more_sockets_than_allowed(origins: Start, ends_after: int) -> None:
    urls = await origins(12, ends_after)
    sockets = Sockets()
    connector = BoundedConnector(limit=4, socket_factory=sockets.make)
    async with aiohttp.ClientSession(connector=connector) as session:
        for url in (*urls, *urls):
            await get(session, url)
        await asyncio.gather(*(get(session, url) for url in urls * 3))
    assert sockets.most == 4
    assert sockets.open == 0


async def test_an_idle_socket_is_used_again(origins: Start) -> None:
    urls = await origins(2)
    async with aiohttp.ClientSession(connector=BoundedConnector(limit=2)) as session:
        await get(session, urls[0])
        await get(session, urls[1])
        before = [len(kept) for kept in session.connector._conns.values()] if session.connector else []
        await get(session, urls[0])
        after = [len(kept) for kept in session.connector._conns.values()] if session.connector else []
    assert before == after == [1, 1]


@pytest.mark.parametrize("conns", [None, 5, {"origin": "a socket"}, {"origin": []}], ids=str)
async def test_an_aiohttp_that_keeps_its_sockets_otherwise_still_connects(
    origins: Start, conns: object
) -> None:
    class Otherwise(BoundedConnector):
        def _make_room(self) -> None:
            theirs = SimpleNamespace(limit=0, _acquired=(), **({} if conns is None else {"_conns": conns}))
            BoundedConnector._make_room(theirs)  # type: ignore[arg-type]  # as a later version may look

    async with aiohttp.ClientSession(connector=Otherwise(limit=2)) as session:
        for url in await origins(3):
            await get(session, url)

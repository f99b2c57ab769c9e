"""The loopback server that every network test stands on."""

import asyncio
import http.client
import socket
import threading
import time
from contextlib import ExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from gaugeway.testing.server import LoopbackServer


def fetch(server: LoopbackServer, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", path, headers={"X-Two-Words": "yes"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


async def hang(_request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError


def test_a_table_answers_json_and_handlers_and_404() -> None:
    async def teapot(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=418, text="short and stout")

    with LoopbackServer({"/quota": {"tokens": None}, "/null": None, "/tea": teapot}) as server:
        assert fetch(server, "/quota") == (200, b'{"tokens": null}')
        assert fetch(server, "/null") == (200, b"null")
        assert fetch(server, "/tea") == (418, b"short and stout")
        assert fetch(server, "/other")[0] == 404


def test_it_records_what_was_sent_as_it_was_sent() -> None:
    with LoopbackServer({}) as server:
        fetch(server, "/a%2Fb//c?x=1&y=%20")
        (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/a%2Fb//c")
    assert request.query == {"x": "1", "y": " "}
    assert request.headers["x-two-words"] == "yes"


async def test_it_serves_async_clients_at_once() -> None:
    async def slow(_request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.05)
        return web.json_response({})

    async def get(session: aiohttp.ClientSession, url: str) -> Any:
        async with session.get(url) as response:
            return await response.json()

    with LoopbackServer(slow) as server:
        async with aiohttp.ClientSession() as session:
            started = time.perf_counter()
            await asyncio.gather(*(get(session, server.url) for _ in range(20)))
    assert time.perf_counter() - started < 0.5
    assert len(server.requests) == 20


def test_it_ends_although_a_handler_hangs_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with ExitStack() as stack:
        server = stack.enter_context(LoopbackServer(hang))
        host, _, port = server.url.removeprefix("http://").partition(":")
        client = socket.create_connection((host, int(port)))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not server.requests:
            time.sleep(0.001)
        started = time.perf_counter()
    assert time.perf_counter() - started < 0.5
    with client:
        assert client.recv(1) == b""
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_each_loopback_address_is_an_origin_of_its_own() -> None:
    with LoopbackServer({}) as first, LoopbackServer({}, host="127.0.0.2") as second:
        assert second.url.startswith("http://127.0.0.2:")
        fetch(second, "/")
    assert (len(first.requests), len(second.requests)) == (0, 1)


def test_a_port_in_use_is_said() -> None:
    with LoopbackServer({}) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), LoopbackServer({}, port=port):
            pass

"""A real HTTP server on loopback, in a thread of its own: it serves sync tests, async tests and subprocesses
alike, and ends with the ``with`` block.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

import msgspec
from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Routes = Mapping[str, Any]


class Request(msgspec.Struct, frozen=True):
    """One request as it came in. Header names are lower case; ``query`` keeps the first of equal names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


class LoopbackServer:
    """``with LoopbackServer(handler) as server:`` answers at ``server.url`` until the block ends.

    ``handler``: an aiohttp handler for every path, or a mapping from path to a handler or to JSON that is
    answered with 200; a path that is not in it gets 404. What was asked is in ``requests``, in order.
    ``host`` may be any loopback address (127.0.0.2 is an origin of its own); ``port`` 0 takes a free one.
    """

    def __init__(self, handler: Handler | Routes, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._host, self._port = host, port
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        """``http://HOST:PORT``, without a trailing slash. Known once started."""
        return f"http://{self._host}:{self._port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name=f"loopback {self._host}", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop, self._stop = runner.get_loop(), asyncio.Event()
            runner.run(self._serve())

    async def _serve(self) -> None:
        # The low-level server: a router would normalise paths, and a test wants to see what was sent.
        # A handler that hangs is cut off at once (a timeout of 0 would wait for it for ever).
        server = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.005)
        await server.setup()
        try:
            site = web.TCPSite(server, self._host, self._port, backlog=1024)
            await site.start()
            self._port = server.addresses[0][1]
            self._started.set()
            await self._stop.wait()
        except OSError as error:
            self._failure = error
            self._started.set()
        finally:
            await server.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = request.raw_path.partition("?")[0]
        self.requests.append(Request(request.method, path, dict(request.query), headers))
        found: Any = self._handler
        if isinstance(found, Mapping):
            if request.path not in found:
                return web.json_response({"detail": "Not Found"}, status=404)
            found = found[request.path]
        response: web.StreamResponse = await found(request) if callable(found) else web.json_response(found)
        return response

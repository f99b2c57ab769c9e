"""Name resolution that never holds the process: getaddrinfo can't be cancelled, so it runs in a daemon
thread of its own. (The default executor is joined at exit, and a hanging resolver would hang with it.)
"""

import asyncio
import socket
from collections.abc import Callable
from threading import Thread
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

Lookup = Callable[..., list[tuple[Any, ...]]]

_LOOPBACK = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


class DaemonResolver(AbstractResolver):
    """Resolves through ``lookup`` (getaddrinfo's signature). ``localhost`` is loopback without asking:
    plain HTTP goes to that name, so no resolver may send it elsewhere.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host == "localhost":
            return [_result(host, address, port, kind) for address, kind in _LOOPBACK]
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[tuple[Any, ...]]] = loop.create_future()

        def deliver(found: list[tuple[Any, ...]] | None, error: OSError | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(found or [])

        def work() -> None:
            found: list[tuple[Any, ...]] | None = None
            failure: OSError | None = None
            try:
                found = self._lookup(host, port, type=socket.SOCK_STREAM, family=family)
            except OSError as error:
                failure = error
            except UnicodeError:  # an empty or overlong label
                failure = OSError(None, "not a host name")
            try:
                loop.call_soon_threadsafe(deliver, found, failure)
            except RuntimeError:
                return  # nobody waits any more: the loop has ended

        Thread(target=work, name=f"resolve {host}", daemon=True).start()
        return [_result(host, str(row[4][0]), port, row[0]) for row in await future]

    async def close(self) -> None:
        """Nothing is held open."""


def _result(host: str, address: str, port: int, family: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )

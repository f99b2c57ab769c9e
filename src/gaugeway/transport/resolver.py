"""Name resolution that never holds the process: getaddrinfo can't be cancelled."""

import socket
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from gaugeway.transport.daemon import in_daemon_thread

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

        def look() -> list[tuple[Any, ...]]:
            try:
                return self._lookup(host, port, type=socket.SOCK_STREAM, family=family)
            except UnicodeError:  # an empty or overlong label
                raise OSError(None, "not a host name") from None

        rows = await in_daemon_thread(look, f"resolve {host}")
        return [_result(host, str(row[4][0]), port, row[0]) for row in rows]

    async def close(self) -> None:
        """Nothing is held open."""


def _result(host: str, address: str, port: int, family: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )

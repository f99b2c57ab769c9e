"""Never more sockets than allowed, those included that are kept open for a next request."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler


# Bytes that are read at once. asyncio's own 256 KiB are more than malloc keeps at hand: each answer would map
# fresh memory, touch it and give it back, which costs as much as sending and receiving it.
_AT_ONCE = 64 * 1024


class BoundedConnector(aiohttp.TCPConnector):
    """aiohttp counts the sockets in use against ``limit``, and keeps any number of idle ones beside them: a
    thousand origins would leave a thousand. Here the idle one that waits longest makes room for a new one.

    It has no public way to do that. A version that keeps its connections otherwise bounds those in use alone,
    and a loop whose transports have no ``max_size`` reads as it likes.
    """

    async def _create_connection(self, *args: Any, **kwargs: Any) -> "ResponseHandler":
        with suppress(AttributeError, LookupError, TypeError, ValueError):
            self._make_room()
        await asyncio.sleep(0)  # that is when sockets are really closed: also those that just made room
        protocol = await super()._create_connection(*args, **kwargs)
        transport: Any = protocol.transport
        with suppress(AttributeError):
            transport.max_size = _AT_ONCE
        return protocol

    def _make_room(self) -> None:
        # The new connection is counted already: it holds a place among those in use.
        while self._conns and len(self._acquired) + sum(map(len, self._conns.values())) > self.limit:
            key, kept = min(self._conns.items(), key=lambda item: item[1][0][1])
            protocol, _ = kept.popleft()
            if not kept:
                del self._conns[key]
            protocol.abort()  # nobody waits for it; close() may go on for half a minute of TLS farewells

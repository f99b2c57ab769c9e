"""Never more sockets than allowed, those included that are kept open for a next request."""

import asyncio
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler


class BoundedConnector(aiohttp.TCPConnector):
    """aiohttp counts the sockets in use against ``limit``, and keeps any number of idle ones beside them: a
    thousand origins would leave a thousand. Here the idle one that waits longest makes room for a new one.
    """

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  (aiohttp's signature)
    ) -> "ResponseHandler":
        # The new connection is counted already: it holds a place among those in use.
        while self._conns and len(self._acquired) + sum(map(len, self._conns.values())) > self.limit:
            key, kept = min(self._conns.items(), key=lambda item: item[1][0][1])
            protocol, _ = kept.popleft()
            if not kept:
                del self._conns[key]
            protocol.close()
            await asyncio.sleep(0)  # that is when the socket is really closed
        return await super()._create_connection(req, traces, timeout)

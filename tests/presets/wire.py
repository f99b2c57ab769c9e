"""The recorded exchanges over real sockets: the real transport asks a loopback server that replays them."""

import asyncio
from collections.abc import Sequence
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from tests.presets.replay import SECRET, Exchange, read

from gaugeway.errors import ReadError
from gaugeway.presets import find
from gaugeway.readings import Reading
from gaugeway.testing.server import LoopbackServer, Request
from gaugeway.transport import Origin, Target, parse_base_url
from gaugeway.transport.http import HttpTransport


class Wire:
    """One server for many exchanges, one after the other."""

    def __init__(self) -> None:
        self._server = LoopbackServer(self._answer)
        self._exchange = Exchange(())

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)

    @property
    def host(self) -> str:
        return urlsplit(self._server.url).netloc

    def read(self, preset: str, exchange: Exchange) -> Reading | ReadError:
        self._exchange = exchange
        self._server.requests.clear()
        return asyncio.run(self._read(preset, exchange))

    @property
    def requests(self) -> Sequence[Request]:
        """What the last reading asked."""
        return tuple(self._server.requests)

    async def _read(self, preset: str, exchange: Exchange) -> Reading | ReadError:
        base_url = parse_base_url(self._server.url + urlsplit(exchange.base_url).path)
        target = Target(
            base_url=base_url,
            origin=Origin.of(base_url),
            secret=SECRET,
            auth=find(preset).auth,
            timeout=30,
        )
        try:
            async with (
                HttpTransport({}, clock=lambda: exchange.now) as transport,
                transport.visit(target) as ask,
            ):
                return await read(preset, exchange, ask)
        except ReadError as error:  # the deadline's
            return error

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        path, _, query = request.raw_path.partition("?")
        answer = self._exchange.answer_to(path, dict(parse_qsl(query, keep_blank_values=True)))
        kind = "application/json" if answer.is_json else "text/plain"
        headers = {"content-type": kind} | {k.lower(): v for k, v in answer.plain_headers.items()}
        return web.Response(status=answer.status, headers=headers, body=answer.content)

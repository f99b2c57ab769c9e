"""The one guarded GET, on aiohttp. Imported only when something is read live (185 ms)."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Self

import aiohttp
from yarl import URL

from gaugeway import __version__
from gaugeway.amounts import decode
from gaugeway.errors import ReadError, SetupError
from gaugeway.transport.asking import MAX_SOCKETS, MAX_SOCKETS_PER_ORIGIN, Ask, Base, Reply, Target
from gaugeway.transport.body import MAX_BODY, read_body
from gaugeway.transport.connector import BoundedConnector
from gaugeway.transport.origin import Origin, join
from gaugeway.transport.outcome import error_for, fault_for
from gaugeway.transport.proxy import proxy_for
from gaugeway.transport.resolver import DaemonResolver, Lookup

MAX_REQUESTS = 8
MAX_TOTAL = 1024 * 1024

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"gaugeway/{__version__}",
}
_NO_TIMEOUT = aiohttp.ClientTimeout()  # a visit has one deadline of its own; aiohttp's would be a second


class HttpTransport:
    """Reads gateways within one event loop; use as an async context manager.

    ``environ`` is where proxies are looked up, ``lookup`` resolves names (in a daemon thread: a hanging
    resolver never holds the process), ``clock`` tells when a dated Retry-After is over.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        lookup: Lookup = socket.getaddrinfo,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.clock = clock
        self._lookup = lookup
        self._proxy = cache(partial(proxy_for, environ=environ))
        self._trust = cache(_trust)

    async def __aenter__(self) -> Self:
        connector = BoundedConnector(
            limit=MAX_SOCKETS, limit_per_host=MAX_SOCKETS_PER_ORIGIN, resolver=DaemonResolver(self._lookup)
        )
        self.session = aiohttp.ClientSession(
            connector=connector,
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_NO_TIMEOUT,
            auto_decompress=False,
            trust_env=False,  # proxies are chosen by proxy_for; .netrc is never read
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    @asynccontextmanager
    async def visit(self, target: Target) -> AsyncIterator[Ask]:
        """One reading's worth of asking, with one deadline: who has more of them at once than there may be
        sockets lets some of them wait on their own time.
        """
        secure = target.origin.scheme == "https"
        options = {
            "headers": _credential(target),
            "proxy": self._proxy(target.origin),
            "ssl": self._trust(target.ca_file) if secure and target.ca_file is not None else True,
        }
        try:
            async with asyncio.timeout(target.timeout) as deadline:
                yield _Visit(self, target, options)
        except TimeoutError:
            if not deadline.expired():  # a preset's own
                raise
            message = f"{target.origin} did not answer within {target.timeout:g} s"
            raise ReadError("timeout", message) from None


class _Visit:
    """The Ask of one reading: one key, one origin, one deadline, eight requests, one MiB."""

    def __init__(self, transport: HttpTransport, target: Target, options: Mapping[str, Any]) -> None:
        self._transport = transport
        self._target = target
        self._redact = str if target.secret is None else target.secret.redact
        self._options = options
        self._requests = 0
        self._room = MAX_TOTAL

    async def __call__(self, path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply:
        self._requests += 1
        if self._requests > MAX_REQUESTS:
            raise ReadError("preset_error", f"more than {MAX_REQUESTS} requests for one reading")
        target, transport = self._target, self._transport
        url = URL(join(target.base_url, path, base), encoded=True)
        _check(url, target.origin)
        try:
            response = await transport.session.get(url, allow_redirects=False, **self._options)
            try:
                return await self._reply(response, path, accept)
            finally:
                response.release()  # to be used again, or closed where something was left unread
        except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
            raise fault_for(error, target.origin) from None

    async def _reply(self, response: aiohttp.ClientResponse, path: str, accept: Collection[int]) -> Reply:
        status = response.status
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            # A list may be split over several lines (RateLimit often is, behind two proxies): one list.
            earlier = headers.get(lower := name.lower())
            headers[lower] = self._redact(value if earlier is None else f"{earlier}, {value}")
        shown = path.partition("?")[0]
        accepted, body = status in accept, b""
        if accepted or status >= 400:
            try:
                body = await read_body(response, min(MAX_BODY, self._room))
            except ReadError:  # what a refusal says at such length is not worth knowing
                if accepted:
                    raise
            self._room -= len(body)
        json = self._json(headers, body, shown, needed=accepted and status == 200)
        if not accepted:
            raise error_for(status, headers, json, path=shown, now=self._transport.clock())
        return Reply(status, headers, json, shown)

    def _json(self, headers: Mapping[str, str], body: bytes, path: str, *, needed: bool) -> Any:
        kind = headers.get("content-type", "").partition(";")[0].partition(",")[0].strip().lower()
        is_json = kind in {"application/json", "text/json"} or (
            kind.startswith("application/") and kind.endswith("+json")
        )
        if not is_json or not body:
            if needed:
                what = f"a body of type {kind[:40] or 'unknown'}" if body else "nothing"
                raise ReadError("not_json", f"{path} answered with {what} instead of JSON")
            return None
        try:
            value = decode(body)
        except ReadError as error:
            if needed:
                raise ReadError(error.code, f"{path}: {error.message}") from None
            return None
        secret = self._target.secret
        if secret is None or not (secret.reveal().encode() in body or b"\\" in body):
            return value
        return _redacted(value, self._redact)


def _trust(ca_file: str) -> ssl.SSLContext:
    """The system's authorities and those of ``ca_file``."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:
        what = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise SetupError("invalid_config", f"ca_file {ca_file}: {what}") from None
    return context


def _check(url: URL, origin: Origin) -> None:
    """The last look before sending: what aiohttp is about to connect to is where the key belongs."""
    if (url.scheme, url.host, url.port) != (origin.scheme, origin.host, origin.port) or url.user is not None:
        raise ReadError("preset_error", "the path leads away from the gateway's origin; nothing was sent")


def _credential(target: Target) -> dict[str, str]:
    if target.secret is None:
        return {}
    key = target.secret.reveal()
    if not key.isascii() or not key.isprintable():
        raise SetupError("invalid_config", "the key contains characters that no header can carry")
    if target.auth == "bearer":
        return {"Authorization": f"Bearer {key}"}
    return {"Authorization" if target.auth == "raw" else target.auth.removeprefix("header:"): key}


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(name): _redacted(item, redact) for name, item in value.items()}
    return value

"""What goes wrong with gateways, as handlers for a `LoopbackServer`: each misbehaves in one way."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gaugeway.testing.server import Handler

QUOTA = {"key": "demo", "tokens": {"limit": 100_000, "used": 25_000}}
_JSON = {"Content-Type": "application/json"}


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    """``body`` as JSON; bytes as they are (``headers`` then say what they claim to be, default JSON)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def handler(_request: web.BaseRequest) -> web.Response:
        return web.Response(body=content, status=status, headers={**_JSON, **(headers or {})})

    return handler


def script(*handlers: Handler) -> Handler:
    """The first request gets the first handler, and so on; the last one goes on for ever."""
    left = list(handlers)

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return handler


def slow(seconds: float, then: Handler | None = None) -> Handler:
    """Answers properly, but late."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await (then or answer(QUOTA))(request)

    return handler


def hanging() -> Handler:
    """Accepts the connection and never answers."""
    return slow(3600)


def dripping(every: float = 0.1) -> Handler:
    """Sends a proper answer one byte at a time, with ``every`` seconds between them."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = await _begin(request, len(json.dumps(QUOTA)))
        for byte in json.dumps(QUOTA).encode():
            await asyncio.sleep(every)
            await response.write(bytes([byte]))
        return response

    return handler


def truncated() -> Handler:
    """Promises more than it sends, and closes."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = await _begin(request, 1000)
        await response.write(json.dumps(QUOTA).encode())
        return _close(request, response)

    return handler


def closed() -> Handler:
    """Closes the connection without a word."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return _close(request, web.Response())

    return handler


def garbage() -> Handler:
    """Answers, but not in HTTP."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"SSH-2.0-something-else\r\n")
        return _close(request, web.Response())

    return handler


def unauthorized() -> Handler:
    """401: the key is not accepted."""
    return answer({"error": {"message": "Invalid API key", "type": "auth_error"}}, 401)


def too_many(retry_after: int = 30) -> Handler:
    """429 that says how many seconds to stay away."""
    return answer({"error": {"message": "Too many requests"}}, 429, {"Retry-After": str(retry_after)})


def redirect(to: str) -> Handler:
    """302 to another address: the trap for a key."""
    return answer({}, 302, {"Location": to})


def zeros() -> Handler:
    """200 with zeros and nulls, as from an endpoint that answers anybody."""
    return answer({"data": {"limit": 0, "used": 0, "remaining": 0}, "tokens": None, "cost": None})


def failure_with_200() -> Handler:
    """200 with a body that reports a failure."""
    return answer({"success": False, "error": {"message": "no such plan"}})


def html() -> Handler:
    """200 with a web page, as from a front end that answers every path."""
    return answer(b"<!doctype html><title>Welcome</title>", 200, {"Content-Type": "text/html"})


def wrong_type() -> Handler:
    """JSON that claims to be plain text."""
    return answer(QUOTA, 200, {"Content-Type": "text/plain"})


def huge_headers() -> Handler:
    """100 KB of header before a small answer."""
    return answer(QUOTA, 200, {"X-Padding": "x" * 100_000})


def gzip_bomb(size: int = 50_000_000) -> Handler:
    """Some KB on the wire that unfold to ``size`` bytes."""
    return answer(gzip.compress(b" " * size, 9), 200, {"Content-Encoding": "gzip"})


def brackets(depth: int = 100_000) -> Handler:
    """JSON nested so deep that a recursive parser would fall over."""
    return answer(b"[" * depth + b"]" * depth)


def early_reset(resets_at: str) -> Handler:
    """Nearly everything used, then, long before ``resets_at`` (ISO 8601), nearly nothing."""
    spent, fresh = ({"limit": 100_000, "used": used, "resets_at": resets_at} for used in (95_000, 100))
    return script(answer({"tokens": spent}), answer({"tokens": fresh}))


async def _begin(request: web.BaseRequest, length: int) -> web.StreamResponse:
    response = web.StreamResponse(headers={**_JSON, "Content-Length": str(length)})
    await response.prepare(request)
    return response


def _close(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return response

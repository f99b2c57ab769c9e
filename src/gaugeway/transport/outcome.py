"""What an HTTP status and body mean as one of the contract's errors."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from gaugeway.amounts import clean
from gaugeway.errors import ReadError
from gaugeway.transport.asking import Reply
from gaugeway.transport.origin import Origin

MAX_RETRY_AFTER = 24 * 3600.0

# What products say, whatever the status: LiteLLM `type: expired_key` and `token_not_found_in_db`, sub2api
# `code: INVALID_API_KEY` and `API_KEY_EXPIRED`, one-api and new-api in words. Only error bodies get here.
_EXPIRED = re.compile(
    r"expired[ _]?(api[ _]?)?(key|token)|(key|token)[^.:]{0,40}[ _]expired|过期", re.IGNORECASE
)
_INVALID = re.compile(
    r"invalid[ _]?(proxy server |virtual |access )?(api[ _]?)?(key|token)\b"
    r"|(key|token)[ _](is |was )?(invalid|not[ _]found|not[ _]valid|disabled|revoked)"
    r"|incorrect api key|no such (key|token)|无效的令牌|令牌(已|状态)",
    re.IGNORECASE,
)


def error_for(status: int, headers: Mapping[str, str], body: Any, *, path: str, now: datetime) -> ReadError:
    """The error of an answer that was not accepted. ``body``: its JSON without the key, or None."""
    said = message_of(body)
    detail = f": {said}" if said else ""
    code = _code(status, f"{_type_of(body)} {said}")
    retry_after = retry_after_of(headers, now) if code in {"rate_limited", "server_error"} else None
    return ReadError(code, f"{path} answered {status}{detail}", retry_after=retry_after)


def _code(status: int, said: str) -> str:
    if 300 <= status < 400:
        return "redirect"
    if _EXPIRED.search(said):
        return "key_expired"
    if status == 401 or _INVALID.search(said):
        return "unauthorized"
    named = {403: "forbidden", 404: "not_found", 405: "not_found", 429: "rate_limited"}
    if status in named:
        return named[status]
    if status >= 500:
        return "server_error"
    return "client_error" if status >= 400 else "gateway_error"


def reported_failure(reply: Reply) -> ReadError:
    """The error of a body that reports a failure under a status that does not (a 200, say)."""
    said = message_of(reply.json)
    code = _code(200, f"{_type_of(reply.json)} {said}")
    return ReadError(code, f"{reply.path} reports a failure" + (f": {said}" if said else ""))


def fault_for(error: BaseException, origin: Origin) -> ReadError:
    """The error of a connection that failed. The client's own words stay inside: they may quote a URL."""
    import ssl

    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ReadError("dns", f"the name {origin.host} does not resolve")
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError)):
        why = getattr(error, "certificate_error", error)
        reason = getattr(why, "verify_message", "") or "not trusted"
        return ReadError("tls", f"the certificate of {origin} is not accepted: {clean(str(reason))}")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return ReadError("tls", f"no TLS connection with {origin}")
    if isinstance(error, (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)):
        status = f" (it answered {error.status})" if isinstance(error, aiohttp.ClientHttpProxyError) else ""
        return ReadError("connect", f"the proxy does not connect to {origin}{status}", "check HTTPS_PROXY")
    if isinstance(error, aiohttp.ClientConnectorError):
        return ReadError("connect", f"{origin} refused the connection or can't be reached")
    if isinstance(error, (aiohttp.ClientOSError, ConnectionError)):
        return ReadError("connect", f"the connection to {origin} was cut")
    return ReadError("protocol", f"{origin} did not answer in proper HTTP")


def message_of(body: Any) -> str:
    """What an error body says, cleaned: ``error.message``, ``error``, ``message``, ``msg`` or ``detail``."""
    if not isinstance(body, dict):
        return ""
    for name in ("error", "message", "msg", "detail", "reason"):
        value = body.get(name)
        if isinstance(value, dict):
            value = value.get("message") or value.get("error")
        if isinstance(value, str) and value.strip():
            return clean(value)
    return ""


def _type_of(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    places = (body, error) if isinstance(error, dict) else (body,)
    words = (place.get(name) for place in places for name in ("type", "code", "status"))
    return " ".join(word for word in words if isinstance(word, str))[:200]


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to stay away (``Retry-After`` as seconds or date), capped at 24 h; None where not said."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), MAX_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), MAX_RETRY_AFTER)

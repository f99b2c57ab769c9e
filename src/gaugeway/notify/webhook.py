"""A webhook in LiteLLM's manner: whoever receives the budget events of a LiteLLM proxy receives ours.

Field names and events as in https://docs.litellm.ai/docs/proxy/alerting (``WebhookEvent`` in
litellm/proxy/_types.py). What LiteLLM has no event for is not sent. The URL is the user's own receiver: the
one place to which anything is ever posted.
"""

import asyncio
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gaugeway import __version__
from gaugeway.alerts.facts import Facts
from gaugeway.errors import DeliveryError, SetupError
from gaugeway.sources.environment import Environment
from gaugeway.transport import Origin
from gaugeway.transport.proxy import proxy_for

SECONDS = 10.0

# The scopes that LiteLLM calls otherwise.
_GROUPS = {"member": "team_member", "model": "key", "account": "proxy", "gateway": "proxy"}


def budget_event(facts: Facts) -> dict[str, Any]:
    """``token``: a hash, never the key. Amounts are in the meter's unit; null is unknown."""
    ends = None if facts.runs_out_at is None else facts.runs_out_at[1]
    event = "budget_crossed" if facts.level == "exhausted" else "threshold_crossed"
    return {
        # LiteLLM's own is always a number: a strict receiver should take the test.
        "spend": _number("0" if facts.event == "test" else facts.used),
        "max_budget": _number(facts.limit),
        "token": facts.subject,
        "user_id": facts.user_id,
        "team_id": facts.team_id,
        "user_email": None,
        "key_alias": facts.key_name,
        "projected_exceeded_date": ends and datetime.fromtimestamp(ends, UTC).date().isoformat(),
        "projected_spend": facts.used_at_reset and facts.used_at_reset[1],
        "event": "projected_limit_exceeded" if facts.condition == "runout" else event,
        "event_group": _GROUPS.get(facts.scope or "gateway", facts.scope),
        "event_message": f"{facts.title}. {facts.text}" if facts.text else facts.title,
    }


def send_to_webhook(url: str, facts: Facts, env: Environment, *, seconds: float = SECONDS) -> None:
    """Raises DeliveryError, never naming the URL."""
    origin = _origin(url)
    try:
        proxy = proxy_for(origin, env.environ)
    except SetupError as error:
        raise DeliveryError(error.message, error.hint) from None
    body = msgspec.json.encode(budget_event(facts))
    try:
        status = asyncio.run(_post(url, body, proxy, seconds))
    except TimeoutError:
        raise DeliveryError(f"did not answer within {seconds:g} seconds") from None
    except Exception as error:  # noqa: BLE001  (aiohttp's errors name the host)
        raise DeliveryError(f"can't be reached: {type(error).__name__}") from None
    if 300 <= status < 400:
        raise DeliveryError(f"answered {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise DeliveryError(f"answered {status}")


def _origin(url: str) -> Origin:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise DeliveryError("its URL is no web address")
    origin = Origin.of(url)
    if origin.scheme == "http" and not origin.loopback:
        raise DeliveryError("its URL is plain HTTP", "use https://; http:// is for loopback only")
    return origin


async def _post(url: str, body: bytes, proxy: str | None, seconds: float) -> int:
    """The status; of the answer's body nothing is read."""
    import aiohttp

    from gaugeway.transport.resolver import DaemonResolver

    headers = {"Content-Type": "application/json", "User-Agent": f"gaugeway/{__version__}"}
    connector = aiohttp.TCPConnector(resolver=DaemonResolver(socket.getaddrinfo))
    async with (
        asyncio.timeout(seconds),
        aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=headers, trust_env=False
        ) as session,
        session.post(url, data=body, proxy=proxy, allow_redirects=False) as answer,
    ):
        return answer.status


def _number(plain: str | None) -> msgspec.Raw:
    """A plain decimal text is a JSON number as it stands."""
    return msgspec.Raw((plain or "null").encode())

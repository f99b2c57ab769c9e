"""The demo gateway: several products behind one port, with numbers that move with the clock.

Each product answers under a prefix of its own, in its own format, to one key. The demo, the tests and the
picture in the README read it over HTTP like any other gateway.
"""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from gaugeway.testing import faults
from gaugeway.testing.server import Handler

KEY = "sk-demo"  # not a secret: it opens nothing but this
FAULTS: Mapping[str, Handler] = {
    **{
        fault.__name__.replace("_", "-"): fault()
        for fault in (
            faults.brackets, faults.closed, faults.dripping, faults.failure_with_200, faults.garbage,
            faults.hanging, faults.html, faults.huge_headers, faults.too_many, faults.truncated,
            faults.unauthorized, faults.wrong_type, faults.zeros,
        )
    },
    "early-reset": faults.early_reset("2099-01-01T00:00:00Z"),
    "redirect": faults.redirect("https://elsewhere.example/quota"),
    "slow": faults.slow(2),
}  # fmt: skip
_GATEWAYS = (  # id, label, base URL below the server's, and further settings
    ("campus", "Campus", "/litellm/v1", 'preset = "litellm"'),
    ("openrouter", "OpenRouter", "/openrouter/api/v1", 'preset = "openrouter"'),
    ("lab", "Lab", "/lab/v1", ""),
    ("hub", "Model hub", "/hub/v1", 'preset = "newapi"'),
    ("deepseek", "DeepSeek", "/deepseek", 'preset = "deepseek"\nlow_amount = "50"'),
    ("cluster", "Cluster", "/cluster/v1", 'preset = "headers"'),
    ("old-project", "Old project", "/faults/unauthorized", ""),
)
_OPEN = {  # what is published without a key
    "/hub/api/status": {
        "success": True,
        "data": {"quota_per_unit": 500_000, "quota_display_type": "USD"},
    },
    "/litellm/health/liveliness": "I'm alive!",
}
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_encoder = msgspec.json.Encoder(decimal_format="number")


class Window(msgspec.Struct, frozen=True):
    """A stretch of time, in UTC; what is spent within it starts at zero."""

    start: datetime
    end: datetime


class DemoGateway:
    """A handler for a `LoopbackServer`. ``seed`` and ``clock`` (UTC) decide every number."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), seed: int = 7) -> None:
        self._clock = clock
        self._seed = seed

    def config(self, url: str) -> str:
        """A config.toml that names everything here, and one gateway that fails. ``url``: the server's."""
        return "\n".join(
            f'[gateways.{name}]\nlabel = "{label}"\nbase_url = "{url}{path}"\napi_key = "{KEY}"\n{settings}\n'
            for name, label, path, settings in _GATEWAYS
        )

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path in _OPEN:
            return _json(_OPEN[path])
        if path.startswith("/faults/") and (fault := FAULTS.get(path.split("/")[2])):
            return await fault(request)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return await FAULTS["unauthorized"](request)
        now = self._clock()
        pages = self._pages(now)
        if path not in pages:
            return _json({"detail": "Not Found"}, 404)
        return _json(pages[path], headers=self._cluster_headers(now) if path.startswith("/cluster/") else {})

    def _spent(self, name: str, limit: int, share: float, window: Window, now: datetime) -> Decimal:
        """What of ``limit`` is spent at ``now``, when ``share`` of it is spent in the whole window.

        It grows every second, by nothing up to twice the mean.
        """
        tick = int((now - window.start).total_seconds())
        ticks = tick + random.Random(f"{self._seed}/{name}/{tick}").random()  # noqa: S311  (no secret)
        return Decimal(limit) * Decimal(share * ticks / (window.end - window.start).total_seconds())

    def _pages(self, now: datetime) -> dict[str, Any]:
        """What each path answers at ``now``, in its product's format."""
        shift, day, week, month = _hours(now, 5), _hours(now, 24), _hours(now, 168), _month(now)
        key = self._spent("key", 80, 0.4, month, now)
        team = 90 + self._spent("team", 250, 0.4, week, now)
        user = self._spent("user", 120, 0.5, month, now)
        credit = 20 + self._spent("credits", 100, 0.9, month, now)
        requests = int(self._spent("free", 1000, 0.7, day, now))
        tokens = int(self._spent("tokens", 2_000_000, 0.8, shift, now))
        cost = self._spent("cost", 30, 0.6, month, now)
        quota = 4_800_000 + int(self._spent("quota", 150_000, 1, day, now))
        wallet = 110 - self._spent("wallet", 90, 1, month, now)
        return {
            "/litellm/key/info": {
                "key": "0" * 64,
                "info": {
                    "key_alias": "laptop", "spend": _money(key), "max_budget": None, "budget_duration": "30d",
                    "budget_reset_at": month.end, "expires": None, "team_id": "physics", "user_id": "ada",
                },
            },
            "/litellm/team/info": {
                "team_info": {
                    "team_id": "physics", "team_alias": "Physics", "spend": _money(team), "max_budget": 250,
                    "budget_duration": "7d", "budget_reset_at": week.end,
                },
                "team_memberships": [
                    {"user_id": "ada", "spend": _money(team / 10), "litellm_budget_table": {"max_budget": 40}}
                ],
            },
            "/litellm/v2/user/info": {
                "user_id": "ada", "spend": _money(user), "max_budget": 120, "budget_duration": None,
            },
            "/openrouter/api/v1/key": {
                "data": {
                    "label": "laptop", "usage": _money(1234 + credit), "limit": 120, "limit_reset": "monthly",
                    "limit_remaining": _money(120 - credit),
                    "free_model_daily_requests": {
                        "limit": 1000, "used": requests, "remaining": 1000 - requests,
                    },
                }
            },
            "/lab/v1/quota": {
                "key": "laptop",
                "tokens": {"limit": 2_000_000, "used": tokens, "resets_at": shift.end},
                "cost": {"currency": "EUR", "limit": 30, "used": _money(cost), "resets_at": month.end},
            },
            "/hub/api/usage/token/": {
                "code": True,
                "data": {
                    "object": "token_usage", "name": "laptop", "unlimited_quota": False, "expires_at": 0,
                    "total_granted": 5_000_000, "total_used": quota, "total_available": 5_000_000 - quota,
                },
            },
            "/deepseek/user/balance": {
                "is_available": True,
                "balance_infos": [{"currency": "CNY", "total_balance": f"{wallet:.2f}"}],
            },
            "/cluster/v1/models": {"object": "list", "data": []},
        }  # fmt: skip

    def _cluster_headers(self, now: datetime) -> dict[str, str]:
        headers: dict[str, str] = {}
        for word, limit, window in (("hour", 600, _hours(now, 1)), ("day", 6000, _hours(now, 24))):
            left = limit - int(self._spent(word, limit, 0.5, window, now))
            headers |= {
                f"X-RateLimit-Limit-{word}": str(limit), f"X-RateLimit-Remaining-{word}": str(left)
            }  # fmt: skip
        return headers


def _json(body: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=_encoder.encode(body), status=status, headers=headers, content_type="application/json"
    )


def _money(amount: Decimal) -> Decimal:
    """With the six places that gateways count in."""
    return amount.quantize(Decimal("0.000001"))


def _hours(now: datetime, hours: int) -> Window:
    """The window of so many hours, counted from a Monday: 168 are a week of the calendar."""
    length = timedelta(hours=hours)
    start = _MONDAY + (now - _MONDAY) // length * length
    return Window(start, start + length)


def _month(now: datetime) -> Window:
    start = _hours(now, 24).start.replace(day=1)
    return Window(start, (start + timedelta(days=31)).replace(day=1))

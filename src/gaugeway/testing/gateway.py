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
        self._pages: dict[str, Callable[[datetime], Any]] = {
            "/litellm/key/info": self._litellm_key,
            "/litellm/team/info": self._litellm_team,
            "/litellm/v2/user/info": self._litellm_user,
            "/openrouter/api/v1/key": self._openrouter,
            "/lab/v1/quota": self._lab,
            "/hub/api/usage/token/": self._hub,
            "/deepseek/user/balance": self._deepseek,
            "/cluster/v1/models": lambda _: {"object": "list", "data": []},
        }
        self._open = {
            "/hub/api/status": {
                "success": True,
                "data": {"quota_per_unit": 500_000, "quota_display_type": "USD"},
            },
            "/litellm/health/liveliness": "I'm alive!",
        }

    def config(self, url: str) -> str:
        """A config.toml that names everything here, and one gateway that fails. ``url``: the server's."""
        return "\n".join(
            f'[gateways.{name}]\nlabel = "{label}"\nbase_url = "{url}{path}"\napi_key = "{KEY}"\n{settings}\n'
            for name, label, path, settings in _GATEWAYS
        )

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path in self._open:
            return _json(self._open[path])
        if path.startswith("/faults/") and (fault := FAULTS.get(path.split("/")[2])):
            return await fault(request)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _json({"error": {"message": "Invalid API key", "type": "auth_error"}}, 401)
        if path not in self._pages:
            return _json({"detail": "Not Found"}, 404)
        now = self._clock()
        headers = self._cluster_headers(now) if path.startswith("/cluster/") else {}
        return _json(self._pages[path](now), headers=headers)

    def _spent(self, name: str, limit: str, share: float, window: Window, now: datetime) -> Decimal:
        """What of ``limit`` is spent at ``now``, when ``share`` of it is spent in the whole window.

        It grows every second, by nothing up to twice the mean.
        """
        tick = int((now - window.start).total_seconds())
        ticks = tick + random.Random(f"{self._seed}/{name}/{tick}").random()  # noqa: S311  (no secret)
        return Decimal(limit) * Decimal(share * ticks / (window.end - window.start).total_seconds())

    def _litellm_key(self, now: datetime) -> Any:
        month = _month(now)
        spend = self._spent("key", "80", 0.4, month, now)
        return {
            "key": "0" * 64,
            "info": {
                "key_alias": "laptop", "spend": _money(spend), "max_budget": None, "budget_duration": "30d",
                "budget_reset_at": month.end, "expires": None, "team_id": "physics", "user_id": "ada",
            },
        }  # fmt: skip

    def _litellm_team(self, now: datetime) -> Any:
        week = _hours(now, 168)
        spend = Decimal(90) + self._spent("team", "250", 0.4, week, now)
        return {
            "team_info": {
                "team_id": "physics", "team_alias": "Physics", "spend": _money(spend), "max_budget": 250,
                "budget_duration": "7d", "budget_reset_at": week.end,
            },
            "team_memberships": [
                {"user_id": "ada", "spend": _money(spend / 10), "litellm_budget_table": {"max_budget": 40}}
            ],
        }  # fmt: skip

    def _litellm_user(self, now: datetime) -> Any:
        spend = self._spent("user", "120", 0.5, _month(now), now)
        return {"user_id": "ada", "spend": _money(spend), "max_budget": 120, "budget_duration": None}

    def _openrouter(self, now: datetime) -> Any:
        used = Decimal(20) + self._spent("credits", "100", 0.9, _month(now), now)
        day = _day(now)
        requests = int(self._spent("free", "1000", 0.7, day, now))
        return {
            "data": {
                "label": "laptop", "usage": _money(1234 + used), "limit": 120, "limit_reset": "monthly",
                "limit_remaining": _money(120 - used),
                "free_model_daily_requests": {"limit": 1000, "used": requests, "remaining": 1000 - requests},
            }
        }  # fmt: skip

    def _lab(self, now: datetime) -> Any:
        shift, month = _hours(now, 5), _month(now)
        tokens = int(self._spent("tokens", "2000000", 0.8, shift, now))
        return {
            "key": "laptop",
            "tokens": {"limit": 2_000_000, "used": tokens, "resets_at": shift.end},
            "cost": {
                "currency": "EUR", "limit": 30, "resets_at": month.end,
                "used": _money(self._spent("cost", "30", 0.6, month, now)),
            },
        }  # fmt: skip

    def _hub(self, now: datetime) -> Any:
        granted = 5_000_000
        used = 4_800_000 + int(self._spent("quota", "150000", 1, _day(now), now))
        return {
            "code": True,
            "data": {
                "object": "token_usage", "name": "laptop", "total_granted": granted, "total_used": used,
                "total_available": granted - used, "unlimited_quota": False, "expires_at": 0,
            },
        }  # fmt: skip

    def _deepseek(self, now: datetime) -> Any:
        left = 110 - self._spent("wallet", "90", 1, _month(now), now)
        wallet = {"currency": "CNY", "total_balance": str(left.quantize(Decimal("0.01")))}
        return {"is_available": True, "balance_infos": [wallet]}

    def _cluster_headers(self, now: datetime) -> dict[str, str]:
        headers: dict[str, str] = {}
        for word, limit, window in (("hour", 600, _hours(now, 1)), ("day", 6000, _day(now))):
            left = limit - int(self._spent(word, str(limit), 0.5, window, now))
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


def _day(now: datetime) -> Window:
    return _hours(now, 24)


def _month(now: datetime) -> Window:
    start = _day(now).start.replace(day=1)
    return Window(start, (start + timedelta(days=31)).replace(day=1))

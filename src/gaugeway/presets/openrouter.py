"""openrouter: one key's credits, at OpenRouter and at fronts that answer like it.

``GET <base_url>/key`` (base_url is https://openrouter.ai/api/v1): ``{"data": {...}}``, each field optional.
``usage`` counts the key's lifetime while ``limit`` may start anew each day, week or month, so what is used
comes from ``limit_remaining``. Windows are UTC: day, week from Monday, calendar month.
"""

from datetime import date, datetime, timedelta
from typing import Any

from gaugeway.amounts import Fields
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Options, shape_error

name = "openrouter"
title = "OpenRouter"
source = "https://openrouter.ai/docs/api-reference/api-keys/get-current-api-key"
verified = date(2026, 11, 22)
default_path = "/key"
hosts = ("openrouter.ai",)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    data = (await ask(options.quota_path)).fields("data").need("data")
    meters = [meter for meter in (_credits(data, now), _free_requests(data, now)) if meter is not None]
    if not meters:
        raise shape_error("data holds neither a limit nor a usage")
    if data.flag("include_byok_in_limit"):
        data.notes.append("what your own provider keys cost counts towards this limit too")
    return Answer(
        meters=tuple(meters),
        notes=tuple(data.notes),
        key=KeyFacts(name=data.text("label"), expires_at=data.instant("expires_at")),
    )


def _credits(data: Fields, now: datetime) -> Meter | None:
    limit, remaining, usage = data.number("limit"), data.number("limit_remaining"), data.number("usage")
    # A null limit is none at all; a front that leaves the field out has just not said.
    unlimited = limit is None and remaining is None and "limit" in data.names()
    if limit is None and remaining is None and usage is None and not unlimited:
        return None
    return Meter.of(
        name="budget",
        title="Key spend" if unlimited else "Key budget",
        kind="spend" if unlimited else None,
        unit="USD",
        limit=limit,
        unlimited=unlimited,
        used=usage if remaining is None and (unlimited or "limit_reset" not in data) else None,
        remaining=remaining,
        notes=data.notes,
        **({"window": "lifetime"} if unlimited else _window(data, now)),  # usage counts the lifetime
    )


def _window(data: Fields, now: datetime) -> dict[str, Any]:
    """The window that the limit is in at ``now``."""
    reset = data.word("limit_reset")
    if reset is None:
        return {"window": "lifetime"} if "limit_reset" in data.names() else {}
    windows = _windows(now)
    if reset not in windows:
        data.notes.append(
            f"{data.at('limit_reset')} is {data.text('limit_reset')!r}: when it resets is unknown"
        )
    return windows.get(reset, {})


def _windows(now: datetime) -> dict[str, dict[str, Any]]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday, first = midnight - timedelta(days=midnight.weekday()), midnight.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return {
        "daily": {"window": "1d", "started_at": midnight, "resets_at": midnight + timedelta(days=1)},
        "weekly": {"window": "7d", "started_at": monday, "resets_at": monday + timedelta(days=7)},
        "monthly": {"window": "1mo", "started_at": first, "resets_at": following},
    }


def _free_requests(data: Fields, now: datetime) -> Meter | None:
    """Requests to free models. Who has paid goes on with the others, so it stops only the free tier."""
    free = data.object("free_model_daily_requests")
    if free is None:
        return None
    amounts = free.amounts()
    if not amounts:
        return None
    return Meter.of(
        name="free-model-requests",
        unit="requests",
        advisory=data.flag("is_free_tier") is False,
        notes=data.notes,
        **amounts,
        **_windows(now)["daily"],
    )

"""sub2api: Sub2API (Wei-Shaw), ``GET /v1/usage``: a key's own quota and windows, its owner's subscription,
or its owner's wallet. Windows start at first use, so an unused one has neither start nor reset.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from gaugeway.amounts import Fields, stamp
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Options, Probe, Reply, shape_error

name = "sub2api"
title = "Sub2API"
source = "github.com/Wei-Shaw/sub2api backend/internal/handler/gateway_handler.go"
verified = date(2026, 11, 22)


def _recognise(reply: Reply) -> str | None:
    body = reply.json
    if isinstance(body, dict) and isinstance(body.get("code"), str) and isinstance(body.get("message"), str):
        return "/api/v1/auth/me answers with a code in words"
    return None


probes = (Probe(path="/api/v1/auth/me", recognise=_recognise),)

_KEY = {"limit": "limit", "used": "used", "remaining": "remaining"}
_PERIODS = (("daily", "1d"), ("weekly", "7d"), ("monthly", "1mo"))


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    root = (await ask("/v1/usage", base="origin")).fields("isValid")
    unit = root.text("unit") or "USD"  # the product counts in dollars and names its fields so
    subscription = root.object("subscription")
    expires_at = root.instant("expires_at")
    if expires_at is None and subscription is not None:
        expires_at = subscription.instant("expires_at")
    _refuse_invalid(root, expires_at, now)
    unread_owner = root.word("mode") == "quota_limited"
    if unread_owner:
        meters = tuple(_key_meters(root, unit))
        root.notes.append(
            "the owner's wallet or subscription may run out first; a key with limits can't read it"
        )
    elif subscription is not None:
        meters = tuple(_subscription_meters(subscription, unit))
    else:
        meters = tuple(_owner_meters(root, unit))
    if not meters:
        raise shape_error("neither quota, subscription nor balance holds a number")
    # As with newapi: a key with a quota of its own is judged by it, one without could only be judged by what
    # it can't read.
    bare = unread_owner and all(meter.unlimited for meter in meters)
    return Answer(
        meters=meters,
        notes=tuple(root.notes),
        key=KeyFacts(expires_at=expires_at),
        unread=("user",) if bare else (),
        unread_advisory=("user",) if unread_owner and not bare else (),
    )


def _refuse_invalid(root: Fields, expires_at: datetime | None, now: datetime) -> None:
    status = root.text("status")
    if status == "expired" or (expires_at is not None and expires_at <= now):
        when = f" at {stamp(expires_at)}" if expires_at is not None else ""
        raise ReadError("key_expired", f"/v1/usage says that the key or its plan has expired{when}")
    if root.flag("isValid") is False:
        raise ReadError("unauthorized", f"/v1/usage says that the key is not valid ({status or 'no reason'})")
    if status not in {None, "active"}:
        root.notes.append(f"the gateway calls this key {status}")


def _key_meters(root: Fields, unit: str) -> Iterator[Meter]:
    whose = {"name": "quota", "title": "Key quota"}
    if (quota := root.object("quota")) is not None:
        yield from _limit(quota, _KEY, "", window="lifetime", unit=quota.text("unit") or unit, **whose)
    for limit in root.objects("rate_limits"):
        yield from _limit(limit, _KEY, "", window=limit.window("window"), unit=unit, **whose)


def _subscription_meters(subscription: Fields, unit: str) -> Iterator[Meter]:
    for period, window in _PERIODS:
        names = {"limit": f"{period}_limit_usd", "used": f"{period}_usage_usd"}
        whose = {"name": "subscription", "scope": "user"}
        yield from _limit(subscription, names, f"{period}_", window=window, unit=unit, **whose)


def _limit(fields: Fields, names: Mapping[str, str], prefix: str, **whose: Any) -> Iterator[Meter]:
    """A limit told in the fields ``names``, where it holds an amount; ``prefix``: of its times' names."""
    amounts = fields.amounts(**names)
    if amounts.get("remaining") == 0 and len(amounts) == 3 and amounts["used"] > amounts["limit"]:
        del amounts["remaining"]  # the server cuts it at zero; used tells by how much the limit was passed
    # Null, 0 and -1 say that there is no limit; a field that is not there says nothing.
    unlimited = names["limit"] in fields.names() and amounts.get("limit") in {None, 0, -1}
    if amounts:
        yield Meter.of(
            unlimited=unlimited and "remaining" not in amounts,
            started_at=fields.instant(f"{prefix}window_start"),
            resets_at=fields.instant(f"{prefix}reset_at"),
            notes=fields.notes,
            **amounts,
            **whose,
        )


def _owner_meters(root: Fields, unit: str) -> Iterator[Meter]:
    """A wallet, or what versions before the three modes said: one number, of a wallet or a subscription."""
    balance, remaining = root.number("balance"), root.number("remaining")
    if balance is not None:
        yield Meter.of(scope="user", name="wallet", unit=unit, remaining=balance)
    elif remaining == -1:
        yield Meter.of(scope="user", name="subscription", unit=unit, unlimited=True)
    elif remaining is not None:
        yield Meter.of(scope="user", name="remaining", unit=unit, remaining=remaining)

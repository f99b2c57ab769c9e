"""newapi: New API (QuantumNous) and its forks, read with the relay key itself.

``{"code": true, "data": {"object": "token_usage", "total_granted", "total_used", "total_available",
"unlimited_quota", "expires_at", ...}}``, in the site's own quota; ``/api/status`` tells what it is worth.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

import msgspec

from gaugeway.amounts import EXACT, Fields
from gaugeway.presets._oneapi_family import (
    QUOTA,
    WALLET_UNREAD,
    answer_of,
    expiry_of,
    recognise,
    shown_as,
    site_of,
)
from gaugeway.presets.preset import Options, Probe
from gaugeway.readings import Answer, KeyFacts, Meter
from gaugeway.transport import Ask
from gaugeway.transport.asking import shape_error

name = "newapi"
title = "New API"
source = "github.com/QuantumNous/new-api controller/{token,billing,misc}.go"
verified = date(2026, 11, 22)
default_path: str | None = None
auth = "bearer"
min_refresh = 60  # the route allows 20 requests in 20 minutes per address
hosts: tuple[str, ...] = ()
probes = (Probe(path="/api/status", recognise=partial(recognise, new_api=True)),)

_ONE = Decimal(1)


class _Scale(msgspec.Struct, frozen=True):
    """The unit that amounts are told in, with ``amount = quota * times / per``."""

    unit: str
    times: Decimal = _ONE
    per: Decimal = _ONE

    def __call__(self, quota: Decimal | None) -> Decimal | None:
        return None if quota is None else EXACT.divide(EXACT.multiply(quota, self.times), self.per)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:  # noqa: ARG001  # the protocol's
    # Without its last slash the path answers with a redirect.
    root = await answer_of(ask, "/api/usage/token/", management=True)
    data = root.need("data")
    if data.word("object") != "token_usage":
        raise shape_error("data.object is not token_usage")
    expires_at = expiry_of(data, "expires_at", now)
    scale = _scale(await site_of(ask), root.notes)
    unlimited = data.flag("unlimited_quota") is True
    meters = [_key_quota(data, scale, root.notes, unlimited=unlimited)]
    wallet = scale(data.number("user_balance"))  # some forks; counts quota like the fields around it
    if wallet is not None:
        meters.append(
            Meter.of(scope="user", name="wallet", kind="balance", unit=scale.unit, remaining=wallet)
        )
    else:
        root.notes.append(WALLET_UNREAD)
    # A key with a quota of its own is judged by it, though the wallet behind it may be emptier: no relay key
    # can ever read that. An unlimited key has the wallet as its only limit, so nothing can be said of it.
    return Answer(
        meters=tuple(meters),
        notes=tuple(root.notes),
        key=KeyFacts(name=data.text("name"), expires_at=expires_at),
        unread=("user",) if wallet is None and unlimited else (),
        unread_advisory=("user",) if wallet is None and not unlimited else (),
    )


def _key_quota(data: Fields, scale: _Scale, notes: list[str], *, unlimited: bool) -> Meter:
    if unlimited:  # the numbers beside the flag are leftovers, by overflow even negative ones
        return Meter.of(name="quota", title="Key quota", unit=scale.unit, unlimited=True, window="lifetime")
    limit, used, remaining = (
        scale(data.number(f"total_{which}")) for which in ("granted", "used", "available")
    )
    if limit is None and used is None and remaining is None:
        raise shape_error("data holds neither a total nor unlimited_quota")
    return Meter.of(
        name="quota",
        title="Key quota",
        unit=scale.unit,
        limit=limit,
        used=used,
        remaining=remaining,
        window="lifetime",
        notes=notes,
    )


def _scale(site: Fields | None, notes: list[str]) -> _Scale:
    """As the site itself shows amounts. Its rates only serve the unit that they define."""
    per_dollar = _positive(site, "quota_per_unit")
    if site is None or per_dollar is None:
        notes.append("the site does not publish what its quota is worth")
        return _Scale(QUOTA)
    shown = shown_as(site)
    if shown == "TOKENS":  # a token counts by its model's price, so these are not tokens to anyone else
        return _Scale(QUOTA)
    if shown == "CNY" and (rate := _positive(site, "usd_exchange_rate")) is not None:
        return _Scale("CNY", rate, per_dollar)
    if shown == "CUSTOM" and (rate := _positive(site, "custom_currency_exchange_rate")) is not None:
        symbol = site.text("custom_currency_symbol")
        return _Scale("USD", _ONE, per_dollar) if symbol is None else _Scale(symbol, rate, per_dollar)
    return _Scale("USD", _ONE, per_dollar)


def _positive(site: Fields | None, field: str) -> Decimal | None:
    value = None if site is None else site.number(field)
    return value if value is not None and value > 0 else None

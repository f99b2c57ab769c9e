"""newapi: New API (QuantumNous) and its forks, read with the relay key itself.

``{"code": true, "data": {"object": "token_usage", "total_granted", "total_used", "total_available",
"unlimited_quota", "expires_at", ...}}``, in the site's own quota; ``/api/status`` tells what it is worth.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

from gaugeway.amounts import EXACT, Fields
from gaugeway.presets import Answer, Ask, KeyFacts, Options, Probe, shape_error
from gaugeway.presets._oneapi_family import QUOTA, answer_of, expiry_of, recognise, shown_as, site_of

name = "newapi"
title = "New API"
source = "github.com/QuantumNous/new-api controller/{token,billing,misc}.go"
verified = date(2026, 11, 22)
min_refresh = 60  # the route allows 20 requests in 20 minutes per address
probes = (Probe(path="/api/status", recognise=partial(recognise, new_api=True)),)

_ONE = Decimal(1)
_RATES = {"CNY": "usd_exchange_rate", "CUSTOM": "custom_currency_exchange_rate"}


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    # Without its last slash the path answers with a redirect.
    data = (await ask("/api/usage/token/", base="origin")).fields("data").need("data")
    if data.word("object") != "token_usage":
        raise shape_error("data.object is not token_usage")
    expires_at = expiry_of(data, "expires_at", now)
    unit, times, per = _worth(await site_of(ask), data.notes)
    unlimited = data.flag("unlimited_quota") is True
    amounts = data.amounts(limit="total_granted", used="total_used", remaining="total_available")
    if unlimited:
        amounts = {}  # the numbers beside the flag are leftovers, by overflow even negative ones
    elif not amounts:
        raise shape_error("data holds neither a total nor unlimited_quota")
    amounts = {word: EXACT.divide(EXACT.multiply(quota, times), per) for word, quota in amounts.items()}
    key = KeyFacts(name=data.text("name"), expires_at=expires_at)
    return answer_of(unit, amounts, data.notes, unlimited=unlimited, key=key)


def _worth(site: Fields | None, notes: list[str]) -> tuple[str, Decimal, Decimal]:
    """Unit, factor and divisor of quota as the site itself shows it; a rate serves the unit it defines."""
    per_dollar = _positive(site, "quota_per_unit")
    if site is None or per_dollar is None:
        notes.append("the site does not publish what its quota is worth")
        return QUOTA, _ONE, _ONE
    shown = shown_as(site)
    if shown == "TOKENS":  # a token counts by its model's price, so these are not tokens to anyone else
        return QUOTA, _ONE, _ONE
    rate = _positive(site, _RATES.get(shown or "", ""))
    unit = site.text("custom_currency_symbol") if shown == "CUSTOM" else shown
    return ("USD", _ONE, per_dollar) if rate is None or unit is None else (unit, rate, per_dollar)


def _positive(site: Fields | None, field: str) -> Decimal | None:
    value = None if site is None else site.number(field)
    return value if value is not None and value > 0 else None

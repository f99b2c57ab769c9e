"""oneapi: One API and its forks (one-hub, Veloera, ...), through the billing routes they took from OpenAI.

``{"hard_limit_usd", "access_until", ...}`` and ``{"total_usage"}``, the latter in hundredths. What is called
usd is in the unit that the site shows; ``hard_limit_usd`` is what is left plus what was used.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

from gaugeway.amounts import EXACT, Fields
from gaugeway.presets import Answer, Ask, KeyFacts, Options, Probe, shape_error
from gaugeway.presets._oneapi_family import QUOTA, answer_of, expiry_of, recognise, shown_as, site_of

name = "oneapi"
title = "One API"
source = "github.com/songquanpeng/one-api controller/billing.go"
verified = date(2026, 11, 22)
probes = (Probe(path="/api/status", recognise=partial(recognise, new_api=False)),)

_UNLIMITED = Decimal(100_000_000)
_MONEY = frozenset({"USD", "CNY"})


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    subscription = (await ask("/dashboard/billing/subscription")).fields("hard_limit_usd")
    expires_at = expiry_of(subscription, "access_until", now)
    usage = (await ask("/dashboard/billing/usage")).fields("object", "total_usage")
    limit, cents = subscription.number("hard_limit_usd"), usage.number("total_usage")
    used = None if cents is None else EXACT.divide(cents, Decimal(100))
    notes = subscription.notes
    unit = _unit(await site_of(ask), notes)
    unlimited = limit == _UNLIMITED
    if unlimited and unit not in _MONEY:
        # In quota the sentinel is as good a limit as any other: 200 dollars at the default worth.
        unlimited, limit = False, None
        notes.append("100000000 may be a limit or mean unlimited where the site does not count in money")
    if limit is None and used is None:
        raise shape_error("total_usage is missing")
    # By a setting that is not published the numbers are the key's (the default) or its owner's.
    key, amounts = KeyFacts(expires_at=expires_at), {"limit": limit, "used": used}
    return answer_of(unit, amounts, notes, unlimited=unlimited, key=key)


def _unit(site: Fields | None, notes: list[str]) -> str:
    shown = None if site is None else shown_as(site)
    if shown is None:
        notes.append("the site does not publish in which unit it counts")
        return "units"
    return {"TOKENS": QUOTA, "CNY": "CNY"}.get(shown, "USD")  # new-api bills CUSTOM in dollars

"""quota-v1: the envelope that opencode-quota reads from an endpoint of one's own.

``{"version": "quota-v1", "entries": [{"kind": "percent" | "value", "name", "resultType", "percentRemaining" |
"value", "label", "right", "resetTimeIso", "observedAtIso"}]}``. Its texts (``right``, ``label``) are made for
display, so only a ``value`` that is an amount and says by its ``resultType`` which one becomes a number.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from gaugeway.amounts import Fields, number, slug, stamp
from gaugeway.presets import Answer, Ask, Meter, Options, shape_error
from gaugeway.presets._names import apart
from gaugeway.readings import Kind

name = "quota-v1"
title = "quota-v1 (opencode-quota)"
source = "https://github.com/slkiser/opencode-quota, docs/readme/providers.md"
verified = date(2026, 11, 22)
default_path = "/quota"

_KINDS: dict[str, Kind] = {
    "quota": "allowance", "budget": "allowance", "rate_limit": "rate_limit",
    "balance": "balance", "spend": "spend", "usage": "spend",
}  # fmt: skip
_AMOUNTS = {"balance": "remaining", "spend": "used", "usage": "used"}
# One amount and nothing else: "$12.50", "-3 EUR", "1,200 tokens". A single letter would be 5k or 5M.
_AMOUNT = re.compile(
    r"([-+]?) ?([$€£¥]?) ?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(?: ?([A-Za-z]{2,20}))?"
)
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP"}  # ¥ is two currencies, so it stays as it is
_OLD = timedelta(minutes=5)
_MOST = 100  # as the format has it


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    root = (await ask(options.quota_path)).fields("version")
    if root.word("version") != "quota-v1":
        raise shape_error("version is not quota-v1")
    entries = list(root.objects("entries"))
    if len(entries) > _MOST:
        raise shape_error(f"more than {_MOST} entries")
    meters = apart(meter for entry in entries if (meter := _meter(entry, now)) is not None)
    if not meters:
        raise shape_error("no entry holds a percentage or an amount")
    return Answer(meters=meters, notes=tuple(root.notes))


def _meter(entry: Fields, now: datetime) -> Meter | None:
    label = (entry.text("label") or "").rstrip(":")
    name = entry.text("name")
    if name is None:
        raise shape_error(f"{entry.at('name')} is missing")
    shown = f"{name} ({label})" if label else name
    result = entry.word("resultType") or ""
    amounts = _amounts(entry, result)
    if amounts is None:
        entry.notes.append(f"{shown}: {entry.text('value') or 'no value'}")
        return None
    observed_at = entry.instant("observedAtIso")
    if observed_at is not None and observed_at < now - _OLD:
        entry.notes.append(f"{shown}: as the gateway saw it at {stamp(observed_at)}")
    return Meter.of(
        name=slug(shown),
        title=shown,
        kind=_KINDS[result],
        resets_at=entry.instant("resetTimeIso"),
        **amounts,
    )


def _amounts(entry: Fields, result: str) -> dict[str, Any] | None:
    """What an entry says in numbers; None where it says words, or does not say which amount it is."""
    if entry.word("kind") == "percent":
        percent = entry.number("percentRemaining")
        if percent is None or result not in _KINDS:
            return None
        if percent > 100:
            raise shape_error(f"{entry.at('percentRemaining')} is above 100")
        return {"unit": "percent", "percent_remaining": percent}
    match = _AMOUNT.fullmatch(entry.text("value") or "")
    if match is None or result not in _AMOUNTS:
        return None
    sign, symbol, digits, word = match.groups()
    amount = number(f"{sign}{digits}", entry.at("value"), symbols=True)
    unit = _CURRENCY.get(symbol, symbol) or word or "units"
    return {"unit": unit, _AMOUNTS[result]: amount}

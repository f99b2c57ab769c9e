"""What sites of the one-api family (one-api, new-api, their forks) have in common.

They count in *quota*, units of their own of which ``quota_per_unit`` make one US dollar, and each site
chooses in which unit it shows them. ``/api/status`` publishes both without a key.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gaugeway.amounts import Fields, stamp
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Reply

QUOTA = "quota"  # the unit of amounts that can't be told in money

_NEW_API_ONLY = ("quota_display_type", "usd_exchange_rate", "self_use_mode_enabled")


def answer_of(
    unit: str, amounts: Mapping[str, Any], notes: list[str], *, unlimited: bool, key: KeyFacts
) -> Answer:
    """What a relay key can read: its own quota, never the wallet behind it, which may be emptier.

    A key with a quota is judged by that; an unlimited one has the wallet as its only limit, so nothing can be
    said of it.
    """
    meter = Meter.of(
        name="quota",
        title="Key quota",
        unit=unit,
        unlimited=unlimited,
        window="lifetime",
        notes=notes,
        **amounts,
    )
    notes.append("the wallet of the key's owner may run out first; a key can't read it here")
    return Answer(
        meters=(meter,),
        notes=tuple(notes),
        key=key,
        unread=("user",) if unlimited else (),
        unread_advisory=() if unlimited else ("user",),
    )


async def site_of(ask: Ask) -> Fields | None:
    """What the site publishes of itself; None where it has or shows no such page.

    Any other failure fails the reading: with a unit that comes and goes, amounts would jump.
    """
    reply = await ask("/api/status", base="origin", accept=(200, 401, 403, 404))
    return reply.fields("data").object("data") if reply.status == 200 else None


def shown_as(site: Fields) -> str | None:
    """How the site shows quota: USD, CNY, TOKENS or CUSTOM; None where it does not say."""
    if (shown := site.word("quota_display_type")) is not None:
        return shown.upper()
    in_currency = site.flag("display_in_currency")  # one-api, and new-api before there were four ways
    return None if in_currency is None else "USD" if in_currency else "TOKENS"


def expiry_of(fields: Fields, name: str, now: datetime) -> datetime | None:
    """When the key expires; None for 0, -1 and null, which mean never.

    Raises ReadError ``key_expired`` for a time that has passed: such a key may read, but nothing else.
    """
    seconds = fields.number(name)
    if seconds is None or seconds <= 0:
        return None
    expires_at = fields.instant(name, form="unix")
    if expires_at is not None and expires_at <= now:
        raise ReadError("key_expired", f"the key expired at {stamp(expires_at)}")
    return expires_at


def recognise(reply: Reply, *, new_api: bool) -> str | None:
    """Why an answer to ``/api/status`` is of the family: of new-api, or of the others."""
    data = reply.json.get("data") if isinstance(reply.json, dict) else None
    if reply.status != 200 or not isinstance(data, dict) or "quota_per_unit" not in data:
        return None
    found = next((name for name in _NEW_API_ONLY if name in data), None)
    if (found is not None) is not new_api:
        return None
    return f"/api/status publishes {found or 'quota_per_unit'}"

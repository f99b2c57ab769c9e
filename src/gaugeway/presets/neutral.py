"""neutral: the vendor-neutral quota endpoint, for any gateway that publishes its own.

``{"key": "laptop", "tokens": {"limit", "used", "remaining", "resets_at"}, "cost": {"currency", ...}}``:
both blocks optional, at least one number; every field may be null or missing.
"""

from datetime import date, datetime
from typing import Any

from gaugeway.amounts import Fields
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Options
from gaugeway.readings import Entry

name = "neutral"
title = "Neutral endpoint"
source = "docs/neutral-endpoint.md"
verified = date(2026, 11, 22)
default_path = "/quota"


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    reply = await ask(options.quota_path)
    root = reply.fields()
    found = (_meter(root, "tokens", "percent"), _meter(root, "cost", "value"))
    meters = tuple([meter for meter in found if meter is not None])
    if not meters:
        raise reply.refusal("neither tokens nor cost holds a number")
    return Answer(meters=meters, notes=tuple(root.notes), key=KeyFacts(name=root.text("key")))


def _meter(root: Fields, name: str, entry: Entry) -> Meter | None:
    block = root.object(name)
    if block is None:
        return None
    amounts, unlimited = block.amounts(), block.flag("unlimited") is True
    if not amounts and not unlimited:
        return None
    return Meter.of(
        name=name,
        unit="tokens" if name == "tokens" else (block.text("currency") or "USD").upper(),
        entry=entry,
        unlimited=unlimited,
        resets_at=block.instant("resets_at", form="unix" if _is_unix(block.raw("resets_at")) else "iso"),
        notes=root.notes,
        **amounts,
    )


def _is_unix(value: Any) -> bool:
    return not isinstance(value, str) or value.strip().lstrip("+").replace(".", "", 1).isdecimal()

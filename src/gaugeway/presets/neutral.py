"""neutral: the vendor-neutral quota endpoint, for any gateway that publishes its own.

``{"key": "laptop", "tokens": {"limit", "used", "remaining", "resets_at"}, "cost": {"currency", ...}}``:
both blocks optional, at least one number; every field may be null or missing.
"""

from datetime import date, datetime
from typing import Literal

from gaugeway.amounts import Fields
from gaugeway.presets.preset import Options, Probe
from gaugeway.readings import Answer, Entry, KeyFacts, Meter
from gaugeway.transport import Ask
from gaugeway.transport.asking import shape_error

name = "neutral"
title = "Neutral endpoint"
source = "docs/neutral-endpoint.md"
verified = date(2026, 11, 22)
default_path: str | None = "/quota"
auth = "bearer"
min_refresh = 0
hosts: tuple[str, ...] = ()
probes: tuple[Probe, ...] = ()


async def read(ask: Ask, options: Options, now: datetime) -> Answer:  # noqa: ARG001
    root = (await ask(options.quota_path)).fields()
    meters = [
        meter
        for meter in (_meter(root, "tokens", "percent"), _meter(root, "cost", "value"))
        if meter is not None
    ]
    if not meters:
        raise shape_error("neither tokens nor cost holds a number")
    return Answer(meters=tuple(meters), notes=tuple(root.notes), key=KeyFacts(name=root.text("key")))


def _meter(root: Fields, name: Literal["tokens", "cost"], entry: Entry) -> Meter | None:
    block = root.object(name)
    if block is None:
        return None
    limit, used, remaining = block.number("limit"), block.number("used"), block.number("remaining")
    unlimited = block.flag("unlimited") is True
    if limit is None and used is None and remaining is None and not unlimited:
        return None
    resets_at = block.raw("resets_at")
    return Meter.of(
        name=name,
        unit="tokens" if name == "tokens" else (block.text("currency") or "USD").upper(),
        entry=entry,
        limit=limit,
        unlimited=unlimited,
        used=used,
        remaining=remaining,
        resets_at=block.instant(
            "resets_at", form="iso" if isinstance(resets_at, str) and not _is_unix(resets_at) else "unix"
        ),
        notes=root.notes,
    )


def _is_unix(text: str) -> bool:
    return text.strip().lstrip("+").replace(".", "", 1).isdecimal()

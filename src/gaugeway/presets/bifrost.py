"""bifrost: Bifrost (maximhq), what governance allows a virtual key: budgets in dollars, tokens, requests.

A ``max_limit`` of 0 is unlimited; an active override raises it. Counters are written with some delay.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from gaugeway.amounts import EXACT, Fields, plain, seconds_of, slug, window_of
from gaugeway.amounts.windows import window_of_seconds
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Options, Probe, Reply
from gaugeway.presets._names import apart

name = "bifrost"
title = "Bifrost"
source = "https://docs.getbifrost.ai/api-reference/governance/get-virtual-key-quota"
verified = date(2026, 11, 22)
auth = "header:x-bf-vk"  # older keys are known in this header only

_PATH = "/api/governance/virtual-keys/quota"
_GO = re.compile(r"(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
_LONG = re.compile(r"([1-9][0-9]?)([QY])")

_Found = tuple[Meter, str]  # a limit, and the server's own id of what states it ("" where it has none)


def _recognise(reply: Reply) -> str | None:
    if isinstance(reply.json, dict) and "is_bifrost_error" in reply.json:
        return f"{_PATH} answers with is_bifrost_error"
    return None


probes = (Probe(path=_PATH, recognise=_recognise),)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    reply = await ask(_PATH, base="origin", accept=(200, 404))
    if reply.status == 404:
        raise ReadError(
            "not_found",
            f"{_PATH} answered 404",
            "check base_url; on Bifrost this needs the governance plugin and a version that has the route",
        )
    root = reply.fields("virtual_key_name", "budgets")
    if root.flag("is_active") is False:
        raise ReadError("unauthorized", "this virtual key is switched off")
    found = [*_limits(root)]
    providers = list(root.objects("provider_configs"))
    for config in providers:  # of several providers, one that is exhausted stops only what goes to it
        found += _limits(config, config.text("provider"), advisory=len(providers) > 1)
    for config in root.objects("model_configs"):
        model = config.text("model_name")
        found += _limits(config, config.text("provider"), model=None if model == "*" else model)
    bare = not found
    if bare:
        # Whether its team has a budget is said only where that budget is listed: unlimited is no promise.
        found = [(Meter.of(name="budget", unit="USD", unlimited=True), "")]
        root.notes.append("no budget or rate limit is listed for this virtual key")
    return Answer(
        meters=_distinct(found),
        notes=tuple(root.notes),
        key=KeyFacts(name=root.text("virtual_key_name")),
        unread=("team",) if bare else (),
    )


def _limits(owner: Fields, source: str | None = None, **whose: Any) -> Iterator[_Found]:
    """The budgets and rate limits of one owner."""
    for budget in owner.objects("budgets"):
        yield from _limit(budget, "", source, whose)
    merged = owner.object("rate_limit")
    # The single rate_limit is the tightest of the list's, put together by the server: never one more limit.
    for rates in list(owner.objects("rate_limits")) or ([] if merged is None else [merged]):
        for prefix in ("token_", "request_"):
            yield from _limit(rates, prefix, source, whose)


def _limit(stated: Fields, prefix: str, source: str | None, whose: dict[str, Any]) -> Iterator[_Found]:
    """A budget, or the rate limit whose fields' names begin with ``prefix``."""
    amounts = stated.amounts(limit=f"{prefix}max_limit", used=f"{prefix}current_usage")
    limit = amounts.get("limit")
    if limit is None and (prefix or not amounts):  # usage is reported for rates that have no limit, too
        return
    extra = None if prefix else _override(stated)
    if limit and extra:
        amounts["limit"] = EXACT.add(limit, extra)
        stated.notes.append(f"an override of {plain(extra)} USD is part of the budget")
    rate = prefix.replace("_", "s")  # tokens, requests
    meter = Meter.of(
        name=_named(rate or "budget", stated.text("source_name") or source),
        unit=rate or "USD",
        kind="rate_limit" if rate else None,
        unlimited=limit == 0,
        **amounts,
        **whose,
        **_window(stated, prefix),
    )
    yield meter, stated.text("id") or ""


def _override(budget: Fields) -> Decimal | None:
    """What is added to the budget for now."""
    extra, mode = budget.number("override_amount"), budget.word("override_mode")
    cycles = budget.number("override_cycles_remaining")
    return extra if mode == "forever" or (mode == "cycles" and cycles is not None and cycles > 0) else None


def _named(what: str, source: str | None) -> str:
    return what if source is None else f"{what}-{slug(source)}"


def _window(fields: Fields, prefix: str) -> dict[str, Any]:
    """The window, and its reset where that follows from the last one: after hours, minutes and seconds, and
    after days where it is said that they are not aligned to a calendar, which most answers leave open.
    """
    duration = fields.text(f"{prefix}reset_duration")
    length = None
    if duration is not None:
        try:
            length = _length(duration)
        except ValueError:
            fields.notes.append(f"{fields.at(f'{prefix}reset_duration')} is no known duration: {duration}")
    last = f"{prefix}last_reset"
    never = str(fields.raw(last)).startswith("0001-")  # the zero time of its language
    started_at = None if never else fields.instant(last)
    seconds = seconds_of(length)
    fixed = (duration or "").endswith(("h", "m", "s")) or fields.flag("calendar_aligned") is False
    return {
        "window": length,
        "started_at": started_at,
        "resets_at": started_at + timedelta(seconds=seconds) if started_at and seconds and fixed else None,
    }


def _length(duration: str) -> str | None:
    """``1m`` (minute), ``1h30m``, ``1d``, ``1w``, ``1M`` (month), ``1Q``, ``1Y``. Raises ValueError."""
    if (go := _GO.fullmatch(duration)) is not None:
        hours, minutes, seconds = (int(part or 0) for part in go.groups())
        total = hours * 3600 + minutes * 60 + seconds
        return window_of_seconds(total) if total else window_of(duration)
    if (long := _LONG.fullmatch(duration)) is not None:
        return f"{int(long[1]) * 3}mo" if long[2] == "Q" else f"{long[1]}y"
    return window_of(duration)


def _distinct(found: list[_Found]) -> tuple[Meter, ...]:
    """Several limits over one window are told apart by the server's ids of them."""
    ids = Counter(meter.id for meter, _ in found)
    return apart(
        replace(meter, name=_named(meter.name, own)) if own and ids[meter.id] > 1 else meter
        for meter, own in found
    )

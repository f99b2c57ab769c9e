"""headers: the rate-limit headers that a plain GET shows, for gateways without anything better to read.

Read are IETF drafts 10, 07 and 03, Kong, Envoy, APISIX, agentgateway and plain ``X-RateLimit-*``; not the
families that only completions carry (OpenAI's, Anthropic's, ``X-AI-RateLimit-*`` of Kong AI and APISIX):
those would have to be paid for. Each read counts as a request of the quota that it shows.
"""

from datetime import date, datetime

from gaugeway.amounts import clean, plain, slug
from gaugeway.presets import Answer, Ask, Meter, Options, shape_error
from gaugeway.presets._names import apart
from gaugeway.presets._ratelimit import Limit, limits, reset_time
from gaugeway.transport.outcome import error_for

name = "headers"
title = "Rate-limit headers"
source = "draft-ietf-httpapi-ratelimit-headers-10, -07 and -03; documentation of Kong, Envoy and APISIX"
verified = date(2026, 11, 22)
# A gateway that limits completions alone may show them elsewhere: GWDG's answers GET /chat/completions with
# 400 and the headers, so the path is a setting and a client error with headers is an answer.
default_path = "/models"
min_refresh = 300

_ANSWERS = frozenset({200, *range(400, 500)} - {401, 403})
_PER = {"1s": "second", "1m": "minute", "1h": "hour", "1d": "day", "7d": "week", "1mo": "month", "1y": "year"}


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    reply = await ask(options.quota_path, accept=_ANSWERS)
    found = limits(reply.headers, now)
    path = options.quota_path.partition("?")[0]
    if reply.status != 200:
        failure = error_for(reply.status, reply.headers, reply.json, path=path, now=now)
        # Some say "invalid key" with 400; and a long Retry-After is kept only as an error's.
        if failure.refused or not found or (failure.retry_after or 0) > min_refresh:
            raise failure
    if not found:
        raise shape_error(
            f"{path} answers without rate-limit headers; if the gateway shows them elsewhere, set quota_path"
        )
    notes: list[str] = []
    if any(limit.unit is None for limit in found):
        notes.append("the headers do not say what they count")
    wait = reset_time(reply.headers.get("retry-after"), now)
    meters = []
    for limit in found:
        spent = limit.remaining is not None and limit.remaining <= 0
        # Retry-After wins, for what is used up or is the only limit told.
        waited = wait is not None and (spent or len(found) == 1)
        meters.append(_meter(limit, wait if waited else limit.reset, notes))
    return Answer(meters=apart(meters), notes=tuple(notes))


def _meter(limit: Limit, resets_at: datetime | None, notes: list[str]) -> Meter:
    unit = clean(limit.unit or "") or "units"
    title = clean(limit.policy or limit.unit or "") or "limit"
    title = title[0].upper() + title[1:]
    if limit.policy is None and limit.window is not None:
        title += f" per {_PER.get(limit.window, limit.window)}"
    if limit.remaining is None and limit.limit is not None:
        notes.append(f"{title}: a limit of {plain(limit.limit)} {unit}; the headers do not say what is left")
    return Meter.of(
        name=slug(limit.policy or limit.unit or "limit"),
        title=title,
        unit=unit,
        kind="rate_limit" if limit.window is not None else "allowance",
        limit=limit.limit,
        remaining=limit.remaining,
        window=limit.window,
        resets_at=resets_at,
        # Not known what is left, or back as soon as a running request ends: neither stops the user for long.
        advisory=limit.remaining is None or unit == "concurrent-requests",
        notes=notes,
    )

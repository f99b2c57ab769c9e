"""Rate-limit headers to limits: each family by its own rules, the same limit told twice kept once.

A field that is malformed is ignored, as the IETF drafts demand, never guessed at.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

import msgspec
from msgspec.structs import replace

from gaugeway.amounts import instant, number, seconds_of, window_of
from gaugeway.amounts.times import Format
from gaugeway.amounts.windows import window_of_seconds
from gaugeway.errors import ReadError

Headers = Mapping[str, str]

# RFC 9651 lists of bare items with parameters, which is all that these fields use. http-sf reads the whole
# RFC, but a base dependency that loads for 26 ms is a high price for one preset's forty lines.
_BARE = (
    r'"(?:[^"\\]|\\["\\])*"|:[A-Za-z0-9+/=]*:|-?\d{1,15}(?:\.\d{1,3})?|\?[01]|[A-Za-z*][\w:/!#$%&\'*+.^`|~-]*'
)
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*([a-z*][a-z0-9_.*-]*)(?:=({_BARE}))?")
_ITEM = re.compile(rf"({_BARE})((?:{_PARAMETER.pattern})*)")
_LIST = re.compile(rf"{_ITEM.pattern}(?:[ \t]*,[ \t]*{_ITEM.pattern})*")
_PAIR = re.compile(r"(?:^|,)\s*(limit|remaining|reset)=(\d{1,15})\s*(?=,|$)")

_SECONDS = {"d": "86400", "h": "3600", "m": "60", "s": "1", "ms": "0.001"}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[dhms])", re.ASCII)
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_RELATIVE_UNTIL = 400 * 86400  # no epoch is this small, and no window of a gateway is this long
_MILLISECONDS_FROM = 10**11
_WINDOWED = re.compile(r"x-ratelimit-limit-(second|minute|hour|day|month|year)")


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit as the headers tell it. ``unit`` None: they do not say what is counted. ``reset`` is UTC."""

    policy: str | None = None
    unit: str | None = None
    limit: Decimal | None = None
    remaining: Decimal | None = None
    window: str | None = None
    reset: datetime | None = None


def limits(headers: Headers, now: datetime) -> list[Limit]:
    """Every limit that the headers tell of, the most exact family first; names are lower case."""
    policy = headers.get("ratelimit-policy")
    # IETF draft 07: "RateLimit: limit=100, remaining=50, reset=5", window in "RateLimit-Policy: 100;w=60";
    # drafts 03 to 06: a header for each, "RateLimit-Limit: 100, 100;w=60".
    draft07 = dict(_PAIR.findall(headers.get("ratelimit", "")))
    told = [*_draft10(headers, now), *_windowed(headers)]
    told += _triple(draft07, "{}", policy, now, unit="requests")
    told += _triple(headers, "ratelimit-{}", policy, now, unit="requests")
    # No window in the name: Envoy with policies; APISIX, agentgateway, others.
    for prefix in ("x-ratelimit", "x-rate-limit"):
        for suffix, unit in (("", None), ("-requests", "requests"), ("-tokens", "tokens")):
            told += _triple(headers, f"{prefix}-{{}}{suffix}", None, now, unit=unit)
    found: list[Limit] = []
    for one in told:
        _merge(found, one, now)
    return found


def reset_time(text: str | None, now: datetime) -> datetime | None:
    """When a reset is, whichever way it is written; None where it is missing or makes no sense.

    A number is seconds from now while that is plausible, else a Unix time in seconds, and from 1e11 on in
    milliseconds. Also read: durations (``6m0s``, ``120ms``), ISO 8601 and HTTP dates.
    """
    text = (text or "").strip()
    if not text:
        return None
    value = _number(text)
    if _DURATION.fullmatch(text):
        value = sum(
            (Decimal(count) * Decimal(_SECONDS[unit]) for count, unit in _PART.findall(text)), Decimal(0)
        )
    try:
        if value is not None:
            absolute: Format = "unix" if value < _MILLISECONDS_FROM else "unix_ms"
            form = "seconds_from_now" if value < _RELATIVE_UNTIL else absolute
            return None if value < 0 else instant(value, "reset", form=form, now=now)
        if text[0].isdecimal():
            return instant(text, "reset")
        when = parsedate_to_datetime(text)
    except (ReadError, ValueError):
        return None
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).astimezone(UTC)


def items(text: str | None) -> list[tuple[str, dict[str, str]]]:
    """The members of a structured list, each without quotes and with its parameters as text; none where the
    field is missing or malformed anywhere.
    """
    text = (text or "").strip()
    return [
        (_unquoted(bare), {key: _unquoted(value or "?1") for key, value in _PARAMETER.findall(rest)})
        for bare, rest, *_ in (_ITEM.findall(text) if _LIST.fullmatch(text) else ())
    ]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _number(text: str | None) -> Decimal | None:
    try:
        return number(text or None, "header")
    except ReadError:
        return None


def _count(text: str | None) -> Decimal | None:
    """A non-negative amount; None for anything else."""
    value = _number(text)
    return value if value is not None and value >= 0 else None


def _window(text: str | None) -> str | None:
    if text is None or not text.isdecimal() or not 0 < int(text[:10]) < _RELATIVE_UNTIL:
        return None
    return window_of_seconds(int(text))


def _draft10(headers: Headers, now: datetime) -> Iterator[Limit]:
    """``RateLimit-Policy: "daily";q=1000;w=86400`` and ``RateLimit: "daily";r=50;t=30``, joined by name."""
    rules = _by_partition(headers.get("ratelimit-policy"), "q")
    states = _by_partition(headers.get("ratelimit"), "r")
    told = {policy for policy, _ in states}
    states |= {key: {} for key in rules if key[0] not in told}
    for (policy, partition), state in states.items():
        rule = rules.get((policy, partition)) or rules.get((policy, None), {})
        yield Limit(
            policy=policy,
            unit=rule.get("qu", "requests"),
            limit=_count(rule.get("q")),
            remaining=_count(state.get("r")),
            window=_window(rule.get("w")),
            reset=reset_time(state.get("t"), now),
        )


def _by_partition(text: str | None, needed: str) -> dict[tuple[str, str | None], Mapping[str, str]]:
    """Parameters by policy name and partition key; members without the amount they need are ignored."""
    return {
        (value, parameters.get("pk")): parameters
        for value, parameters in items(text)
        if _count(parameters.get(needed)) is not None
    }


def _windowed(headers: Headers) -> list[Limit]:
    """Kong: ``X-RateLimit-Limit-Minute`` and ``-Remaining-Minute``; it counts requests and tells no reset."""
    return [
        Limit(
            unit="requests",
            limit=limit,
            remaining=_number(headers.get(name.replace("-limit-", "-remaining-"))),
            window=window_of(match[1]),
        )
        for name, text in headers.items()
        if (match := _WINDOWED.fullmatch(name)) and (limit := _count(text)) is not None
    ]


def _triple(
    texts: Mapping[str, str], names: str, policy: str | None, now: datetime, *, unit: str | None
) -> list[Limit]:
    """Limit, remaining and reset in three values; the limit may list policies: ``100, 100;w=60``."""
    limit_text, remaining_text, reset_text = (
        texts.get(names.format(form), "") for form in ("limit", "remaining", "reset")
    )
    listed = items(limit_text)
    # Two proxies in a row each write their own: the first value is that of the one that answered us.
    remaining = _number(remaining_text.partition(",")[0])
    if remaining is None:
        return []
    limit = _count(listed[0][0]) if listed else None
    rules = [
        Limit(policy=rule.get("name"), unit=unit, limit=quota, window=_window(rule["w"]))
        for value, rule in (*listed, *items(policy))
        if "w" in rule and (quota := _count(value)) is not None
    ]
    mine = next((rule for rule in rules if rule.limit == limit), Limit(unit=unit, limit=limit))
    reset = reset_time(reset_text, now) or reset_time(reset_text.partition(",")[0], now)
    return [replace(mine, remaining=remaining, reset=reset), *(rule for rule in rules if rule is not mine)]


def _merge(found: list[Limit], one: Limit, now: datetime) -> None:
    """Add a limit, or, where it was told before, only its reset: Kong writes one of its windows twice."""
    same = [index for index, known in enumerate(found) if _same(known, one)]
    fitting = [index for index in same if _fits(found[index], one.reset, now)]
    if not same:
        found.append(one)
    elif len(fitting) == 1:  # of several windows alike, nobody knows whose reset it is
        found[fitting[0]] = replace(found[fitting[0]], reset=one.reset)


def _same(known: Limit, told: Limit) -> bool:
    return (
        known.limit == told.limit
        and told.remaining in (known.remaining, None)
        and told.unit in (known.unit, None)
        and told.window in (known.window, None)
    )


def _fits(known: Limit, reset: datetime | None, now: datetime) -> bool:
    if reset is None or known.reset is not None:
        return False
    length = seconds_of(known.window)
    return length is None or reset <= now + timedelta(seconds=length)

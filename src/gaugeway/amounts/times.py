"""Instants out of JSON. Everything inside gaugeway is an aware datetime in UTC."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Literal, overload

import msgspec

from gaugeway.amounts.numbers import number
from gaugeway.errors import ReadError

Format = Literal["iso", "unix", "unix_ms", "seconds_from_now"]

# What gateways write beside RFC 3339. datetime.fromisoformat also takes dates without a time, week dates and
# compact forms: none of them is something a gateway writes for an instant, so they are refused before.
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?"
)
_encode = msgspec.json.Encoder().encode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_PER_SECOND: dict[str, int] = {"unix": 1, "unix_ms": 1000, "seconds_from_now": 1}


def instant(
    value: Any,
    path: str,
    *,
    form: Format = "iso",
    now: datetime | None = None,
    naive: tzinfo = UTC,
    notes: list[str] | None = None,
) -> datetime | None:
    """The instant at ``path`` in UTC; None for null and for an empty string.

    ``naive``: the zone of a timestamp that has none, as the product documents it. Where it documents
    nothing (the default, UTC) the assumption is added to ``notes``.
    Raises ReadError ``unexpected_shape`` naming the path for anything else, and for times before 2000
    or after 2200: seconds taken for milliseconds and the like.
    """
    if value is None or value == "":
        return None
    if form == "iso":
        when = _iso(value, path, naive, notes)
    else:
        amount = number(value, path)
        assert amount is not None
        base = now if form == "seconds_from_now" else _EPOCH
        assert base is not None, "a relative time needs now"
        try:
            when = base + timedelta(microseconds=int(amount * 1_000_000 / _PER_SECOND[form]))
        except OverflowError:
            raise _wrong(path, form) from None
    if not _EARLIEST <= when <= _LATEST:
        raise _wrong(path, form)
    return when


def _iso(value: Any, path: str, naive: tzinfo, notes: list[str] | None) -> datetime:
    try:
        try:
            when = msgspec.convert(value, datetime)  # RFC 3339, in a fifth of the time
        except msgspec.ValidationError:
            when = _less_strict(value)
        if when.tzinfo is None:
            when = when.replace(tzinfo=naive)
            if naive is UTC and notes is not None:
                notes.append(f"{path} has no time zone; taken as UTC")
        return when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(path, "iso") from None


def _less_strict(value: Any) -> datetime:
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 64 else None
    if match is None:
        raise ValueError
    day, clock, fraction, zone = match.groups()
    if zone is not None and zone.upper() in {"Z", "UTC", "GMT"}:
        zone = "+00:00"
    return datetime.fromisoformat(
        f"{day}T{clock}" + (f".{fraction[:6]:0<6}" if fraction else "") + (zone or "")
    )


@overload
def stamp(when: datetime) -> str: ...
@overload
def stamp(when: datetime | None) -> str | None: ...
def stamp(when: datetime | None) -> str | None:
    """ISO 8601 in UTC with ``Z``; fractions of a second are dropped. None for None."""
    if when is None:
        return None
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return _encode(when)[1:20].decode() + "Z"  # a sixth of isoformat's time


@lru_cache(maxsize=1024)  # resets fall on the same midnights, and what is read together has one moment
def stamp_at(seconds: float) -> str:
    """:func:`stamp` of unix seconds."""
    return stamp(datetime.fromtimestamp(seconds, UTC))


def _wrong(path: str, form: str) -> ReadError:
    wanted = "an ISO 8601 time" if form == "iso" else f"a plausible time ({form})"
    return ReadError("unexpected_shape", f"{path} is not {wanted}")

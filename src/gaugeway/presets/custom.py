"""custom: any JSON answer, described by the user's ``[[meters]]`` tables instead of programmed.

A path that is missing is unknown, never zero and never unlimited; a meter of which nothing resolves is an
error that names its paths.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from gaugeway.amounts import EXACT, clean, instant, number, slug, window_of
from gaugeway.amounts.paths import Path
from gaugeway.errors import ReadError, SetupError
from gaugeway.presets import Answer, Ask, Meter, Options, Reply, shape_error
from gaugeway.readings import Kind

name = "custom"
title = "Custom mapping"
source = "docs/custom-mapping.md"
verified = date(2026, 11, 22)
default_path = "/quota"

_AMOUNTS = ("limit", "used", "remaining")
_PERCENTS = ("percent_remaining", "percent_used")
_KINDS: dict[tuple[str, ...], Kind] = {("used",): "spend", ("remaining",): "balance"}
_UNKNOWN_FIELD = re.compile(r"unknown field `(.*)`")
_HUNDRED = Decimal(100)


class _Scaled(msgspec.Struct, forbid_unknown_fields=True):
    """``divide_by``: a number, or the path of one."""

    path: str
    divide_by: Any = 1


class _Share(msgspec.Struct, forbid_unknown_fields=True):
    """``of``: what the whole is at ``path``, 100 or 1."""

    path: str
    of: Any = 100


class _Moment(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    format: Literal["iso", "unix", "unix_ms", "seconds_from_now"] = "iso"


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """One ``[[meters]]`` table as the user writes it."""

    name: str = ""
    unit: str | None = None
    kind: Kind | None = None
    scope: Literal["key", "user", "member", "team", "organization", "account", "gateway"] = "key"
    window: str | None = None
    limit: str | _Scaled | None = None
    used: str | _Scaled | None = None
    remaining: str | _Scaled | None = None
    percent_remaining: str | _Share | None = None
    percent_used: str | _Share | None = None
    unlimited: list[Any] = []
    resets_at: str | _Moment | None = None


class _Amount(msgspec.Struct, frozen=True):
    """A number at ``path``, divided by a number or by what stands at another path."""

    path: Path
    by: Decimal | Path

    def find(self, document: Any) -> Decimal | None:
        value = number(self.path.find(document), str(self.path))
        by = self.by if isinstance(self.by, Decimal) else number(self.by.find(document), str(self.by))
        if value is None or by is None:
            return None
        if not by:
            raise shape_error(f"{self.by} is 0 and can't divide {self.path}")
        return EXACT.divide(value, by)


class _Rule:
    """One table, checked. ``field`` is its place in the configuration, for messages."""

    def __init__(self, table: _Table, field: str) -> None:
        self._table = table
        self._title = clean(table.name)
        sources = {key: getattr(table, key) for key in (*_AMOUNTS, *_PERCENTS)}
        self._amounts = {
            key: _amount(source, f"{field}.{key}") for key, source in sources.items() if source is not None
        }
        given = self._amounts.keys()
        percents = given & set(_PERCENTS)
        if not self._title:
            raise _invalid(f"{field}.name", "is missing or empty")
        if not given:
            raise _invalid(field, f"needs one of {', '.join((*_AMOUNTS, *_PERCENTS))}")
        if percents and len(given) > 1:
            raise _invalid(f"{field}.{min(percents)}", "stands instead of the other amounts, not beside them")
        if table.unit is None and not percents:
            raise _invalid(f"{field}.unit", "is missing")
        if table.unlimited and "limit" not in given:
            raise _invalid(f"{field}.unlimited", "lists values of limit, which is missing")
        try:
            self._window = window_of(table.window)
        except ValueError as error:
            raise _invalid(f"{field}.window", f"is {error}") from None
        self._kind = table.kind or _KINDS.get(tuple(given), "allowance")
        moment = _Moment(table.resets_at) if isinstance(table.resets_at, str) else table.resets_at
        self._resets_at = None if moment is None else _path(moment.path, f"{field}.resets_at")
        self._format = "iso" if moment is None else moment.format

    @property
    def id(self) -> str:
        return f"{self._table.scope}/{slug(self._title)}/{self._window or '-'}"

    def read(self, reply: Reply, now: datetime, notes: list[str]) -> Meter:
        document, sought = reply.json, dict(self._amounts)
        limit = sought["limit"].path.find(document) if "limit" in sought else None
        unlimited = limit is not None and _comparable(limit) in map(_comparable, self._table.unlimited)
        if unlimited:
            del sought["limit"]
        found: dict[str, Any] = {key: amount.find(document) for key, amount in sought.items()}
        if not unlimited and all(value is None for value in found.values()):
            where = ", ".join(str(amount.path) for amount in sought.values())
            raise reply.refusal(f"meter {self._title}: nothing stands at {where}")
        if (used := found.pop("percent_used", None)) is not None:
            found["percent_remaining"] = EXACT.subtract(_HUNDRED, used)
        moment = None if self._resets_at is None else self._resets_at.find(document)
        return Meter.of(
            name=slug(self._title),
            title=self._title,
            unit=clean(self._table.unit or "percent"),
            scope=self._table.scope,
            kind=self._kind,
            unlimited=unlimited,
            window=self._window,
            resets_at=instant(moment, str(self._resets_at), form=self._format, now=now, notes=notes),
            notes=notes,
            **found,
        )


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    rules = _rules(options.meters)
    reply = await ask(options.quota_path)
    notes: list[str] = []
    return Answer(meters=tuple(rule.read(reply, now, notes) for rule in rules), notes=tuple(notes))


def _rules(meters: Sequence[Mapping[str, Any]]) -> list[_Rule]:
    """The tables, checked before anything is asked.

    Raises SetupError ``invalid_config`` that names the field, and for an unknown one the nearest known.
    """
    if not meters:
        raise _invalid("meters", "is missing: the custom preset needs at least one")
    rules: list[_Rule] = []
    for index, table in enumerate(meters):
        field = f"meters[{index}]"
        rule = _Rule(_table(table, field), field)
        if any(rule.id == other.id for other in rules):
            raise _invalid(f"{field}.name", f"gives the id {rule.id} a second time")
        rules.append(rule)
    return rules


def _table(table: Mapping[str, Any], field: str) -> _Table:
    try:
        return msgspec.convert(table, _Table)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        field += place.strip("`$")
        unknown = _UNKNOWN_FIELD.search(said)
        if unknown is None:
            raise _invalid(field, said.lower()) from None
        from difflib import get_close_matches

        tables = {"resets_at": _Moment, "percent_remaining": _Share, "percent_used": _Share}
        known = tables.get(field.rpartition(".")[2], _Scaled if "." in field else _Table).__struct_fields__
        near = get_close_matches(unknown[1], known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        raise _invalid(f"{field}.{unknown[1]}", "is not known", hint) from None


def _amount(source: str | _Scaled | _Share, field: str) -> _Amount:
    if isinstance(source, str):
        return _Amount(_path(source, field), Decimal(1))
    path = _path(source.path, f"{field}.path")
    if isinstance(source, _Share):
        return _Amount(path, EXACT.divide(_divisor(source.of, f"{field}.of"), _HUNDRED))
    if isinstance(source.divide_by, str):
        return _Amount(path, _path(source.divide_by, f"{field}.divide_by"))
    return _Amount(path, _divisor(source.divide_by, f"{field}.divide_by"))


def _divisor(value: Any, field: str) -> Decimal:
    # TOML's floats come as float or Decimal: their text is what the user wrote.
    try:
        by = None if isinstance(value, bool | str) else number(str(value), field)
    except ReadError:
        by = None
    if not by:
        raise _invalid(field, "is not a number other than 0")
    return by


def _comparable(value: Any) -> Decimal | str | None:
    """A limit or one of its sentinels, for comparing: ``"-1"`` is -1, ``true`` is not 1."""
    try:
        return number(str(value), "")
    except ReadError:
        return str(value)


def _path(text: str, field: str) -> Path:
    try:
        return Path(text)
    except ValueError as error:
        raise _invalid(field, f"is no path: {error}") from None


def _invalid(field: str, what: str, hint: str | None = None) -> SetupError:
    return SetupError("invalid_config", f"{field} {what}", hint)

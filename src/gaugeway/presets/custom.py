"""custom: any JSON answer, described by the user's ``[[meters]]`` tables instead of programmed.

A path that is missing is unknown, never zero and never unlimited; a meter of which nothing resolves is an
error that names its paths.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

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
_Scope = Literal["key", "user", "member", "team", "organization", "account", "gateway"]
_Format = Literal["iso", "unix", "unix_ms", "seconds_from_now"]
_WORDS: dict[str, Any] = {"kind": Kind, "scope": _Scope, "format": _Format}
_UNKNOWN_FIELD = re.compile(r"unknown field `(.*)`")
_HUNDRED = Decimal(100)


class _Amount(msgspec.Struct, forbid_unknown_fields=True):
    """A number at ``path``, divided by a number or by what stands at another path."""

    path: Path
    divide_by: Any = 1

    def __post_init__(self) -> None:
        by = self.divide_by
        self.divide_by = Path(by) if isinstance(by, str) else _divisor(by, "divide_by")

    def find(self, document: Any) -> Decimal | None:
        value, by = number(self.path.find(document), str(self.path)), self.divide_by
        if isinstance(by, Path):
            by = number(by.find(document), str(by))
        if value is None or by is None:
            return None
        if not by:
            raise shape_error(f"{self.divide_by} is 0 and can't divide {self.path}")
        return EXACT.divide(value, by)


class _Share(msgspec.Struct, forbid_unknown_fields=True):
    """A percentage. ``of``: what the whole is at ``path``, 100 or 1."""

    path: Path
    of: Any = 100

    def __post_init__(self) -> None:
        self.of = EXACT.divide(_divisor(self.of, "of"), _HUNDRED)

    def find(self, document: Any) -> Decimal | None:
        return _Amount(self.path, self.of).find(document)


class _Moment(msgspec.Struct, forbid_unknown_fields=True):
    path: Path
    format: _Format = "iso"


class _Rule(msgspec.Struct, forbid_unknown_fields=True):
    """One ``[[meters]]`` table as the user writes it, but for ``limit = "PATH"``, short for a table."""

    name: str
    unit: str | None = None
    kind: Kind | None = None
    scope: _Scope = "key"
    window: str | None = None
    limit: _Amount | None = None
    used: _Amount | None = None
    remaining: _Amount | None = None
    percent_remaining: _Share | None = None
    percent_used: _Share | None = None
    unlimited: list[Any] = []
    resets_at: _Moment | None = None

    def __post_init__(self) -> None:
        self.name, self.window = clean(self.name), window_of(self.window)
        given = tuple(self.amounts())
        percents = {*given}.intersection(_PERCENTS)
        if not self.name:
            raise ValueError("name is empty")
        if not given:
            raise ValueError(f"needs one of {', '.join((*_AMOUNTS, *_PERCENTS))}")
        if percents and len(given) > 1:
            raise ValueError(f"{min(percents)} stands instead of the other amounts, not beside them")
        if self.unit is None and not percents:
            raise ValueError("unit is missing")
        if self.unlimited and self.limit is None:
            raise ValueError("unlimited lists values of limit, which is missing")
        self.kind = self.kind or _KINDS.get(given, "allowance")

    def amounts(self) -> dict[str, _Amount | _Share]:
        found = ((key, getattr(self, key)) for key in (*_AMOUNTS, *_PERCENTS))
        return {key: amount for key, amount in found if amount is not None}

    def read(self, reply: Reply, now: datetime, notes: list[str]) -> Meter:
        document, sought = reply.json, self.amounts()
        limit = None if self.limit is None else self.limit.path.find(document)
        unlimited = limit is not None and _comparable(limit) in map(_comparable, self.unlimited)
        if unlimited:
            del sought["limit"]
        found: dict[str, Any] = {key: amount.find(document) for key, amount in sought.items()}
        if not unlimited and all(value is None for value in found.values()):
            where = ", ".join(str(amount.path) for amount in sought.values())
            raise reply.refusal(f"meter {self.name}: nothing stands at {where}")
        if (used := found.pop("percent_used", None)) is not None:
            found["percent_remaining"] = EXACT.subtract(_HUNDRED, used)
        if (moment := self.resets_at) is not None:
            value, path = moment.path.find(document), str(moment.path)
            found["resets_at"] = instant(value, path, form=moment.format, now=now, notes=notes)
        return Meter.of(
            name=slug(self.name),
            title=self.name,
            unit=clean(self.unit or "percent"),
            scope=self.scope,
            kind=self.kind,
            unlimited=unlimited,
            window=self.window,
            notes=notes,
            **found,
        )


_SOURCES = frozenset((*_AMOUNTS, *_PERCENTS, "resets_at"))
_FIELDS = tuple(
    dict.fromkeys(name for kind in (_Rule, _Amount, _Share, _Moment) for name in kind.__struct_fields__)
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
    rules: dict[str, _Rule] = {}
    for index, table in enumerate(meters):
        rule = _rule(table, f"meters[{index}]")
        id_ = f"{rule.scope}/{slug(rule.name)}/{rule.window or '-'}"
        if rules.setdefault(id_, rule) is not rule:
            raise _invalid(f"meters[{index}].name", f"gives the id {id_} a second time")
    return [*rules.values()]


def _rule(table: Mapping[str, Any], field: str) -> _Rule:
    whole = {
        key: {"path": value} if key in _SOURCES and isinstance(value, str) else value
        for key, value in table.items()
    }
    try:
        return msgspec.convert(whole, _Rule, dec_hook=_path)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        field += place.strip("`$")
        if said.startswith("Invalid enum value"):
            words = get_args(_WORDS[field.rpartition(".")[2]])
            raise _invalid(field, f"is no word it knows: {', '.join(words)}") from None
        unknown = _UNKNOWN_FIELD.search(said)
        if unknown is None:
            raise _invalid(f"{field}:", said) from None
        from difflib import get_close_matches

        near = get_close_matches(unknown[1], _FIELDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_FIELDS)}"
        raise _invalid(f"{field}.{unknown[1]}", "is not known", hint) from None


def _path(_kind: type[Path], value: Any) -> Path:
    if not isinstance(value, str):
        raise TypeError("is not a path, which is text")
    return Path(value)


def _divisor(value: Any, field: str) -> Decimal:
    # TOML's floats come as float or Decimal: their text is what the user wrote.
    try:
        by = None if isinstance(value, str) else number(str(value), field)
    except ReadError:
        by = None
    if not by:
        raise ValueError(f"{field} is not a number other than 0")
    return by


def _comparable(value: Any) -> Decimal | str | None:
    """A limit or one of its sentinels, for comparing: ``"-1"`` is -1, ``true`` is not 1."""
    try:
        return number(str(value), "")
    except ReadError:
        return str(value)


def _invalid(field: str, what: str, hint: str | None = None) -> SetupError:
    return SetupError("invalid_config", f"{field} {what}", hint)

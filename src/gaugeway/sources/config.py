"""gaugeway's own config.toml. The types below are its one declaration: validation and the reference in the
documentation both come from them.
"""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gaugeway.amounts import clean
from gaugeway.amounts.numbers import MAX_EXPONENT
from gaugeway.errors import SetupError
from gaugeway.readings import Kind, Scope
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Definition, Trust, check_id
from gaugeway.sources.settings import Draft, Problem, Setting, where
from gaugeway.sources.trust import WorkTrees

DISPLAY_FIELDS = frozenset({"label", "low", "critical", "low_amount", "critical_amount"})


class PathTable(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a custom meter, where its path alone does not say enough."""

    path: Annotated[str, Meta(description="dotted path; `[0]` indexes, `[name=daily]` selects from a list")]
    divide_by: Annotated[Decimal, Meta(description="the number found is divided by this")] = Decimal(1)
    of: Annotated[Decimal, Meta(description="what a percentage counts to: 100, or 1 for fractions")] = (
        Decimal(100)
    )
    format: Annotated[str, Meta(description="of a time: `iso`, `unix`, `unix_ms` or `seconds_from_now`")] = (
        "iso"
    )


PathSetting = str | PathTable


class MeterTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[gateways.ID.meters]]``: one meter of the ``custom`` preset. At least one value is needed."""

    name: Annotated[str, Meta(description="display name; its slug is the meter's name in ids")]
    unit: Annotated[
        str | None, Meta(description="`tokens`, `requests`, a currency code or the gateway's word")
    ] = None
    kind: Annotated[
        Kind | None,
        Meta(
            description="default: allowance with a limit, balance with remaining alone, spend with used alone"
        ),
    ] = None
    scope: Annotated[Scope, Meta(description="whose meter it is")] = "key"
    window: Annotated[str | None, Meta(description="`5h`, `1d`, `30d`, `1mo`, `lifetime`")] = None
    limit: Annotated[PathSetting | None, Meta(description="where the limit stands")] = None
    used: Annotated[PathSetting | None, Meta(description="where the used amount stands")] = None
    remaining: Annotated[PathSetting | None, Meta(description="where the remaining amount stands")] = None
    unlimited: Annotated[list[Any], Meta(description="values of limit that mean unlimited")] = []
    percent_remaining: Annotated[
        PathSetting | None, Meta(description="instead of limit, used and remaining: the percentage left")
    ] = None
    percent_used: Annotated[
        PathSetting | None, Meta(description="instead of limit, used and remaining: the percentage used")
    ] = None
    resets_at: Annotated[PathSetting | None, Meta(description="where the time of the next reset stands")] = (
        None
    )


class GatewayTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[gateways.ID]``: one gateway."""

    base_url: Annotated[
        str | None,
        Meta(description="scheme, host, port and path only; may be absent where OpenCode's provider has one"),
    ] = None
    preset: Annotated[str, Meta(description="the gateway's product, or `custom`", min_length=1)] = "neutral"
    api_key: Annotated[
        str | None,
        Meta(
            description="the key, best as a template: `{env:NAME}`, `{file:PATH}`, `{command:...}`, "
            "`{keyring:SERVICE/USER}`; else found by id"
        ),
    ] = None
    label: Annotated[str | None, Meta(description="display name; default: the id")] = None
    quota_path: Annotated[
        str | None,
        Meta(description="path under base_url, for presets that ask one path; each has its default"),
    ] = None
    auth: Annotated[
        str | None,
        Meta(description="`bearer`, `raw` (the key alone) or `header:NAME`; each preset has its default"),
    ] = None
    timeout: Annotated[float, Meta(description="seconds for one whole reading", gt=0, le=300)] = 5.0
    refresh: Annotated[
        int,
        Meta(description="seconds between live reads; a preset's larger minimum wins", ge=0, le=2_592_000),
    ] = 60
    allow_http: Annotated[bool, Meta(description="lets the key travel over plain HTTP beyond loopback")] = (
        False
    )
    unattended: Annotated[
        bool, Meta(description="`{command:}` and `{keyring:}` run in background refreshes too")
    ] = False
    ca_file: Annotated[
        str | None,
        Meta(description="PEM file of a private certificate authority, trusted beside the system's"),
    ] = None
    low: Annotated[Decimal, Meta(description="percent left below which the level is low")] = Decimal(20)
    critical: Annotated[Decimal, Meta(description="percent left below which the level is critical")] = (
        Decimal(5)
    )
    low_amount: Annotated[
        Decimal | None, Meta(description="the same for balances without a limit, in the meter's unit")
    ] = None
    critical_amount: Annotated[
        Decimal | None, Meta(description="the same for balances without a limit, in the meter's unit")
    ] = None
    meters: Annotated[list[dict[str, Any]], Meta(description="the meters of the `custom` preset")] = []

    def __post_init__(self) -> None:
        if not math.isfinite(self.timeout):
            raise ValueError("timeout is not a number of seconds")
        for name in ("low", "critical", "low_amount", "critical_amount"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and abs(value.adjusted()) <= MAX_EXPONENT):
                raise ValueError(f"{name} is not a number of plausible size")


_KNOWN = {table: frozenset(table.__struct_fields__) for table in (GatewayTable, MeterTable, PathTable)}
_HEADER = re.compile(
    r"""^[ \t]*\[{0,2}[ \t]*gateways[ \t]*\.[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))""",
    re.MULTILINE,
)


class Config(msgspec.Struct, frozen=True):
    """What gaugeway's own configuration says, the strongest place last."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]


def user_file(env: Environment, typed: Path | None, trees: WorkTrees) -> Place:
    """The one typed after ``--config``, else a trusted GAUGEWAY_CONFIG, else the platform's default."""
    if typed is not None:
        return Place(env.path(str(typed)))
    named = env.named("GAUGEWAY_CONFIG")
    return named if named is not None and trees.trust(named) == "trusted" else env.config_file()


def read(env: Environment, typed: Path | None, trees: WorkTrees) -> Config:
    """The user's file. A GAUGEWAY_CONFIG that is not trusted does not replace it: its display settings are
    laid over it, so that a repository can't hide gateways either.
    """
    place = user_file(env, typed, trees)
    configs = [_read_file(place, trees.trust(place), required=typed is not None)]
    named = env.named("GAUGEWAY_CONFIG")
    if typed is None and named not in {None, place}:
        assert named is not None
        configs.append(_read_file(named, "display-only", required=False))
    return Config(
        tuple(draft for config in configs for draft in config.drafts),
        tuple(problem for config in configs for problem in config.problems),
    )


def _read_file(place: Place, trust: Trust, *, required: bool) -> Config:
    """``required``: the file was typed as an argument, so that its absence is a wrong usage."""
    path = place.path

    def broken(message: str, line: int | None = None) -> Config:
        # Only a file of the user's own is worth an exit code: no repository decides about that.
        fatal = trust == "trusted"
        return _only(Problem(file=str(path), line=line, field="", message=message, fatal=fatal))

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if not required and place.variable != "GAUGEWAY_CONFIG":
            return Config((), ())
        named = f" ({place.variable} names it)" if place.variable else ""
        return _only(Problem(file=str(path), field="", message=f"does not exist{named}", fatal=required))
    except OSError as error:
        return broken(f"can't be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return broken("is not UTF-8", line)
    import tomllib

    try:
        # Decimal: no amount goes through float. The values are checked against the types below.
        document = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        return broken(*_syntax_error(error, text))
    return _Reader(path, text, trust).read(document)


def _only(problem: Problem) -> Config:
    return Config((), (problem,))


def _syntax_error(error: Exception, text: str) -> tuple[str, int | None]:
    """What is wrong, and on which line. tomllib's words may quote a character of the file, never a value."""
    if type(error).__name__ != "TOMLDecodeError":
        return "is not TOML: a value is too large or nested too deep", None
    said, _, position = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", position)
    return f"is not TOML: {said}", int(line[1]) if line else text.count("\n") + 1


class _Reader:
    """One parsed file to drafts and problems."""

    def __init__(self, path: Path, text: str, trust: Trust) -> None:
        self.file = str(path)
        self.folder = path.parent
        self.trust: Trust = trust
        self.lines = _table_lines(text)

    def read(self, document: dict[str, Any]) -> Config:
        problems = [
            self.problem(None, name, f"is not known{_nearest(name, {'gateways'})}")
            for name in document
            if name != "gateways"
        ]
        if self.trust == "display-only":
            problems.append(
                self.problem(
                    None,
                    "gateways",
                    "is inside the current git work tree, so only display settings are taken from it; "
                    "name it after --config to trust it",
                )
            )
        tables = document.get("gateways", {})
        if not isinstance(tables, dict):
            return _only(self.problem(None, "gateways", "is not a table", fatal=True))
        drafts = [self.draft(name, table) for name, table in tables.items()]
        if self.trust == "display-only":
            problems += [
                self.problem(draft.definition.line, f"gateways.{draft.id}", draft.error.message)
                for draft in drafts
                if draft.error is not None
            ]
            drafts = [msgspec.structs.replace(draft, error=None) for draft in drafts]
        return Config(tuple(drafts), tuple(problems))

    def problem(self, line: int | None, field: str, message: str, *, fatal: bool = False) -> Problem:
        return Problem(file=self.file, line=line, field=field, message=message, fatal=fatal)

    def draft(self, name: str, table: Any) -> Draft:
        line = self.lines.get(name)
        place = where(self.file, line, f"gateways.{clean(name)}")
        fields: dict[str, Setting] = {}
        error = None
        try:
            check_id(name, place)
            parsed = _validated(table, GatewayTable, place)
            for index, meter in enumerate(parsed.meters):
                _check_meter(meter, f"{place}.meters[{index}]")
            fields = {
                key: Setting(
                    value=getattr(parsed, key),
                    file=self.file,
                    line=line,
                    field=f"gateways.{name}.{key}",
                    folder=self.folder,
                    own=True,
                )
                for key in table
                if self.trust == "trusted" or key in DISPLAY_FIELDS
            }
        except SetupError as wrong:
            error = wrong
        return Draft(
            id=clean(name),
            definition=Definition(file=self.file, line=line, trust=self.trust),
            fields=fields,
            error=error,
        )


def _check_meter(meter: dict[str, Any], place: str) -> None:
    """Types and names of a custom meter's settings; what they mean is the preset's business."""
    for key, value in meter.items():
        if isinstance(value, dict):
            _validated(value, PathTable, f"{place}.{key}")
    _validated(meter, MeterTable, place)


def _validated(table: Any, kind: type[Any], place: str) -> Any:
    """The table as ``kind``; raises SetupError ``invalid_config`` naming the field."""
    if not isinstance(table, dict):
        raise SetupError("invalid_config", f"{place} is not a table")
    for key, value in table.items():
        if key not in _KNOWN[kind]:
            quoting = (
                " (an id with a dot needs quotes)" if isinstance(value, dict) and kind is GatewayTable else ""
            )
            raise SetupError(
                "invalid_config", f"{place}.{clean(key)} is not known{_nearest(key, _KNOWN[kind])}{quoting}"
            )
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        # "Expected `int`, got `str` - at `$.refresh`": names types and bounds, never the value
        what, _, at = str(error).partition(" - at `$")
        raise SetupError("invalid_config", f"{place}{at.rstrip('`')}: {what}") from None


def _nearest(key: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, sorted(known), n=1, cutoff=0)
    return f"; the nearest known key is {near[0]}" if near else ""


def _table_lines(text: str) -> dict[str, int]:
    """The line on which each gateway's first table or key stands."""
    lines: dict[str, int] = {}
    line, seen = 1, 0
    for match in _HEADER.finditer(text):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        lines.setdefault(match[1] or match[2] or match[3], line)
    return lines

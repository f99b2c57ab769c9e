"""gaugeway's own config.toml. The types below are its one declaration: validation and the reference in the
documentation both come from them.
"""

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
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Definition, Trust, check_id
from gaugeway.sources.settings import Draft, Problem, Setting, where
from gaugeway.sources.trust import WorkTrees

DISPLAY_FIELDS = frozenset({"label", "low", "critical", "low_amount", "critical_amount"})


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
    meters: Annotated[
        list[dict[str, Any]],
        Meta(description="`[[gateways.ID.meters]]`: the meters of the `custom` preset, which checks them"),
    ] = []

    def __post_init__(self) -> None:
        for name in ("low", "critical", "low_amount", "critical_amount"):
            value = getattr(self, name)
            if value is not None and not (value.is_finite() and abs(value.adjusted()) <= MAX_EXPONENT):
                raise ValueError(f"{name} is not a number of plausible size")


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
    import tomli

    try:
        # Decimal: no amount goes through float. The values are checked against the types below.
        document = tomli.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        return broken(*_syntax_error(error, text))
    return _Reader(path, text, trust).read(document)


def _only(problem: Problem) -> Config:
    return Config((), (problem,))


def _syntax_error(error: Exception, text: str) -> tuple[str, int | None]:
    """What is wrong, and on which line. tomli's words may quote a character of the file, never a value."""
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
            parsed = _validated(table, place)
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


def _validated(table: Any, place: str) -> GatewayTable:
    """Raises SetupError ``invalid_config`` naming the field, and for an unknown one the nearest known."""
    if not isinstance(table, dict):
        raise SetupError("invalid_config", f"{place} is not a table")
    for key, value in table.items():
        if key not in GatewayTable.__struct_fields__:
            what = f"{clean(key)} is not known{_nearest(key, GatewayTable.__struct_fields__)}"
            hint = "an id with a dot needs quotes" if isinstance(value, dict) else None
            raise SetupError("invalid_config", f"{place}.{what}", hint)
    try:
        return msgspec.convert(table, GatewayTable)
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

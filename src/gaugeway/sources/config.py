"""gaugeway's own config.toml. The types below are its one declaration: validation and the reference in the
documentation both come from them.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from gaugeway.amounts import clean
from gaugeway.amounts.numbers import MAX_EXPONENT
from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Trust, check_id, shown_id
from gaugeway.sources.jsonc import KeyPath
from gaugeway.sources.settings import Draft, Invalid, Layer, Problem, Setting, converted, nearest
from gaugeway.sources.trust import WorkTrees

_TABLES = ("gateways", "alerts")
DISPLAY_FIELDS = frozenset({"label", "low", "critical", "low_amount", "critical_amount"})


class GatewayTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


_NAME = re.compile(r"""[ \t]*\.[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))""")
_HEADER = re.compile(rf"^[ \t]*(\[{{0,2}})[ \t]*(gateways|alerts)((?:{_NAME.pattern})*)", re.MULTILINE)


def user_file(env: Environment, typed: Path | None, trees: WorkTrees) -> Place:
    """The one typed after ``--config``, else the first of the usual places that is trusted."""
    return list(_places(env, typed, trees))[-1]


def _places(env: Environment, typed: Path | None, trees: WorkTrees) -> Iterator[Place]:
    """The user's file comes last. A place before it is not trusted and does not replace it: its display
    settings are laid over it, so that a repository can't hide gateways either.
    """
    for place in env.config_files() if typed is None else [env.place(env.path(str(typed)))]:
        yield place
        if trees.trust(place) == "trusted":
            return


class Own(NamedTuple):
    """What gaugeway's own configuration says: of gateways, the strongest place last; and ``[alerts]``."""

    drafts: list[Draft]
    alerts: Setting | None


def read(env: Environment, typed: Path | None, trees: WorkTrees, problems: list[Problem]) -> Own:
    own = Own([], None)
    for place in _places(env, typed, trees):
        said = _read_file(place, trees.trust(place), problems, required=typed is not None)
        own = Own(said.drafts + own.drafts, said.alerts)  # the last place is the user's own
    return own


def _read_file(place: Place, trust: Trust, problems: list[Problem], *, required: bool) -> Own:
    """``required``: the file was typed as an argument, so that its absence is a wrong usage."""
    # Only a file of the user's own is worth an exit code: no repository decides about that.
    fatal, line, text = trust == "trusted", None, ""
    try:
        data = place.read()
        if data is None:
            if required or place.variable == "GAUGEWAY_CONFIG":
                named = f" ({place.variable} names it)" if place.variable else ""
                problems.append(Problem(file=place.name, message=f"does not exist{named}", fatal=required))
            return Own([], None)
        text = data.decode("utf-8-sig")
        import tomli

        # Decimal: no amount goes through float. The values are checked against the types below.
        document = tomli.loads(text, parse_float=Decimal)
    except OSError as error:
        message = f"can't be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message, line = "is not UTF-8", error.object.count(b"\n", 0, error.start) + 1
    except (ValueError, ArithmeticError, RecursionError) as error:
        message, line = _syntax_error(error, text)
    else:
        layer = Layer(
            file=place.name,
            folder=place.path.parent,
            value=document,
            line_of=_lines_of(text),
            trust=trust,
            own=True,
        )
        return Own(_drafts(layer, problems), _alerts(layer))
    problems.append(Problem(file=place.name, line=line, message=message, fatal=fatal))
    return Own([], None)


def _syntax_error(error: Exception, text: str) -> tuple[str, int | None]:
    """What is wrong, and on which line. tomli's words may quote a character of the file, never a value."""
    if type(error).__name__ != "TOMLDecodeError":
        return "is not TOML: a value is too large or nested too deep", None
    said, _, position = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", position)
    return f"is not TOML: {said}", int(line[1]) if line else text.count("\n") + 1


def _alerts(layer: Layer) -> Setting | None:
    """Who can name a channel can run a command: only the user can."""
    if "alerts" not in layer.value or layer.trust != "trusted":
        return None
    return Setting(layer.value["alerts"], layer, ("alerts",))


def _drafts(layer: Layer, problems: list[Problem]) -> list[Draft]:
    for name in layer.value:
        if name not in _TABLES:
            message = f"is not known; the nearest known key is {nearest(name, _TABLES, cutoff=0)}"
            problems.append(Problem(file=layer.file, field=clean(name), message=message))
    if layer.trust == "display-only":
        message = (
            "is inside the current git work tree, so only display settings are taken from it; "
            "name it after --config to trust it"
        )
        problems.append(Problem(file=layer.file, field="gateways", message=message))
    tables = layer.value.get("gateways", {})
    if not isinstance(tables, dict):
        fatal = layer.trust == "trusted"
        problems.append(Problem(file=layer.file, field="gateways", message="is not a table", fatal=fatal))
        return []
    return [_draft(name, Setting(table, layer, ("gateways", name))) for name, table in tables.items()]


def _draft(name: str, table: Setting) -> Draft:
    fields: dict[str, Setting] = {}
    error = None
    try:
        check_id(name, table)
        parsed = _validated(table)
        fields = {
            key: Setting(getattr(parsed, key), table.layer, (*table.path, key))
            for key in table.value
            if table.layer.trust == "trusted" or key in DISPLAY_FIELDS
        }
    except SetupError as wrong:
        error = wrong
    return Draft(id=shown_id(name), definition=table.definition(), fields=fields, error=error)


def _validated(table: Setting) -> GatewayTable:
    """Raises SetupError ``invalid_config`` naming the field."""
    try:
        return converted(table.value, GatewayTable)
    except Invalid as wrong:
        colon = "" if wrong.what.startswith("is ") else ":"
        message = f"{table}{wrong.below}{colon} {wrong.what}"
        raise SetupError("invalid_config", message, wrong.hint) from None


def _lines_of(text: str) -> Callable[[KeyPath], int | None]:
    """On which line each gateway's first table or key stands, and each table of the alerts; what has no line
    of its own is where the one above it is.
    """
    lines: dict[KeyPath, int] = {}
    line, seen, rules = 1, 0, 0
    for match in _HEADER.finditer(text):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        path: KeyPath = (match[2], *("".join(name) for name in _NAME.findall(match[3])))
        if match[1] == "[[" and path == ("alerts", "rules"):
            path, rules = (*path, rules), rules + 1
        for end in range(1 if match[2] == "alerts" else 2, len(path) + 1):
            lines.setdefault(path[:end], line)

    def line_of(path: KeyPath) -> int | None:
        above = (path[:end] for end in range(len(path), 0, -1))
        return next((lines[one] for one in above if one in lines), None)

    return line_of

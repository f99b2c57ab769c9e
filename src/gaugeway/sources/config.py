"""gaugeway's own config.toml. The types below are its one declaration: validation and the reference in the
documentation both come from them.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import check_id
from gaugeway.sources.jsonc import KeyPath, ParseError
from gaugeway.sources.layers import Lines, read_file
from gaugeway.sources.settings import Draft, Layer, Problem, Setting, unknown
from gaugeway.sources.trust import WorkTrees

_TABLES = ("gateways", "alerts")
DISPLAY_FIELDS = frozenset({"label", "low", "critical", "low_amount", "critical_amount"})


_Amount = Annotated[
    Decimal | None, Meta(description="the same for balances without a limit, in the meter's unit")
]


class GatewayTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[gateways.ID]``: one gateway."""

    base_url: Annotated[
        str | None,
        Meta(description="scheme, host, port and path only; may be absent where OpenCode's provider has one"),
    ] = None
    preset: Annotated[str, Meta(description="the gateway's product, or `custom`", min_length=1)] = "neutral"
    api_key: Annotated[
        str | None, Meta(description="the key, best as a template; else it is found by id")
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
    low_amount: _Amount = None
    critical_amount: _Amount = None
    meters: Annotated[
        tuple[dict[str, Any], ...],
        Meta(description="`[[gateways.ID.meters]]`: the meters of the `custom` preset, which checks them"),
    ] = ()


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


def read(
    env: Environment, typed: Path | None, trees: WorkTrees, problems: list[Problem]
) -> tuple[list[Draft], Setting | None]:
    """What gaugeway's own configuration says: of gateways, the strongest place last; and ``[alerts]``.

    Who can name a channel can run a command, so alerts are the user's own alone.
    """
    drafts: list[Draft] = []
    alerts = None
    for place in _places(env, typed, trees):
        required = typed is not None or place.variable == "GAUGEWAY_CONFIG"
        if layer := read_file(place, trees.trust(place), problems, own=_parsed, required=required):
            drafts = _drafts(layer, problems) + drafts  # the last place is the user's own
            if layer.trust == "trusted" and "alerts" in layer.value:
                alerts = Setting(layer.value["alerts"], layer, ("alerts",))
    return drafts, alerts


def _parsed(data: bytes, file: str) -> tuple[dict[str, Any], Lines]:
    import tomli

    try:
        text = data.decode("utf-8-sig")
        # Decimal: no amount goes through float. The values are checked against the types below.
        return tomli.loads(text, parse_float=Decimal), _lines_of(text)
    except UnicodeDecodeError as error:
        line, what = error.object.count(b"\n", 0, error.start) + 1, "is not UTF-8"
    except tomli.TOMLDecodeError as error:  # its words may quote a character of the file, never a value
        line, what = error.lineno, f"is not TOML: {error.msg}"
    except (ValueError, ArithmeticError, RecursionError):
        line, what = 1, "is not TOML: a value is too large or nested too deep"
    raise ParseError(file, line, what)


def _drafts(layer: Layer, problems: list[Problem]) -> list[Draft]:
    strange = [name for name in layer.value if name not in _TABLES]
    problems += [Setting(0, layer, (name,)).problem(unknown(_TABLES, name)) for name in strange]
    tables = layer.value.get("gateways", {})
    if not isinstance(tables, dict):
        fatal = layer.trust == "trusted"
        problems.append(Problem(file=layer.file, field="gateways", message="is not a table", fatal=fatal))
        return []
    return [
        Draft.of(name, Setting(table, layer, ("gateways", name)), _fields) for name, table in tables.items()
    ]


def _fields(table: Setting) -> dict[str, Setting]:
    check_id(str(table.path[-1]), table)
    parsed = table.convert(GatewayTable)
    return {
        name: Setting(getattr(parsed, name), table.layer, (*table.path, name))
        for name in table.value
        if table.layer.trust == "trusted" or name in DISPLAY_FIELDS
    }


def _lines_of(text: str) -> Lines:
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
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)

    return line_of

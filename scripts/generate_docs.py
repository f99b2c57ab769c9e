"""Fills in what the documentation takes from the code: `make docs`; a test checks that nothing is stale.

A page has blocks between ``<!-- generated: NAME -->`` and ``<!-- end -->``; each NAME is a function below.
The JSON Schemas are written whole.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import click
import msgspec

from gaugeway.alerts.facts import Facts
from gaugeway.cli import main as cli
from gaugeway.errors import HINTS, SETUP_CODES
from gaugeway.gates.decision import CODES, Decision
from gaugeway.opencode.document import View
from gaugeway.opencode.setup import Setup
from gaugeway.presets import find, in_tree
from gaugeway.sources.alert_tables import AlertsTable, ChannelTable, RuleTable
from gaugeway.sources.config import GatewayTable
from gaugeway.sources.providers import PROVIDERS
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.view.alerting import AlertsReport
from gaugeway.view.past import Past
from gaugeway.view.report import Report
from gaugeway.view.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")))
SCHEMAS: Mapping[str, Any] = {
    "docs/schema/gaugeway.readings-1.json": Snapshot,
    "docs/schema/gaugeway.status-1.json": Report,
    "docs/schema/gaugeway.alerts-1.json": AlertsReport,
    "docs/schema/gaugeway.alert-1.json": Facts,
    "docs/schema/gaugeway.history-1.json": Past,
    "docs/schema/gaugeway.opencode-1.json": View,
    "docs/schema/gaugeway.gate-1.json": Decision,
    "docs/schema/gaugeway.opencode-status-1.json": Setup,
}
_BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TYPES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    list: "list",
    tuple: "list",
    dict: "table",
}


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def settings(kind: type[msgspec.Struct]) -> str:
    """One row per key of a configuration table."""
    hints = get_type_hints(kind, include_extras=True)

    def rows() -> Iterator[Sequence[str]]:
        for field in msgspec.structs.fields(kind):
            described = hints[field.name]
            said = (one.description for one in get_args(described)[1:] if isinstance(one, msgspec.Meta))
            yield f"`{field.encode_name}`", value_of(described), default_of(field), next(filter(None, said))

    return table(("key", "value", "default", "meaning"), rows())


def value_of(hint: Any) -> str:
    """A type in the reader's words."""
    if get_origin(hint) is Annotated:
        return value_of(get_args(hint)[0])
    parts = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if get_origin(hint) in {list, dict, tuple}:
        return _TYPES[get_origin(hint)]
    if parts:
        return " or ".join(dict.fromkeys(value_of(part) for part in parts))
    return _TYPES.get(hint, "number")


def default_of(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default
    if value in (msgspec.NODEFAULT, None, ()):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def presets() -> str:
    def rows() -> Iterator[Sequence[str]]:
        for name in in_tree():
            preset = find(name)
            yield (
                f"`{preset.name}`",
                preset.title,
                f"`{preset.default_path}`" if preset.default_path else "fixed",
                f"`{preset.auth}`",
                f"{preset.min_refresh} s" if preset.min_refresh else "",
                units(name),
                " ".join(f"`{host}`" for host in preset.hosts) or ("yes" if preset.probes else ""),
            )

    return table(
        ("preset", "product", "quota path", "key sent as", "not more often than", "units", "recognised"),
        rows(),
    )


def preset_sources() -> str:
    return table(
        ("preset", "format read in", "verified"),
        ((f"`{name}`", find(name).source, find(name).verified.isoformat()) for name in in_tree()),
    )


def units(name: str) -> str:
    """The units that the preset's recorded cases show."""
    cases = (ROOT / "tests" / "presets" / name).glob("*/expected.json")
    found = {meter["unit"] for case in cases for meter in json.loads(case.read_text()).get("meters", ())}
    return ", ".join(sorted(unit for unit in found if unit.isascii()))


def providers() -> str:
    return table(
        ("provider", "what it covers", "shape", "presets"),
        ((f"`{one.id}`", one.label, one.shape, str(len(in_tree()))) for one in PROVIDERS),
    )


def gate_reasons() -> str:
    rows = ((f"`{code}`", verdict, meaning) for code, (verdict, meaning) in CODES.items())
    return table(("code", "verdict", "meaning"), rows)


def errors() -> str:
    rows = (
        (f"`{code}`", "configuration" if code in SETUP_CODES else "reading", hint)
        for code, hint in HINTS.items()
        if code not in {"store", "undelivered"}
    )
    return table(("code", "about", "remedy"), rows)


def commands() -> str:
    def section(context: click.Context) -> str:
        return f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"

    names = cli.group.context_settings["help_option_names"]
    root = click.Context(cli.group, info_name="gaugeway", terminal_width=88, help_option_names=names)

    def sections(context: click.Context) -> Iterator[str]:
        yield section(context)
        group = context.command
        if not isinstance(group, click.Group):
            return
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if command.hidden:
                continue
            yield from sections(click.Context(command, parent=context, info_name=name))

    return "\n".join(sections(root))


BLOCKS: Mapping[str, Callable[[], str]] = {
    "quota-toast": lambda: settings(QuotaToast),
    "gateway-keys": lambda: settings(GatewayTable),
    "alerts-keys": lambda: settings(AlertsTable),
    "channel-keys": lambda: settings(ChannelTable),
    "rule-keys": lambda: settings(RuleTable),
    "presets": presets,
    "preset-sources": preset_sources,
    "providers": providers,
    "errors": errors,
    "gate-reasons": gate_reasons,
    "commands": commands,
}


def filled(text: str) -> str:
    """A page with its blocks as the code has them now."""
    return _BLOCK.sub(lambda block: f"{block[1]}{BLOCKS[block[2]]()}{block[3]}", text)


def schema(kind: Any) -> str:
    document = msgspec.json.schema(kind)
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **document}, indent=2) + "\n"
    )


def wanted() -> dict[str, str]:
    """Every file that is generated, wholly or in part, as it should be."""
    pages = {name: filled((ROOT / name).read_text()) for name in PAGES}
    return pages | {name: schema(kind) for name, kind in SCHEMAS.items()}


def main() -> None:
    os.environ.pop("COLUMNS", None)
    for name, text in wanted().items():
        file = ROOT / name
        file.parent.mkdir(exist_ok=True)
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            print(f"wrote {name}")


if __name__ == "__main__":
    main()

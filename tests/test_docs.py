"""The documentation says what the program does: nothing is stale, nothing is missing, every link leads on."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import msgspec
import pytest
from tests.notify.values import FACTS

from gaugeway import __version__
from gaugeway.cli.main import COMMANDS, group
from gaugeway.errors import HINTS
from gaugeway.lines.arguments import HOSTS
from gaugeway.lines.gauge import Gauge
from gaugeway.lines.wording import piece
from gaugeway.notify.webhook import budget_event
from gaugeway.presets import custom, in_tree
from gaugeway.sources.alert_tables import AlertsTable, ChannelTable, RuleTable
from gaugeway.sources.config import GatewayTable
from gaugeway.sources.environment import Environment
from gaugeway.sources.openai_compatible import discover
from gaugeway.sources.opencode import _FIELDS
from gaugeway.sources.quota_toast import QuotaToast
from gaugeway.view.snapshot import GatewayView, MeterView, Snapshot

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
DOCS = ROOT / "docs"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATED = script("generate_docs").wanted()


def fences(kind: str) -> list[Any]:
    return [
        pytest.param(text, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (language, text) in enumerate(_FENCE.findall(page.read_text()))
        if language == kind
    ]


def keys_named(page: str) -> set[str]:
    """The words in backticks at the beginning of a table's row."""
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / page).read_text(), re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("name", GENERATED)
def test_what_is_generated_is_current(name: str) -> None:
    assert (ROOT / name).read_text() == GENERATED[name], "run `make docs`"


def test_every_command_and_option_is_documented() -> None:
    text = (DOCS / "commands.md").read_text()

    def check(command: click.Command, path: str) -> None:
        section = text.partition(f"## {path}\n")[2].partition("\n## ")[0]
        assert section, path
        for option in (one for parameter in command.params for one in parameter.opts if one.startswith("--")):
            assert option in section
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                below = command.get_command(click.Context(command), name)
                assert below is not None
                if not below.hidden:
                    check(below, f"{path} {name}")

    check(group, "gaugeway")
    assert all(f"## gaugeway {name}\n" in text for name in COMMANDS)


def test_every_preset_is_listed() -> None:
    assert set(in_tree()) <= keys_named("presets.md")
    readme, changelog = (ROOT / "README.md").read_text(), (ROOT / "CHANGELOG.md").read_text()
    for name in in_tree():
        assert f"`{name}`" in readme
        assert f"`{name}`" in changelog


def test_every_error_code_is_listed() -> None:
    assert set(HINTS) - {"store", "undelivered"} <= keys_named("json.md")


def test_every_setting_is_documented() -> None:
    tables = (GatewayTable, AlertsTable, ChannelTable, RuleTable)
    assert {name for table in tables for name in table.__struct_fields__} <= keys_named("configuration.md")
    settings = {field.encode_name for field in msgspec.structs.fields(QuotaToast)}
    assert {"providerId", *_FIELDS, *settings} <= keys_named("opencode.md")


def test_every_key_of_a_custom_meter_is_documented() -> None:
    tables = (custom._Rule, custom._Amount, custom._Share, custom._Moment)
    assert {key for table in tables for key in table.__struct_fields__} <= keys_named("custom-mapping.md")


def test_the_example_of_the_json_contract_is_one() -> None:
    example = re.search(r"```json\n(.*?)```", (DOCS / "json.md").read_text(), re.DOTALL)
    assert example is not None
    document = msgspec.json.decode(example[1], type=Snapshot)
    raw = json.loads(example[1])["gateways"][0]
    assert tuple(raw) == GatewayView.__struct_fields__
    assert tuple(raw["meters"][0]) == MeterView.__struct_fields__
    assert document.gateways[0].binding == document.gateways[0].meters[0].id


def test_the_example_of_the_webhook_is_one() -> None:
    (text,) = [
        text for language, text in _FENCE.findall((DOCS / "alerts.md").read_text()) if language == "json"
    ]
    assert list(json.loads(text)) == list(budget_event(FACTS))


@pytest.mark.parametrize("text", fences("toml"))
def test_examples_of_the_config_are_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    found = discover(Environment(environ={}, home=tmp_path, cwd=tmp_path), file)
    assert found.gateways
    assert not found.problems
    assert [gateway.error for gateway in found.gateways if gateway.error] == []
    for gateway in found.gateways:
        if gateway.preset == "custom":
            custom._rules(gateway.meters)


@pytest.mark.parametrize("text", fences("sh"))
def test_commands_in_examples_exist(text: str) -> None:
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["gaugeway"] and len(words) > 1 and not words[1].startswith("-"):
            assert words[1] in COMMANDS
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text())):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


def test_the_picture_is_the_programs_own() -> None:
    picture = (DOCS / "images" / "show.svg").read_text()
    for word in ("Campus", "openrouter", "DeepSeek", "unauthorized", "█"):
        assert word in picture
    assert "@font-face" not in picture


def test_the_picture_of_a_history_is_the_programs_own() -> None:
    picture = (DOCS / "images" / "history.svg").read_text()
    for word in ("Campus", "50.00", "╌", "░", "reset"):
        assert word in picture
    assert "@font-face" not in picture


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    released = re.findall(r"^## \[(\d.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == __version__


def test_nothing_committed_names_this_machine_or_a_package_index() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("needs git and a repository")
    indexes = ("pypi" + ".org", "pythonhosted" + ".org", "index" + "-url")
    forbidden = [word.encode() for word in (str(ROOT), *indexes)]
    for name in filter(None, listed.stdout.decode().split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert not [word for word in forbidden if word in content], name


def test_coverage_floors_are_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def one(covered: int) -> dict[str, Any]:
        counts = {
            "covered_lines": 96,
            "num_statements": 100,
            "covered_branches": covered,
            "num_branches": 100,
        }
        return {"summary": counts}

    report = tmp_path / "coverage.json"
    for covered, code in ((95, 0), (94, 1)):
        files = {"src/gaugeway/transport/http.py": one(covered), "src/gaugeway/errors.py": one(100)}
        report.write_text(json.dumps({"files": files}))
        assert script("check_coverage").main(str(report)) == code
    assert "LOW  transport" in capsys.readouterr().out


def test_python_examples_run_on_this_python() -> None:
    for page in PAGES:
        for language, text in _FENCE.findall(page.read_text()):
            if language == "python":
                compile(text, page.name, "exec")
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize(("host", "width"), HOSTS.items())
def test_the_width_of_each_host_is_told(host: str, width: int) -> None:
    rows = (DOCS / "lines" / "README.md").read_text()
    assert re.search(rf"^\| [^|]+ \| `{host}` \| {width}(?: \(any\))? \| ", rows, re.MULTILINE)


def test_formats_read_well_where_fields_are_empty() -> None:
    formats = {
        found
        for page in (DOCS / "lines").glob("*.md")
        for found in re.findall(r"--format '([^']+)'", page.read_text())
    }
    assert formats
    unread = Gauge("lab", "Lab", 0.0)
    for text in formats:
        assert piece(unread, text).text in {"Lab", "Lab not read yet"}, text

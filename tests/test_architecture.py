"""The layers, and what each command may load: the promises that keep it small and quick."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gaugeway
from gaugeway.lines.arguments import HOSTS
from gaugeway.testing.gateway import DemoGateway
from gaugeway.testing.server import LoopbackServer

SOURCE = Path(gaugeway.__file__).parent
LIVE = (
    "aiohttp",
    "asyncio",
    "ssl",
    "gaugeway.transport.http",
    "gaugeway.presets.neutral",
    "tomlkit",
    "platformdirs",
)
PRESENTATION = ("rich", "gaugeway.cli.terminal")
MODULES = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), sep="\\n", file=sys.stderr))
from gaugeway.__main__ import main
main()
"""


def python(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def loaded(*arguments: str, **environ: str) -> set[str]:
    """The modules that one run of the command has loaded at its end, whatever coverage loads aside."""
    bare = set(python("-c", "import atexit, sys; print(*sys.modules, sep='\\n')", **environ).stdout.split())
    done = python("-c", MODULES, *arguments, **environ)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()) - bare


@pytest.fixture
def stored(tmp_path: Path):
    """The surroundings of a process that finds a fresh reading in the store."""
    config = tmp_path / "config.toml"
    environ = {"GAUGEWAY_CONFIG": str(config), "GAUGEWAY_STATE_DIR": str(tmp_path / "state")}
    with LoopbackServer(DemoGateway()) as server:
        config.write_text(f'[gateways.lab]\nbase_url = "{server.url}/lab/v1"\napi_key = "sk-demo"\n')
        assert python("-m", "gaugeway", "show", "--json", **environ).returncode == 0
        yield environ
        assert len(server.requests) == 1


def test_the_layers_hold() -> None:
    root = SOURCE.parent.parent
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_importing_the_package_imports_nothing_else() -> None:
    before = python("-c", "import sys; print(*sys.modules)").stdout.split()
    after = python("-c", "import sys, gaugeway; print(*sys.modules)").stdout.split()
    assert set(after) - set(before) == {"gaugeway"}


def test_every_public_name_resolves_and_no_other() -> None:
    assert sorted(dir(gaugeway)) == sorted(gaugeway.__all__)
    for name in gaugeway.__all__:
        assert getattr(gaugeway, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gaugeway.nothing  # noqa: B018  (the access is the test)


def test_json_from_the_store_loads_no_client_no_preset_and_no_rich(stored: dict[str, str]) -> None:
    modules = loaded("show", "--json", **stored)
    assert "gaugeway.view.project" in modules
    assert modules.isdisjoint(LIVE + PRESENTATION)
    assert not [name for name in modules if name.startswith("importlib.metadata")]


def test_without_alerts_nothing_of_them_is_loaded(stored: dict[str, str]) -> None:
    modules = loaded("show", "--json", **stored)
    assert not [name for name in modules if name.startswith(("gaugeway.alerts", "gaugeway.notify"))]
    assert modules.isdisjoint({"gaugeway.sources.alerting", "gaugeway.store.outbox", "apprise"})


def test_text_from_the_store_loads_no_client_and_no_preset(stored: dict[str, str]) -> None:
    modules = loaded("show", **stored)
    assert "gaugeway.cli.terminal" in modules
    assert modules.isdisjoint(LIVE)


def test_a_view_of_opencode_from_the_store_loads_no_client_and_no_preset(stored: dict[str, str]) -> None:
    modules = loaded("opencode", "view", "--json", "--event", "timer", **stored)
    assert "gaugeway.opencode.panel" in modules
    assert modules.isdisjoint({*LIVE, "subprocess", "gaugeway.opencode.setup", "gaugeway.opencode.install"})


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_history_for_programs_loads_no_client_and_no_rich(stored: dict[str, str], form: str) -> None:
    modules = loaded("history", form, **stored)
    assert "gaugeway.view.past" in modules
    assert modules.isdisjoint(LIVE + PRESENTATION)
    assert modules.isdisjoint({"gaugeway.forecast", "gaugeway.presets"})


def test_history_as_curves_loads_no_client_and_no_preset(stored: dict[str, str]) -> None:
    modules = loaded("history", **stored)
    assert "gaugeway.cli.chart" in modules
    assert modules.isdisjoint(LIVE)


def test_the_version_costs_no_metadata() -> None:
    assert not [name for name in loaded("--version") if name.startswith("importlib.metadata")]


@pytest.mark.parametrize("module", ["view/words", "view/phrases", "readings/judging", "store/due"])
def test_what_a_status_line_shares_needs_nothing_beyond_builtins(module: str) -> None:
    tree = ast.parse((SOURCE / f"{module}.py").read_text())
    found = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    known = {
        "view/phrases": ["from gaugeway.view import words"],
        "view/words": ["from time import asctime, gmtime"],
    }
    assert [ast.unparse(node) for node in found] == known.get(module, [])
    assert "time" in sys.builtin_module_names


def test_no_amount_becomes_a_float() -> None:
    """Floats are made for seconds to wait, the length of a bar, and the percentage in JSON."""
    made = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"float", "round"}
    }
    assert made == {"lines/gauge.py", "transport/outcome.py", "view/entries.py", "view/project.py"}


def test_the_source_stays_small() -> None:
    """A whole, and modules that one can read in one sitting."""
    lengths = {path.name: len(path.read_text().splitlines()) for path in SOURCE.rglob("*.py")}
    assert max(lengths.values()) <= 300, max(lengths, key=lengths.__getitem__)


LINE_MAY_LOAD = {
    "_blake2",
    "_collections",
    "_functools",
    "_operator",
    "_sqlite3",
    "_weakrefset",
    "collections",
    "fcntl",
    "functools",
    "gc",
    "itertools",
    "keyword",
    "operator",
    "reprlib",
    "types",
}


def test_a_line_loads_next_to_nothing(stored: dict[str, str]) -> None:
    """What is not ours comes with _sqlite3."""
    for host in HOSTS:
        modules = loaded("line", "--for", host, **stored)
        assert "gaugeway.lines.hosts" in modules
        others = {name for name in modules if not name.startswith("gaugeway.")}
        assert others - {"gaugeway", "gaugeway.__main__", "__future__"} <= LINE_MAY_LOAD
        assert len(modules - others) < 28


def test_a_line_that_starts_a_refresh_loads_no_more(tmp_path: Path) -> None:
    others = {name for name in loaded("line", HOME=str(tmp_path)) if not name.startswith("gaugeway")}
    assert others - {"__future__"} <= LINE_MAY_LOAD

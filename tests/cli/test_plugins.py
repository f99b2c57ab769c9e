"""``opencode install``, ``uninstall`` and ``status`` as a user runs them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.pseudo import Terminal
from tests.cli.world import KEY, World

from gaugeway import __version__
from gaugeway.cli.context import App
from gaugeway.cli.plugins import own_command
from gaugeway.opencode.files import written
from gaugeway.opencode.setup import Setup

TUI = '{\n  // colours\n  "theme": "x",\n  "plugin": []\n}\n'


def folder(world: World) -> Path:
    return world.home / ".config" / "opencode"


def tui(world: World, text: str = TUI) -> Path:
    file = folder(world) / "tui.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def status(world: World, *args: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = world.run("opencode", "status", "--json", *args)
    msgspec.json.decode(out, type=Setup)
    return code, json.loads(out)


def program(path: Path, version: str) -> str:
    """An executable that says this version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def user(world: World) -> World:
    """Whose gaugeway is installed at a place of its own, and who has OpenCode."""
    world.program = program(world.home / "bin" / "gaugeway", f"gaugeway {__version__}")
    program(world.home / "bin" / "opencode", "1.18.33")
    world.environ["PATH"] = f"{world.home / 'bin'}:/usr/bin:/bin"
    return world


def test_install_says_what_it_does_and_does_it(user: World) -> None:
    file = tui(user)
    code, out, err = user.run("opencode", "install", "--yes")
    assert (code, err) == (
        0,
        "gaugeway: installed; OpenCode shows it from its next start, `gaugeway opencode status` checks it\n",
    )
    said = out.splitlines()
    for name, content in written([user.program or ""]).items():
        assert f"write {folder(user) / name}" in said
        assert (folder(user) / name).read_bytes() == content
    edited = said.index(f"edit {file}")
    assert said[edited + 1 :] == [
        "  @@ -3,3 +3,3 @@",
        '     "theme": "x",',
        '  -  "plugin": []',
        '  +  "plugin": ["./gaugeway/tui.js"]',
        "   }",
    ]
    assert file.read_text() == TUI.replace("[]", '["./gaugeway/tui.js"]')


def test_twice_says_so(user: World) -> None:
    user.run("opencode", "install", "--yes")
    code, out, err = user.run("opencode", "install")
    assert (code, out, err) == (0, "", f"gaugeway: everything is in place in {folder(user)}\n")


def test_it_asks_first(user: World) -> None:
    code, out, err = user.run("opencode", "install")
    assert code == 2
    assert "write " in out
    assert "run it on a terminal, or with --yes" in err
    assert not folder(user).exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal(tmp_path: Path, answer: str) -> None:
    with Terminal(tmp_path, "opencode", "install") as terminal:
        terminal.wait_for("Do this?")
        assert "write " in terminal.seen
        terminal.type(answer)
        assert terminal.end() == 0
    assert ("nothing was changed" in terminal.seen) == (answer == "n")
    assert (tmp_path / ".config" / "opencode").exists() == (answer == "y")


def test_uninstall(user: World) -> None:
    file = tui(user)
    user.run("opencode", "install", "--yes")
    code, out, err = user.run("opencode", "uninstall", "--yes")
    assert (code, err) == (0, "gaugeway: uninstalled\n")
    assert f"edit {file}" in out
    assert file.read_text() == TUI
    assert [path.name for path in folder(user).rglob("*")] == ["tui.json"]
    code, out, err = user.run("opencode", "uninstall")
    assert (code, out, err) == (0, "", "gaugeway: nothing is installed\n")


def test_a_config_that_does_not_parse_is_refused(user: World) -> None:
    file = tui(user, '{\n  "theme": x\n}')
    for command in ("install", "uninstall"):
        code, _, err = user.run("opencode", command, "--yes")
        assert code == 2
        assert f"{file}:2: is not JSON" in err
        assert "mend the file; `gaugeway opencode status` checks again" in err
    assert [path.name for path in folder(user).rglob("*")] == ["tui.json"]


def test_status_of_nothing(user: World) -> None:
    code, document = status(user)
    assert code == 1
    assert (document["complete"], document["gaugeway"]) == (False, None)
    assert document["version"] == __version__
    assert document["opencode"] == {"command": [str(user.home / "bin" / "opencode")], "version": "1.18.33"}
    (place,) = document["folders"]
    assert place["folder"] == str(folder(user))
    assert {file["state"] for file in place["files"]} == {"missing"}


def test_status_of_an_installation(user: World) -> None:
    tui(user)
    user.run("opencode", "install", "--yes")
    code, document = status(user)
    assert (code, document["complete"], document["problems"]) == (0, True, [])
    assert document["gaugeway"] == {"command": [user.program], "version": __version__}
    (place,) = document["folders"]
    assert {(file["state"], file["version"]) for file in place["files"]} == {("current", __version__)}
    assert place["loaded_by"] == {"file": str(folder(user) / "tui.json"), "line": 4}


def test_status_of_what_is_not_as_it_should_be(user: World) -> None:
    user.run("opencode", "install", "--yes")
    installed = folder(user) / "plugin" / "gaugeway.js"
    content = installed.read_bytes()
    installed.write_bytes(content + b"// mine\n")
    code, document = status(user)
    states = {file["path"]: file["state"] for file in document["folders"][0]["files"]}
    assert (code, document["complete"]) == (1, False)
    assert states["plugin/gaugeway.js"] == "changed"
    installed.write_bytes(content)
    assert status(user)[0] == 0
    Path(user.program or "").unlink()
    code, document = status(user)
    assert (code, document["gaugeway"]["version"]) == (1, None)
    _, out, _ = user.run("opencode", "status")
    assert "the plugins do not find gaugeway" in out
    user.program = program(user.home / "new" / "gaugeway", f"gaugeway {__version__}")
    code, document = status(user)
    assert {file["state"] for file in document["folders"][0]["files"]} == {"outdated", "current"}
    user.run("opencode", "install", "--yes")
    assert status(user)[0] == 0


def test_status_without_the_entry_that_loads_the_plugin(user: World) -> None:
    user.run("opencode", "install", "--yes")
    (folder(user) / "tui.jsonc").unlink()
    code, document = status(user)
    assert (code, document["folders"][0]["loaded_by"]) == (1, None)
    (folder(user) / "tui.jsonc").write_text("{")
    code, document = status(user)
    assert (code, [one["file"] for one in document["problems"]]) == (1, [str(folder(user) / "tui.jsonc")])
    assert document["folders"][0]["does_not_parse"] == [{"file": str(folder(user) / "tui.jsonc"), "line": 1}]
    (folder(user) / "tui.jsonc").write_text('{\n  "theme": x\n}')
    _, out, _ = user.run("opencode", "status")
    assert "tui.jsonc does not parse: line 2\n" in out
    assert "no entry in" not in out
    assert "mend the file that does not parse" in out


def test_help_says_what_each_command_does_in_full(user: World) -> None:
    code, out, _ = user.run("opencode", "--help")
    assert code == 0
    assert "..." not in out.partition("Commands:")[2]


def test_status_with_two_folders(user: World) -> None:
    user.run("opencode", "install", "--yes")
    user.environ["OPENCODE_CONFIG_DIR"] = str(user.home / "mine")
    _, _, err = user.run("opencode", "install", "--yes")
    assert "loads them twice" in err
    code, document = status(user)
    assert code == 1
    assert [place["folder"] for place in document["folders"]] == [str(folder(user)), str(user.home / "mine")]
    assert "loads them twice" in document["problems"][0]["message"]


def test_status_never_runs_what_a_repository_says(user: World) -> None:
    repository = user.home / "repository"
    (repository / ".git").mkdir(parents=True)
    evil = repository / "config" / "gaugeway" / "ask.js"
    evil.parent.mkdir(parents=True)
    evil.write_text(f'const GAUGEWAY = ["{program(repository / "evil", "ran")}"]\n')
    user.environ["OPENCODE_CONFIG_DIR"] = str(repository / "config")
    user.cwd = repository
    code, document = status(user)
    assert (code, document["gaugeway"]) == (1, None)
    assert document["folders"][-1]["trust"] == "display-only"


def test_status_never_runs_an_opencode_of_the_work_tree(user: World) -> None:
    repository = user.home / "repository"
    (repository / ".git").mkdir(parents=True)
    program(repository / "bin" / "opencode", "evil")
    user.environ["PATH"] = f"{repository / 'bin'}:bin:{user.environ['PATH']}"
    user.cwd = repository
    own = str(user.home / "bin" / "opencode")
    assert status(user)[1]["opencode"] == {"command": [own], "version": "1.18.33"}


def test_status_says_which_settings_apply_and_from_where(user: World) -> None:
    toast = {"enableToast": False, "minIntervalMs": -1}
    file = user.opencode({"experimental": {"quotaToast": toast}})
    document = status(user)[1]
    settings = {one["name"]: one for one in document["settings"]}
    assert settings["enableToast"] == {"name": "enableToast", "value": False, "file": str(file), "line": 1}
    assert settings["minIntervalMs"] == {"name": "minIntervalMs", "value": 300000, "file": None, "line": None}
    assert document["problems"][0]["message"] == "line 1: is wrong: Expected `int` >= 1"
    assert list(settings) == [
        "enabled",
        "enabledProviders",
        "requestTimeoutMs",
        "percentDisplayMode",
        "onlyCurrentModel",
        "enableToast",
        "toastDurationMs",
        "minIntervalMs",
        "showOnIdle",
        "showOnQuestion",
        "showOnCompact",
        "agentTool",
    ]


def test_status_of_a_config_that_does_not_parse_is_2(user: World) -> None:
    user.opencode({}).write_text("{")
    assert status(user)[0] == 2


def test_the_text_has_the_same_facts(user: World) -> None:
    tui(user)
    user.run("opencode", "install", "--yes")
    user.opencode({"experimental": {"quotaToast": {"enableToast": False}}})
    code, out, _ = user.run("opencode", "status")
    assert code == 0
    for text in (
        "OpenCode: complete",
        f"1.18.33 ({user.home / 'bin' / 'opencode'})",
        f"{__version__} ({user.program})",
        f"plugin/gaugeway.js: current ({__version__})",
        f"loaded by {folder(user) / 'tui.json'}:4",
        f"false ({folder(user) / 'opencode.json'}:1)",
    ):
        assert text in out


def test_the_text_says_what_is_wrong_and_what_to_do(user: World) -> None:
    user.opencode({"experimental": {"quotaToast": {"minIntervalMs": -1}}})
    tui(user, "[]")
    user.environ["PATH"] = ""
    code, out, _ = user.run("opencode", "status")
    assert code == 1
    for text in (
        "OpenCode: not complete",
        "not on the PATH",
        "plugin/gaugeway.js: missing",
        "no entry in tui.json",
        "`gaugeway opencode install` writes what is missing",
        f"! {folder(user) / 'opencode.json'}: experimental.quotaToast.minIntervalMs",
        f"! {folder(user) / 'tui.json'}",
        "line 1: is not an object",
    ):
        assert text in out


PROGRAMS: Mapping[str, tuple[str, list[str]]] = {
    "as installed": ("/opt/bin/gaugeway", ["/opt/bin/gaugeway"]),
    "from the folder": ("bin/gaugeway", ["$HOME/bin/gaugeway"]),
    "as a module": ("/lib/gaugeway/__main__.py", [sys.executable, "-P", "-m", "gaugeway"]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_how_the_plugins_run_it(world: World, name: str) -> None:
    started, command = PROGRAMS[name]
    app = App(world.env, program=started)
    wanted = tuple(word.replace("$HOME", str(world.home)) for word in command)
    assert own_command(app) == wanted
    app.config_file = Path("my.toml")
    assert own_command(app) == (*wanted, "--config", str(world.home / "my.toml"))


def test_a_project_that_has_a_package_of_our_name_is_not_run(world: World) -> None:
    project = world.home / "project"
    (project / "gaugeway").mkdir(parents=True)
    (project / "gaugeway" / "__init__.py").touch()
    (project / "gaugeway" / "__main__.py").write_text("print('evil')\n")
    command = own_command(App(world.env, program="/lib/gaugeway/__main__.py"))
    done = subprocess.run([*command, "--version"], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout == f"gaugeway {__version__}\n"


def test_a_path_that_no_file_could_hold(world: World) -> None:
    world.program = "/opt/\udcff/gaugeway"
    code, _, err = world.run("opencode", "install", "--yes")
    assert code == 2
    assert "is not UTF-8" in err


def test_a_key_in_tui_json_is_not_shown(user: World) -> None:
    user.gateways(campus="")
    file = tui(user, f'{{"plugin": [["./x.js", {{"key": "{KEY}"}}]]}}')
    _, out, _ = user.run("opencode", "install", "--yes")  # `run` looks for the key
    assert "./gaugeway/tui.js" in out
    assert KEY in file.read_text()

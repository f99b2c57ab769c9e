"""What a configuration was read from: as long as all of that is the same, so is the configuration."""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.sources.world import World

from gaugeway.sources import looks
from gaugeway.sources.looks import Surroundings
from gaugeway.sources.openai_compatible import discover

CONFIG = """
[gateways.lab]
base_url = "{env:LAB_URL}"
api_key = "{file:lab.key}"
[gateways.other]
base_url = "https://other.example.org/v1"
"""
FILES = {
    "~/.config/gaugeway/config.toml": CONFIG,
    "~/.config/gaugeway/lab.key": "sk-test",
    "/project/": "",
    "/repo/.git/": "",
    "/repo/below/": "",
}
ENVIRON = {"LAB_URL": "https://lab.example.org/v1"}


def world(tmp_path: Path, environ: dict[str, str] | None = None) -> World:
    return World(tmp_path, FILES, ENVIRON | (environ or {}), "/project")


def same(world: World, facts: dict[str, str], *, cwd: Path | None = None, **environ: str) -> bool:
    around = Surroundings({**world.env.environ, **environ}, str(world.home), str(cwd or world.env.cwd))
    return all(around.fact(look) == fact for look, fact in facts.items())


def test_what_is_looked_at(tmp_path: Path) -> None:
    one = world(tmp_path)
    facts = discover(one.env).facts
    home = one.home
    assert {
        "home",
        "typed",
        "v:GAUGEWAY_CONFIG",
        "v:XDG_CONFIG_HOME",
        "v:LAB_URL",
        "v:OTHER_API_KEY",
        "v:OPENCODE_CONFIG",
        "v:OPENCODE_CONFIG_CONTENT",
        f"f:{home}/.config/gaugeway/config.toml",
        f"f:{home}/.config/gaugeway/lab.key",
        f"f:{home}/.config/opencode/opencode.jsonc",
        f"f:{home}/.local/share/opencode/auth.json",
    } <= set(facts)
    assert "v:PATH" not in facts
    assert "cwd" not in facts
    assert "trees" not in facts
    assert facts["v:GAUGEWAY_CONFIG"] == facts[f"f:{home}/.config/opencode/config.json"] == "-"
    assert same(one, dict(facts))
    assert same(one, dict(facts), cwd=one.root / "repo", PATH="/elsewhere")


def rewritten(world: World) -> None:
    file = world.path("~/.config/gaugeway/config.toml")
    before = file.stat()
    file.write_text(CONFIG.replace("other.example", "othre.example"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as `cp -p` would


@pytest.mark.parametrize(
    "change",
    [
        rewritten,
        lambda world: world.path("~/.config/gaugeway/lab.key").write_text("sk-longer"),
        lambda world: world.path("~/.config/gaugeway/config.toml").unlink(),
        lambda world: (
            world.path("~/.config/opencode").mkdir(),
            world.path("~/.config/opencode/opencode.json").write_text("{}"),
        ),
    ],
    ids=["rewritten", "key", "removed", "appeared"],
)
def test_a_file_that_changes_or_appears(tmp_path: Path, change: Callable[[World], object]) -> None:
    one = world(tmp_path)
    facts = dict(discover(one.env).facts)
    change(one)
    assert not same(one, facts)


@pytest.mark.parametrize("name", ["LAB_URL", "OTHER_API_KEY", "OPENCODE_CONFIG", "XDG_CONFIG_HOME"])
def test_a_variable_that_changes_or_appears(tmp_path: Path, name: str) -> None:
    one = world(tmp_path)
    facts = dict(discover(one.env).facts)
    one.env = msgspec.structs.replace(one.env, environ={**one.env.environ, name: "/changed"})
    assert not same(one, facts)


def test_the_work_tree_counts_where_a_variable_names_a_place(tmp_path: Path) -> None:
    one = world(tmp_path, {"GAUGEWAY_CONFIG": "$ROOT/repo/config.toml"})
    facts = dict(discover(one.env).facts)
    assert same(one, facts)
    assert same(one, facts, cwd=one.home)
    assert not same(one, facts, cwd=one.root / "repo" / "below")


def test_the_folder_counts_where_a_path_is_relative(tmp_path: Path) -> None:
    one = world(tmp_path, {"GAUGEWAY_CONFIG": "config.toml"})
    facts = dict(discover(one.env).facts)
    assert same(one, facts)
    assert not same(one, facts, cwd=one.home)


def test_the_file_after_config_counts(tmp_path: Path) -> None:
    one = world(tmp_path)
    typed = dict(discover(one.env, Path("x.toml")).facts)
    assert f"f:{one.env.cwd}/x.toml" in typed
    for text, known in {
        "./x.toml": True,
        f"{one.env.cwd}//x.toml": True,
        "": False,
        "~/x.toml": False,
    }.items():
        around = Surroundings(one.env.environ, str(one.home), str(one.env.cwd), text)
        assert (around.fact("typed") == typed["typed"]) is known
    assert discover(one.env).facts["typed"] == ""


def test_what_a_newer_gaugeway_looks_at_is_never_the_same(tmp_path: Path) -> None:
    around = Surroundings({}, "/", "/")
    assert around.fact("weather") == "?"
    assert around.fact("f:/\0") == "-"


def test_a_change_while_it_is_read_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fact is from before the reading."""
    one = world(tmp_path)
    read = Path.open

    def slowly(path: Path, *args, **kwargs):
        file = read(path, *args, **kwargs)
        if path.name == "config.toml":
            os.truncate(path, 0)
        return file

    monkeypatch.setattr(Path, "open", slowly)
    facts = dict(discover(one.env).facts)
    monkeypatch.undo()
    assert not same(one, facts)


def test_all_variables_together_are_no_look(tmp_path: Path) -> None:
    watched = world(tmp_path).env.watched(None)
    assert watched.looks is not None
    assert "LAB_URL" in watched.environ
    assert len(watched.environ) == 1
    assert list(watched.environ) == ["LAB_URL"]
    assert set(watched.looks.facts) == {"home", "typed", "v:LAB_URL"}


def test_places_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks.home_of_process() == str(Path.home())
    monkeypatch.setenv("HOME", "")
    assert looks.home_of_process()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    assert looks.cwd_of_process("/home") == str(gone)
    gone.rmdir()
    assert looks.cwd_of_process("/home") == "/home"


def test_nothing_but_os_is_imported() -> None:
    tree = ast.parse(Path(looks.__file__).read_text())
    assert [ast.unparse(one) for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)] == [
        "import os"
    ]

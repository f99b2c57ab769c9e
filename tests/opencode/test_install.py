"""Into OpenCode's config folder and out again, with real files."""

from collections.abc import Mapping
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from gaugeway.errors import SetupError
from gaugeway.opencode.install import BACKUP, Plan, apply, folders, installing, uninstalling
from gaugeway.sources.environment import Environment

COMMAND = ("/opt/gaugeway/bin/gaugeway",)
FILES = {"gaugeway/ask.js", "gaugeway/tui.js", "plugin/gaugeway.js"}
TUI = '// my colours\n{\n  "theme": "x", // the best\n  "plugin": [\n    "./mine.js",\n  ],\n}\n'


class User:
    """A home with OpenCode's config folder, empty."""

    def __init__(self, root: Path, **environ: str) -> None:
        self.home = root / "home"
        self.folder = self.home / ".config" / "opencode"
        self.folder.mkdir(parents=True)
        self.env = Environment(environ=environ, home=self.home, cwd=self.home)

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def files(self, folder: Path | None = None) -> dict[str, bytes]:
        folder = folder or self.folder
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def install(self, command: tuple[str, ...] = COMMAND) -> Plan:
        plan = installing(self.env, command)
        apply(plan)
        return plan

    def uninstall(self) -> list[Plan]:
        plans = uninstalling(self.env)
        for plan in plans:
            apply(plan)
        return plans


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def does(plan: Plan) -> list[str]:
    return [f"{change.does} {change.path.relative_to(plan.folder)}" for change in plan.changes]


def test_into_an_empty_folder_and_out_again(user: User) -> None:
    assert does(user.install()) == [
        "write gaugeway/ask.js",
        "write gaugeway/tui.js",
        "write plugin/gaugeway.js",
        "write tui.jsonc",
    ]
    files = user.files()
    assert set(files) == {*FILES, "tui.jsonc"}
    assert b'["/opt/gaugeway/bin/gaugeway"]' in files["gaugeway/ask.js"]
    user.uninstall()
    assert list(user.folder.iterdir()) == []


def test_without_any_folder_yet(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.folder.rmdir()
    user.install()
    assert set(user.files()) == {*FILES, "tui.jsonc"}


def test_twice_changes_nothing(user: User) -> None:
    user.write("tui.json", TUI)
    user.install()
    files = user.files()
    assert user.install().changes == ()
    assert user.files() == files


def test_an_edited_file_keeps_every_other_byte_and_its_mode(user: User) -> None:
    path = user.write("tui.json", TUI, 0o640)
    plan = user.install()
    assert does(plan)[-2:] == [f"keep a copy in tui.json{BACKUP}", "edit tui.json"]
    assert path.read_text() == TUI.replace('"./mine.js",\n', '"./mine.js",\n    "./gaugeway/tui.js",\n')
    assert S_IMODE(path.stat().st_mode) == 0o640
    assert (user.folder / f"tui.json{BACKUP}").read_text() == TUI
    user.uninstall()
    assert user.files() == {"tui.json": TUI.encode()}
    assert S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("text", ["", "{}", '{"plugin": []}', TUI, '{"theme": "x"}', "\ufeff{}\r\n"])
@pytest.mark.parametrize("name", ["tui.json", "tui.jsonc"])
def test_out_again_restores(user: User, name: str, text: str) -> None:
    path = user.write(name, "")
    path.write_bytes(text.encode())
    user.install()
    assert path.read_bytes() != text.encode()
    user.uninstall()
    assert user.files() == {name: text.encode()}


def test_of_both_files_the_stronger_is_edited_unless_the_other_has_it(user: User) -> None:
    user.write("tui.json", "{}")
    user.write("tui.jsonc", "{}")
    assert "edit tui.jsonc" in does(user.install())
    user.uninstall()
    user.write("tui.json", '{"plugin": ["./gaugeway/tui.js"]}')
    assert not [one for one in does(user.install()) if "tui.json" in one]


def test_what_the_user_did_meanwhile_stays(user: User) -> None:
    path = user.write("tui.json", TUI)
    user.install()
    path.write_text(path.read_text().replace('"x"', '"y"'))
    user.write("plugin/other.js", "// mine\n")
    user.uninstall()
    assert path.read_text() == TUI.replace('"x"', '"y"')
    assert set(user.files()) == {"tui.json", f"tui.json{BACKUP}", "plugin/other.js"}


def test_another_command_is_an_update(user: User) -> None:
    user.install()
    plan = user.install(("/new/gaugeway",))
    assert does(plan) == ["update gaugeway/ask.js"]
    assert b'["/new/gaugeway"]' in user.files()["gaugeway/ask.js"]
    assert plan.notes == ()


@pytest.mark.parametrize("again", ["install", "uninstall"])
def test_a_file_that_the_user_changed_is_kept_and_said(user: User, again: str) -> None:
    user.install()
    path = user.folder / "plugin" / "gaugeway.js"
    path.write_bytes(mine := path.read_bytes() + b"// my own\n")
    plans = [user.install()] if again == "install" else user.uninstall()
    assert f"keep a copy in plugin/gaugeway.js{BACKUP}" in does(plans[0])
    assert [f"{path} is not as gaugeway wrote it" in note for note in plans[0].notes] == [True]
    assert (user.folder / "plugin" / f"gaugeway.js{BACKUP}").read_bytes() == mine
    assert path.exists() == (again == "install")


def test_uninstalling_what_another_command_installed(user: User) -> None:
    user.install(("/somewhere/else/gaugeway",))
    plans = user.uninstall()
    assert [plan.notes for plan in plans] == [()]
    assert user.files() == {}


def test_a_plugin_of_our_name_that_was_never_ours_stays(user: User) -> None:
    user.install()
    path = user.write("plugin/gaugeway.js", "// gaugeway is mine\n")
    (plan,) = user.uninstall()
    assert plan.notes == (f"{path} is not gaugeway's: it stays",)
    assert user.files() == {"plugin/gaugeway.js": b"// gaugeway is mine\n"}
    assert uninstalling(user.env) == []


def test_nothing_installed_nothing_to_do(user: User) -> None:
    user.write("tui.json", TUI)
    assert uninstalling(user.env) == []


def test_through_links(user: User, tmp_path: Path) -> None:
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "tui.json").write_text(TUI)
    (user.folder / "tui.json").symlink_to(dotfiles / "tui.json")
    user.install()
    assert (user.folder / "tui.json").is_symlink()
    assert "./gaugeway/tui.js" in (dotfiles / "tui.json").read_text()
    user.uninstall()
    assert (user.folder / "tui.json").is_symlink()
    assert (dotfiles / "tui.json").read_text() == TUI


def test_a_folder_that_is_a_link(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.folder.rmdir()
    (tmp_path / "dotfiles").mkdir()
    user.folder.symlink_to(tmp_path / "dotfiles")
    user.install()
    assert set(user.files(tmp_path / "dotfiles")) == {*FILES, "tui.jsonc"}


def test_a_file_that_does_not_parse_is_refused_and_nothing_written(user: User) -> None:
    user.write("tui.json", '{\n  "plugin": [,]\n}')
    for change in (user.install, user.uninstall):
        with pytest.raises(SetupError, match=r"tui\.json:2: is not JSON"):
            change()
    assert set(user.files()) == {"tui.json"}


def test_a_file_that_was_changed_since_the_plan_is_not_written(user: User) -> None:
    path = user.write("tui.json", TUI)
    plan = installing(user.env, COMMAND)
    path.write_text("{}")
    with pytest.raises(SetupError, match="was changed meanwhile"):
        apply(plan)
    assert path.read_text() == "{}"


def test_a_folder_that_cannot_be_made(user: User) -> None:
    user.write("plugin", "a file")
    with pytest.raises(SetupError, match="can't be written"):
        user.install()


def test_a_file_that_cannot_be_read(user: User) -> None:
    (user.folder / "tui.json").mkdir()
    with pytest.raises(SetupError, match="can't be read"):
        user.install()


ENVIRONMENTS: Mapping[str, tuple[dict[str, str], list[str]]] = {
    "the usual folder": ({}, ["home/.config/opencode"]),
    "XDG_CONFIG_HOME": ({"XDG_CONFIG_HOME": "$ROOT/xdg"}, ["xdg/opencode"]),
    "OPENCODE_CONFIG_DIR": ({"OPENCODE_CONFIG_DIR": "$ROOT/mine"}, ["home/.config/opencode", "mine"]),
    "both the same": ({"OPENCODE_CONFIG_DIR": "$ROOT/home/.config/opencode"}, ["home/.config/opencode"]),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_where_it_goes(tmp_path: Path, name: str) -> None:
    environ, places = ENVIRONMENTS[name]
    user = User(tmp_path, **{key: value.replace("$ROOT", str(tmp_path)) for key, value in environ.items()})
    assert [place.path for place in folders(user.env)] == [tmp_path / place for place in places]
    assert user.install().folder == tmp_path / places[-1]
    assert set(user.files(tmp_path / places[-1])) == {*FILES, "tui.jsonc"}


def test_a_folder_of_a_repository_is_refused(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    user = User(tmp_path, OPENCODE_CONFIG_DIR=str(repository / "config"))
    user.env = Environment(environ=user.env.environ, home=user.home, cwd=repository)
    with pytest.raises(SetupError, match="inside the current git work tree") as caught:
        installing(user.env, COMMAND)
    assert "unset OPENCODE_CONFIG_DIR" in caught.value.hint
    (repository / "config" / "gaugeway").mkdir(parents=True)
    (repository / "config" / "gaugeway" / "tui.js").write_text("// theirs")
    assert uninstalling(user.env) == []


def test_two_folders_are_said_and_both_emptied(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.install()
    user.env = Environment(
        environ={"OPENCODE_CONFIG_DIR": str(tmp_path / "mine")}, home=user.home, cwd=user.home
    )
    plan = user.install()
    assert [str(user.folder) in note for note in plan.notes] == [True]
    user.uninstall()
    assert user.files() == user.files(tmp_path / "mine") == {}


def test_modes_of_new_files_are_private(user: User) -> None:
    user.install()
    modes: dict[str, Any] = {name: S_IMODE((user.folder / name).stat().st_mode) for name in user.files()}
    assert set(modes.values()) == {0o600}

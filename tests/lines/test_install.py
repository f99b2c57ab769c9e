"""The way into each host's configuration: nothing else changes, twice is once, and there is a copy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.processes import GAUGEWAY

from gaugeway.lines import install as installing
from gaugeway.lines.arguments import HOSTS, parse
from gaugeway.lines.stanzas import BEGIN, END, stanza
from gaugeway.sources import jsonc
from gaugeway.sources.environment import Environment

COMMAND = ("gaugeway", "line", "--for", "x")
WITH_FILES = [host for host in HOSTS if host != "plain"]
BEFORE = {
    "tmux": "# mine\nset -g status-right '%H:%M'",
    "starship": '# mine\nformat = "$all"\n[aws]\ndisabled = true\n',
    "claude-code": '{\n  "model": "x",\n  "hooks": {"a": [1.50]}\n}\n',
    "waybar": '{\n  // mine\n  "modules-right": ["clock"], // right\n  "clock": {"format": "{:%H}"},\n}\n',
    "i3blocks": "# mine\n[clock]\ncommand=date\n",
    "xbar": "#!/bin/sh\n# <xbar.title>gaugeway</xbar.title>\nexec gaugeway older\n",
    "zsh": "# mine\nPS1='> '\n",
}


def env(home: Path, **environ: str) -> Environment:
    return Environment(environ={"PATH": os.environ["PATH"], **environ}, home=home, cwd=home)


def run(home: Path, host: str, *args: str, config: str = "", **environ: str) -> int:
    return installing.install(parse(["--install", host, *args]), config, env(home, **environ))


def target(home: Path, host: str) -> Path:
    made = stanza(host, COMMAND, env(home))
    assert made is not None
    return made.place.path


@pytest.mark.parametrize("host", WITH_FILES)
def test_written_once_with_a_copy_and_without_any_other_change(
    tmp_path: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = target(tmp_path, host)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(BEFORE[host])
    file.chmod(0o640)
    assert run(tmp_path, host) == 0
    assert file.read_text() == BEFORE[host], "printed only"
    assert str(file) in capsys.readouterr().out
    assert run(tmp_path, host, "--write") == 0
    assert "to be rid of it" in capsys.readouterr().err
    first = file.read_text()
    assert f"line --for {host}" in first
    copy = file.with_name(f"{file.name}.before-gaugeway")
    if host == "xbar":  # a plugin folder, where a copy would be run
        assert list(file.parent.iterdir()) == [file]
    else:
        assert copy.read_text() == BEFORE[host]
        assert file.stat().st_mode & 0o777 == 0o640
        kept = [row for row in BEFORE[host].splitlines() if len(row) > 1]
        assert [row for row in kept if row.rstrip(",") not in first and "modules" not in row] == []
    assert run(tmp_path, host, "--write") == 0
    assert "already" in capsys.readouterr().err
    assert file.read_text() == first
    assert run(tmp_path, host, "--write", "--width", "7") == 0
    again = file.read_text()
    assert "--width 7" in again
    assert again.count("line --for") == 1
    assert host == "xbar" or copy.read_text() == BEFORE[host], "still of the first time"


def test_what_is_written_is_what_was_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "claude-code", "--write") == 0
    assert capsys.readouterr().out.partition("\n")[2] == target(tmp_path, "claude-code").read_text()


def test_the_first_copy_stays(tmp_path: Path) -> None:
    file, copy = tmp_path / ".zshrc", tmp_path / ".zshrc.before-gaugeway"
    for text in ("# first\n", "# second\n"):
        file.write_text(text)
        assert run(tmp_path, "zsh", "--write") == 0
        assert copy.read_text() == "# first\n"


@pytest.mark.parametrize("host", WITH_FILES)
def test_where_there_is_no_file(tmp_path: Path, host: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(tmp_path, host, "--write")
    file = target(tmp_path, host)
    if host in {"waybar", "i3blocks"}:  # a new one would hide all of the system's
        assert code == 1
        assert not file.exists()
        assert "copy /etc/" in capsys.readouterr().err
    else:
        assert code == 0
        assert "--for " + host in file.read_text()
        assert os.access(file, os.X_OK) is (host == "xbar")


def test_a_status_line_of_null_is_none(tmp_path: Path) -> None:
    file = target(tmp_path, "claude-code")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"statusLine": null}')
    assert run(tmp_path, "claude-code", "--write") == 0
    assert "gaugeway" in file.read_text()


def test_only_the_lines_between_the_marks_are_ours(tmp_path: Path) -> None:
    file = tmp_path / ".zshrc"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert run(tmp_path, "zsh", "--write") == 0
    text = file.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").write_text("# mine\n")
    (tmp_path / ".tmux.conf").symlink_to("dotfiles")
    assert run(tmp_path, "tmux", "--write") == 0
    assert (tmp_path / ".tmux.conf").is_symlink()
    assert BEGIN in (tmp_path / "dotfiles").read_text()


@pytest.mark.parametrize(
    ("host", "text", "says"),
    [
        ("claude-code", '{"statusLine": {"type": "command", "command": "mine"}}', "another statusLine"),
        ("claude-code", "{", "settings.json:1:"),
        ("claude-code", "[]", "is not one object"),
        ("waybar", '[{"layer": "top"}, {}]', "is not one object"),
        ("waybar", '{"modules-right": "clock"}', "is not a list"),
        ("starship", "[aws\n", "would not be TOML"),
        ("starship", "[custom.gaugeway]\nwhen = true\n", "would not be TOML"),
        ("zsh", "\udcff", "is not UTF-8"),
        ("xbar", "#!/bin/sh\necho mine\n", "is another plugin"),
    ],
)
def test_what_can_not_be_edited_is_left(
    tmp_path: Path, host: str, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = target(tmp_path, host)
    file.parent.mkdir(parents=True, exist_ok=True)
    before = text.encode("utf-8", "surrogateescape")
    file.write_bytes(before)
    assert run(tmp_path, host, "--write") == 1
    assert file.read_bytes() == before
    assert says in capsys.readouterr().err


def test_a_file_that_can_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".zshrc").mkdir()
    assert run(tmp_path, "zsh", "--write") == 1
    assert "can't be read" in capsys.readouterr().err


def test_waybar_keeps_a_place_of_the_users_own(tmp_path: Path) -> None:
    file = target(tmp_path, "waybar")
    file.parent.mkdir(parents=True)
    file.write_text('{"modules-left": ["custom/gaugeway"]}')
    assert run(tmp_path, "waybar", "--write") == 0
    document = jsonc.read(file.read_bytes()).value
    assert document["modules-left"] == ["custom/gaugeway"]
    assert "modules-right" not in document
    file.write_text("{}")
    assert run(tmp_path, "waybar", "--write") == 0
    assert json.loads(file.read_text())["modules-right"] == ["custom/gaugeway"]


def test_the_places_that_variables_name(tmp_path: Path) -> None:
    for host, name, file in (
        ("zsh", "ZDOTDIR", "z/.zshrc"),
        ("starship", "STARSHIP_CONFIG", "s.toml"),
        ("claude-code", "CLAUDE_CONFIG_DIR", "c/settings.json"),
        ("waybar", "XDG_CONFIG_HOME", "x/waybar/config"),
        ("tmux", "XDG_CONFIG_HOME", ".tmux.conf"),
    ):
        place = tmp_path / (file if host in {"starship", "tmux"} else file.split("/")[0])
        made = stanza(host, COMMAND, env(tmp_path, **{name: str(place)}))
        assert made is not None
        assert made.place.path == tmp_path / file
    mac = Environment(environ={}, home=tmp_path, cwd=tmp_path, platform="darwin")
    made = stanza("xbar", COMMAND, mac)
    assert made is not None
    assert made.place.path == tmp_path / "Library/Application Support/xbar/plugins/gaugeway.30s.sh"


def test_quotes_in_a_template_survive_every_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = '{label} it\'s "100%" $x #1'
    assert run(tmp_path, "claude-code", "--write", "--format", template) == 0
    command = json.loads((tmp_path / ".claude" / "settings.json").read_text())["statusLine"]["command"]
    done = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == template
    assert run(tmp_path, "tmux", "--format", template) == 0
    assert "\\$x ##1" in capsys.readouterr().out


def test_what_is_run_is_this_gaugeway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "bin" / "gaugeway"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(own)])
    run(tmp_path, "tmux", PATH=str(own.parent))
    assert f"#({own} line --for tmux)" in capsys.readouterr().out
    run(tmp_path, "waybar", PATH=str(own.parent))
    assert f'"exec": "{own} line' in capsys.readouterr().out
    run(tmp_path, "tmux", "--gateway", "lab", config="x.toml", PATH="/usr/bin")
    assert f"#({own} --config {tmp_path}/x.toml line --for tmux --gateway lab)" in capsys.readouterr().out


def test_the_shells_config_is_the_hosts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "tmux", GAUGEWAY_CONFIG="mine.toml")
    assert f" --config {tmp_path}/mine.toml line --for tmux" in capsys.readouterr().out
    run(tmp_path, "tmux", config="typed.toml", GAUGEWAY_CONFIG="mine.toml")
    out = capsys.readouterr().out
    assert f" --config {tmp_path}/typed.toml line" in out
    assert "mine.toml" not in out
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    inside = Environment(environ={"GAUGEWAY_CONFIG": "its.toml"}, home=tmp_path, cwd=repository)
    installing.install(parse(["--install", "tmux"]), "", inside)
    assert "--config" not in capsys.readouterr().out


def test_a_state_folder_of_the_shell_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "waybar", GAUGEWAY_STATE_DIR="state")
    assert capsys.readouterr().err.splitlines() == [
        "gaugeway: GAUGEWAY_STATE_DIR is set here: waybar needs it too, to show what is read here"
    ]
    run(tmp_path, "waybar")
    assert not capsys.readouterr().err


@pytest.mark.parametrize(("answer", "written"), [("", True), ("y", True), ("n", False)])
def test_on_a_terminal_it_offers_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, written: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert run(tmp_path, "zsh") == 0
    assert (tmp_path / ".zshrc").exists() is written


def test_plain_text_goes_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "plain") == 0
    assert "wherever a line is wanted" in capsys.readouterr().out


def test_as_a_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [*GAUGEWAY, "line", "--install", "tmux"],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"# {tmp_path}/.tmux.conf\n{BEGIN}\n")
    assert sys.executable in done.stdout


@pytest.mark.parametrize(
    "text",
    [f"{BEGIN}\nlost\n# mine below\n", f"# mine\n{END}\n", f"{BEGIN}\na\n{END}\n{BEGIN}\nb\n{END}\n"],
    ids=["no end", "no begin", "twice"],
)
def test_marks_that_are_no_pair_are_left_alone(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = target(tmp_path, "tmux")
    file.write_text(text)
    assert run(tmp_path, "tmux", "--write") == 1
    assert file.read_text() == text
    assert "remove `# >>> gaugeway" in capsys.readouterr().err


def test_a_block_of_a_file_with_carriage_returns_is_found_again(tmp_path: Path) -> None:
    file = target(tmp_path, "zsh")
    file.write_bytes(f"PS1=x\r\n{BEGIN}\r\nolder\r\n{END}\r\n# mine\r\n".encode())
    assert run(tmp_path, "zsh", "--write") == 0
    text = file.read_bytes().decode()
    assert text.count(BEGIN) == 1
    assert text.startswith("PS1=x\r\n")
    assert text.endswith("# mine\r\n")


def test_a_repository_does_not_choose_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, tree = tmp_path / "home", tmp_path / "tree"
    home.mkdir()
    (tree / ".git").mkdir(parents=True)
    (home / "mine.toml").write_text("# mine\n")
    (tree / "s.toml").symlink_to(home / "mine.toml")
    around = Environment(
        environ={"PATH": os.environ["PATH"], "STARSHIP_CONFIG": str(tree / "s.toml")}, home=home, cwd=tree
    )
    assert installing.install(parse(["--install", "starship", "--write"]), "", around) == 1
    assert "STARSHIP_CONFIG names it" in capsys.readouterr().err
    assert (home / "mine.toml").read_text() == "# mine\n"


def test_tmux_gets_no_command_that_it_would_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "tmux", "--format", "{label} (:)") == 1
    assert "choose another --format" in capsys.readouterr().err


def test_the_end_of_the_input_is_a_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    file = target(tmp_path, "tmux")
    made = stanza("tmux", COMMAND, env(tmp_path))
    assert made is not None
    assert installing._write(made, ask=True) == 0
    assert not file.exists()

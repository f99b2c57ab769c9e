"""The hosts themselves, as far as they run without a screen."""

import json
import os
import re
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.processes import GAUGEWAY, Home

from gaugeway.testing.server import LoopbackServer

# Everything that some host would obey. What it would do leaves a file behind.
NASTY = "A#[fg=red]B#(touch hit)C$(touch hit)D`touch hit`E%F{red}%n<b>G</b>&|H!!I\\\\J #{pid} %H"
Program = Callable[[str], str]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A user with a reading in the store, of a gateway with the worst of names."""
    one = Home(tmp_path)
    with LoopbackServer({"/quota": {"tokens": {"limit": 100, "used": 85}}}) as server:
        one.gateways({"lab": server.url}, label=NASTY.replace("\\\\", "\\"), refresh=3600)
        assert one.run("refresh").code == 0
        yield one


def environ(home: Home, **more: str) -> dict[str, str]:
    names = ("PATH", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    return {name: os.environ[name] for name in names if name in os.environ} | {
        "HOME": str(home.path),
        "LC_ALL": "C.UTF-8",
        "TERM": "screen-256color",
        **more,
    }


class Screen:
    """A terminal of 120 columns: a tmux of its own, with a program in it."""

    def __init__(self, tmux: str, home: Home, command: str, **more: str) -> None:
        self._tmux = [tmux, "-S", str(home.path / "outer"), "-f", "/dev/null"]
        self._environ = environ(home, **more)
        self._home = home
        self("new-session", "-d", "-x", "150", "-y", "6", command)

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words],
            env=self._environ,
            cwd=self._home.path,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return done.stdout

    def until(self, pattern: str) -> str:
        end = time.monotonic() + 20
        while not re.search(pattern, text := self("capture-pane", "-p", "-e")):
            assert time.monotonic() < end, text
            time.sleep(0.1)
        return text

    def close(self) -> None:
        self("kill-server")


def installed(home: Home, host: str, *args: str, **more: str) -> None:
    done = subprocess.run(
        [*GAUGEWAY, "line", "--install", host, "--write", *args],
        env=environ(home, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_tmux_draws_it(home: Home, program: Program) -> None:
    tmux = program("tmux")
    config = home.path / ".tmux.conf"
    config.write_text("set -g status-interval 1\nset -g status-right 'mine'\n")
    installed(home, "tmux", "--width", "0")
    inner = f"{tmux} -S {home.path}/inner"
    screen = Screen(tmux, home, f"unset TMUX; {inner} -f {config} new-session 'sleep 60'")
    try:
        text = screen.until("mine .*15%")
        # the low level's colour, and the name as it is: nothing expanded, nothing run
        assert "\x1b[33mA#[fg=red]B#(touch hit)C$(touch hit)D`touch hit`E%F{red}%n<b>" in text
        assert "G</b>&|H!!I\\J #{pid} %H 15%" in text
        assert not (home.path / "hit").exists()
        before = subprocess.check_output([tmux, "-S", home.path / "inner", "show", "-gv", "status-right"])
        subprocess.run([tmux, "-S", home.path / "inner", "source-file", config], check=True)
        after = subprocess.check_output([tmux, "-S", home.path / "inner", "show", "-gv", "status-right"])
        assert before == after
    finally:
        subprocess.run([tmux, "-S", home.path / "inner", "kill-server"], check=False)
        screen.close()


@pytest.mark.parametrize("options", ["", "setopt prompt_subst prompt_bang\n"])
def test_zsh_shows_it_beside_the_prompt(home: Home, program: Program, options: str) -> None:
    tmux, zsh = program("tmux"), program("zsh")
    file = home.path / ".zshrc"
    file.write_text(f"{options}PS1='> '\nRPROMPT='mine'\n")
    installed(home, "zsh", "--width", "0")
    screen = Screen(tmux, home, zsh)
    try:
        text = screen.until("mine .*15%")
        assert (
            "A#[fg=red]B#(touch hit)C＄(touch hit)D｀touch hit｀E%F{red}%n<b>G</b>&|H！！I＼J #{pid} %H 15%"
            in text
        )
        assert "\x1b[33m" in text
        screen("send-keys", "true", "Enter")
        again = screen.until(r"(?s)> true.*\n.*mine .*15%")
        assert all(row.count("15%") <= 1 for row in again.splitlines())
        assert not (home.path / "hit").exists()
    finally:
        screen.close()


def test_zsh_does_not_wait(home: Home, program: Program) -> None:
    """The prompt is there while the line is still on its way."""
    tmux, zsh = program("tmux"), program("zsh")
    installed(home, "zsh", "--width", "0")
    file = home.path / ".zshrc"
    file.write_text("PS1='ready> '\n" + file.read_text().replace("<(command ", "<(sleep 3; command "))
    screen = Screen(tmux, home, zsh)
    try:
        started = time.monotonic()
        screen.until("ready>")
        assert "15%" not in screen("capture-pane", "-p")
        screen.until("15%")
        assert time.monotonic() - started >= 2
    finally:
        screen.close()


def test_i3blocks_hands_it_on(home: Home, program: Program) -> None:
    config = home.path / ".config" / "i3blocks" / "config"
    config.parent.mkdir()
    config.write_text("markup=pango\n\n[clock]\ncommand=echo 12:00\ninterval=once\n")
    installed(home, "i3blocks", "--width", "0")
    process = subprocess.Popen(
        [program("i3blocks"), "-c", config],
        env=environ(home),
        cwd=home.path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        for row in process.stdout:
            if "15%" in row:
                break
    finally:
        process.kill()
        process.communicate()
    (block,) = [one for one in json.loads(row.lstrip(",")) if one.get("name") == "gaugeway"]
    assert block["full_text"].startswith("A#[fg=red]B#(touch hit)C$(touch hit)D`touch hit`E%F{red}%n")
    assert (block["markup"], block["color"]) == ("none", "#e0af00")
    assert not (home.path / "hit").exists()


WARNING = "Failed to set text"


def waybar_says(home: Home, program: Program, script: str) -> str:
    """What waybar writes to its log while it shows the output of a script for some seconds."""
    sway, waybar, runtime = program("sway"), program("waybar"), home.path / "runtime"
    runtime.mkdir(exist_ok=True, mode=0o700)
    config = home.path / "bar.json"
    custom = {"exec": script, "return-type": "json", "interval": 1}
    config.write_text(json.dumps({"modules-right": ["custom/x"], "custom/x": custom}))
    log, ready = home.path / "waybar.log", home.path / "shown"
    log.unlink(missing_ok=True)
    ready.unlink(missing_ok=True)
    (home.path / "sway").write_text(f"exec sh -c '{waybar} -c {config} -s /dev/null >{log} 2>&1'\n")
    headless = {
        "XDG_RUNTIME_DIR": str(runtime),
        "WLR_BACKENDS": "headless",
        "WLR_LIBINPUT_NO_DEVICES": "1",
        "WLR_RENDERER": "pixman",
    }
    command = [sway, "-c", str(home.path / "sway")]
    if os.geteuid() == 0:  # which sway refuses
        command = [program("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        for path in (home.path, *home.path.rglob("*")):
            os.chown(path, 65534, 65534)
    process = subprocess.Popen(
        command, env=environ(home, **headless), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 120  # it draws without a graphics card, beside other tests
        while not (ready.exists() and "Bar configured" in log.read_text()):
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)
        return log.read_text()
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("ours", [True, False])
def test_waybar_takes_it_for_text(home: Home, program: Program, ours: bool) -> None:
    for parent in home.path.parents[:4]:  # pytest's own folders are private, and sway runs as nobody
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o755)
    said = home.run("line", "--for", "waybar", "--width", "0").out.decode()
    assert "&lt;b&gt;" in said
    if not ours:  # so that the test could fail
        said = said.replace("&lt;b&gt;", "<b>")
    (home.path / "said").write_text(said)
    script = f"cat {home.path}/said; touch {home.path}/shown"
    assert (WARNING in waybar_says(home, program, script)) is not ours


def test_claude_code_with_its_json_on_stdin(home: Home) -> None:
    """As its documentation has it: the JSON arrives, one row is shown, whatever became of the pipe."""
    status = {
        "hook_event_name": "Status",
        "model": {"id": "x", "display_name": "X"},
        "cwd": "/",
        "version": "2",
    }
    installed(home, "claude-code")
    settings = json.loads((home.path / ".claude" / "settings.json").read_text())["statusLine"]
    assert settings["type"] == "command"
    done = subprocess.run(
        ["sh", "-c", settings["command"]],
        input=json.dumps(status) * 1000,
        env=environ(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("\x1b[33mA#[fg=red]B")


def test_the_plugin_of_xbar_is_a_program(home: Home) -> None:
    installed(home, "xbar")
    (plugin,) = (home.path / ".config" / "argos").iterdir()
    done = subprocess.run(
        [plugin], env=environ(home, ARGOS_VERSION="2"), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1] == "---"
    assert "useMarkup=false" in done.stdout


def test_starship_runs_it_through_its_shell(home: Home) -> None:
    """Its documented way: the command's text goes to the shell's standard input."""
    installed(home, "starship")
    custom = tomllib.loads((home.path / ".config" / "starship.toml").read_text())["custom"]["gaugeway"]
    done = subprocess.run(
        custom["shell"],
        input=custom["command"],
        env=environ(home),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("A#[fg=red]B#(touch hit)C＄(touch hit)D｀")
    assert done.stdout.count("\n") == 1

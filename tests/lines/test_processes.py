"""Lines as their hosts run them: real processes, many at once, in odd surroundings."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.processes import GAUGEWAY, Home

from gaugeway.testing.server import LoopbackServer

PANES, SECONDS = 20, 12


def shown(home: Home, *args: str, **environ: str) -> str:
    done = home.run("line", *args, **environ)
    assert (done.code, done.err) == (0, b"")
    return done.out.decode()


def until(home: Home, text: str, *args: str, **environ: str) -> None:
    end = time.monotonic() + 20
    while shown(home, *args, **environ) != text:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_from_nothing_to_a_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with LoopbackServer({"/quota": {"tokens": {"limit": 4, "used": 1}}}) as server:
        home.gateways({"lab": server.url})
        assert shown(home) == "gaugeway: refreshing\n"
        until(home, "lab 75%\n")
        assert len(server.requests) == 1


def test_many_panes_read_as_often_as_one(tmp_path: Path) -> None:
    """Twenty panes that ask every second, of a gateway that is to be read every 2 s: an hour, scaled down.

    Starts are counted by the processes that are started.
    """
    home = Home(tmp_path)
    starts = tmp_path / "starts"
    log = tmp_path / "site" / "sitecustomize.py"
    log.parent.mkdir()
    log.write_text(
        "import sys\n"
        "if 'refresh' in sys.orig_argv:\n"
        f"    open({str(starts)!r}, 'a').write('x')\n"
        "import gaugeway.lines.renewal\n"
        "gaugeway.lines.renewal.PAUSE = 0.5\n"
    )
    with LoopbackServer({"/quota": {"tokens": {"limit": 4, "used": 1}}}) as server:
        home.gateways({"lab": server.url}, refresh=2)
        script = f"while :; do {' '.join(GAUGEWAY)} line; sleep 1; done"
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(log.parent)}
        panes = [
            subprocess.Popen(["sh", "-c", script], env=environ, stdout=subprocess.PIPE, cwd=tmp_path)
            for _ in range(PANES)
        ]
        time.sleep(SECONDS)
        for pane in panes:
            pane.terminate()
        said = Counter(b"".join(pane.communicate()[0] for pane in panes).splitlines())
        reads = len(server.requests)
    assert set(said) <= {b"gaugeway: refreshing", b"lab not read yet", b"lab 75%"}
    assert said[b"lab 75%"] > said.total() / 2
    most = SECONDS / 2 + 2
    assert 2 <= reads <= most
    assert reads <= len(starts.read_text()) <= 1.5 * most


ODD = {
    "no home": {"HOME": ""},
    "a home that is not there": {"HOME": "/nonexistent/nowhere"},
    "a relative state folder": {"GAUGEWAY_STATE_DIR": "./x"},
    "a state folder that can't be": {"GAUGEWAY_STATE_DIR": "/dev/null/x"},
    "no locale": {"LC_ALL": "C"},
    "another encoding": {"PYTHONIOENCODING": "latin-1"},
    "a strict encoding": {"PYTHONIOENCODING": "ascii:strict"},
}


@pytest.mark.parametrize("environ", ODD.values(), ids=ODD)
def test_it_always_prints_and_exits_with_0(tmp_path: Path, environ: dict[str, str]) -> None:
    home = Home(tmp_path)
    for host in ("tmux", "waybar"):
        assert "gaugeway: " in shown(home, "--for", host, **environ)


@pytest.mark.parametrize("redirection", [">&-", "</dev/null >&-", "<&- >&- 2>&-", "| true", "> /dev/full"])
def test_closed_and_full_streams(tmp_path: Path, redirection: str) -> None:
    Home(tmp_path)
    command = f"{' '.join(GAUGEWAY)} line {redirection}"
    done = subprocess.run(
        ["sh", "-c", command],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_open_terminal_is_not_waited_for(tmp_path: Path) -> None:
    read, write = os.pipe()
    try:
        subprocess.run(
            [*GAUGEWAY, "line", "--for", "claude-code"],
            env={"HOME": str(tmp_path)},
            stdin=read,
            stdout=subprocess.DEVNULL,
            timeout=30,
            check=True,
        )
    finally:
        os.close(read)
        os.close(write)


def test_a_folder_that_was_deleted(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir {gone}; exec {sys.executable} -P -m gaugeway line"
    done = subprocess.run(
        ["sh", "-c", command], env={"HOME": str(tmp_path)}, cwd=gone, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"gaugeway: refreshing\n")


@pytest.mark.parametrize("option", ["--config", "--config="])
def test_the_command_line_is_the_same_by_the_long_way(tmp_path: Path, option: str) -> None:
    """Past the short way, as a program that calls `gaugeway.cli.main.main` itself goes."""
    code = "import sys; from gaugeway.cli.main import main; sys.exit(main(sys.argv[1:]))"
    config = [option + "x.toml"] if option.endswith("=") else [option, "x.toml"]
    outs = []
    for command in ([*GAUGEWAY], [sys.executable, "-c", code]):
        done = subprocess.run(
            [*command, *config, "line", "--fro", "--help"],
            env={"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        outs.append(done.stdout)
    assert outs[0] == outs[1]
    assert outs[0].startswith("Usage: gaugeway line")

"""Processes that nobody waits for: real ones."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gaugeway import background

# What stands in for the package, so that the process tells what it was given.
TELL = """
import os, sys
streams = [os.readlink(f"/proc/self/fd/{number}") for number in range(3)]
session, parent = os.getsid(0), os.getppid()
facts = [sys.argv[1:], os.getcwd(), os.environ.get("TOLD"), streams, session, parent, sys.flags.safe_path]
open(os.environ["FACTS"] + ".new", "w").write(repr(facts))
os.rename(os.environ["FACTS"] + ".new", os.environ["FACTS"])
"""


def until(ready: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "path" / "gaugeway"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(TELL)
    here = tmp_path / "here"
    (here / "gaugeway").mkdir(parents=True)  # what the current folder holds is not run
    (here / "gaugeway" / "__main__.py").write_text("raise SystemExit")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    monkeypatch.setenv("TOLD", "yes")
    monkeypatch.setenv("FACTS", str(tmp_path / "facts"))
    return tmp_path / "facts"


def test_it_has_the_environment_and_the_folder_and_nothing_else_in_common(facts: Path) -> None:
    background.spawn(["refresh", "a b", "$(c)", "d;e"])
    until(facts.exists)
    argv, cwd, told, streams, session, parent, safe = eval(facts.read_text())
    assert argv == ["refresh", "a b", "$(c)", "d;e"]
    assert cwd == str(Path.cwd())
    assert told == "yes"
    assert streams == ["/dev/null"] * 3
    assert session != os.getsid(0)
    assert parent != os.getpid()
    assert safe


def test_no_zombie_is_left(facts: Path) -> None:
    background.spawn([])
    until(facts.exists)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_without_posix_spawn(facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(*_: object, **__: object) -> int:
        raise NotImplementedError

    monkeypatch.setattr(os, "posix_spawn", unable)
    background.spawn(["refresh"])
    until(facts.exists)
    assert eval(facts.read_text())[4] != os.getsid(0)


def test_an_interpreter_without_a_path_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(OSError, match="path is not known"):
        background.spawn([])

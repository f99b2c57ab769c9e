"""Whole processes, measured from outside: wall time, CPU time and peak memory."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent


class Run(NamedTuple):
    """Seconds of wall clock and of CPU (user and system), and the peak of resident memory in MB."""

    wall: float
    cpu: float
    rss: float


def run(command: Sequence[str], environ: Mapping[str, str], stdin: str = "") -> Run:
    """One process from start to end. A failure of it is a failure of the benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(stdin.encode())
    process.stdin.close()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def medians(
    commands: Mapping[str, Sequence[str]], environ: Mapping[str, str], times: int
) -> dict[str, float]:
    """The median wall seconds of each command, taken in turns so that a slow moment hits all alike."""
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            walls[name].append(run(command, environ).wall)
    return {name: statistics.median(seen) for name, seen in walls.items()}


class Servers:
    """The gateways' process: ``urls`` of its origins, and ``peaks()`` since the last call."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.urls: list[str] = json.loads(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def peaks(self) -> dict[str, int]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        peaks: dict[str, int] = json.loads(self._line())
        return peaks


@contextmanager
def servers(origins: int, delay: float) -> Iterator[Servers]:
    command = [sys.executable, str(HERE / "server.py"), str(origins), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Servers(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def installed(folder: Path) -> Path:
    """An environment of its own with the built wheel: an editable install starts more slowly. Its ``bin``."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # an older one writes a script that imports re, which costs a third of a status line
    subprocess.run([*pip, "--upgrade", "pip>=25.1"], check=True)
    subprocess.run([*pip, str(ROOT)], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(ROOT)], check=True)
    return python.parent

"""The state folder as whole processes use it: many at once, killed ones, odd disks, other versions."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest
from aiohttp import web
from tests.processes import Done, Home

from gaugeway.store import rows
from gaugeway.store.opening import DATABASE
from gaugeway.store.opening import KEY as KEY_FILE
from gaugeway.testing import faults
from gaugeway.testing.server import LoopbackServer

GATEWAYS, PROCESSES, KILLED = 20, 30, 10
SHOW = ("show", "--json")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


class Gates:
    """Gateways on three origins (eight of one are asked at once), which answer once ``open`` is set."""

    def __init__(self, stack: ExitStack) -> None:
        self.open = Event()
        servers = [stack.enter_context(LoopbackServer(self._answer)) for _ in range(3)]
        self._servers = servers
        self.urls = {f"g{n}": f"{servers[n % 3].url}/g{n}" for n in range(GATEWAYS)}

    async def _answer(self, _: web.BaseRequest) -> web.StreamResponse:
        while not self.open.is_set():  # noqa: ASYNC110  (each server has a loop of its own)
            await asyncio.sleep(0.02)
        return web.json_response(faults.QUOTA)

    @property
    def asked(self) -> Counter[str]:
        return Counter(request.path for server in self._servers for request in server.requests)

    def wait_for(self, requests: int) -> None:
        until = time.monotonic() + 30
        while self.asked.total() < requests:
            assert time.monotonic() < until, self.asked
            time.sleep(0.02)


@pytest.fixture
def gates() -> Iterator[Gates]:
    with ExitStack() as stack:
        yield Gates(stack)


def remaining(done: Done) -> list[str]:
    return [one["meters"][0]["remaining"] for one in done.gateways]


def ended(process: subprocess.Popen[bytes]) -> Done:
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out, err)


def test_thirty_processes_some_of_them_killed_make_twenty_requests(home: Home, gates: Gates) -> None:
    home.gateways(gates.urls, timeout=50)
    owner = home.start(*SHOW)
    gates.wait_for(GATEWAYS)
    others = [home.start(*SHOW) for _ in range(PROCESSES - 1)]
    time.sleep(1)  # some wait for the answers by now, others are still starting
    for process in others[::3][:KILLED]:
        process.kill()
    gates.open.set()
    done = [ended(process) for process in (owner, *others)]
    alive = [one for one in done if one.code != -signal.SIGKILL]
    assert len(alive) == PROCESSES - KILLED
    assert [(one.code, one.err, remaining(one)) for one in alive] == [(0, b"", ["75000"] * GATEWAYS)] * len(
        alive
    )
    assert gates.asked == {f"/g{n}/quota": 1 for n in range(GATEWAYS)}


def test_a_killed_owner_costs_one_lease(home: Home, gates: Gates) -> None:
    home.gateways(gates.urls, timeout=1)
    owner = home.start(*SHOW)
    gates.wait_for(GATEWAYS)
    others = [home.start(*SHOW) for _ in range(5)]
    owner.kill()
    gates.open.set()
    ended(owner)
    assert [remaining(ended(process)) for process in others] == [["75000"] * GATEWAYS] * 5
    assert gates.asked == {f"/g{n}/quota": 2 for n in range(GATEWAYS)}


def test_an_interrupt_ends_it_at_once_and_leaves_no_lease(home: Home, gates: Gates) -> None:
    home.gateways(gates.urls, timeout=50)
    process = home.start(*SHOW)
    gates.wait_for(GATEWAYS)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    done = ended(process)
    assert time.monotonic() - started < 3
    assert (done.code, done.out, done.err.decode().strip()) == (130, b"", "interrupted")
    gates.open.set()
    started = time.monotonic()
    assert remaining(home.run(*SHOW)) == ["75000"] * GATEWAYS
    assert time.monotonic() - started < 10  # the leases had nearly a minute to go


def test_an_interrupt_while_modules_are_loaded(home: Home) -> None:
    (home.path / "click.py").write_text("raise KeyboardInterrupt")
    assert home.run(*SHOW, PYTHONPATH=str(home.path)) == Done(130, b"", b"")


@pytest.fixture
def kept(home: Home) -> Iterator[Home]:
    """A home with one stored reading."""
    with LoopbackServer({"/quota": faults.QUOTA}) as server:
        home.gateways({"g": server.url}, refresh=3600)
        assert home.run(*SHOW).code == 0
        server.requests.clear()
        yield home
        assert server.requests == []


def test_a_newer_schema_is_refused_and_status_says_so(kept: Home) -> None:
    set_version(kept, rows.VERSION + 1000)
    before = (kept.state / DATABASE).read_bytes()
    done = kept.run(*SHOW)
    assert (done.code, done.out) == (1, b"")
    known = f"schema 2.{rows.MINOR}, this one knows 1.{rows.MINOR}"
    assert f"written by a newer gaugeway ({known})" in done.err.decode()
    assert "update gaugeway" in done.err.decode()
    assert "newer gaugeway" in kept.run("status").out.decode()
    assert (kept.state / DATABASE).read_bytes() == before


def test_an_older_process_goes_on_beside_a_newer_minor(kept: Home) -> None:
    set_version(kept, rows.VERSION + 1, "ALTER TABLE readings ADD COLUMN novelty TEXT")
    done = kept.run(*SHOW)
    assert (done.code, done.err, remaining(done)) == (0, b"", ["75000"])


def set_version(home: Home, version: int, change: str = "") -> None:
    with sqlite3.connect(home.state / DATABASE) as db:
        db.execute(change)
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


def test_of_many_that_find_the_same_corrupt_file_one_moves_it(home: Home, gates: Gates) -> None:
    home.gateways(gates.urls, timeout=20)
    home.state.mkdir(parents=True)
    (home.state / DATABASE).write_bytes(b"no database" * 1000)
    gates.open.set()
    done = [ended(process) for process in [home.start(*SHOW) for _ in range(10)]]
    assert [remaining(one) for one in done] == [["75000"] * GATEWAYS] * 10
    assert sum(one.err.count(b"is corrupt") for one in done) == 1
    assert len(list(home.state.glob("*.corrupt-*"))) == 1
    assert gates.asked == {f"/g{n}/quota": 1 for n in range(GATEWAYS)}


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[None]:
    """A file system of so many KiB."""
    path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k,mode=700", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.mark.parametrize("size", [4, 16, 64])
def test_a_full_disk_leaves_memory(home: Home, size: int) -> None:
    with LoopbackServer({"/quota": faults.QUOTA}) as server, small_disk(home.state, size):
        home.gateways({"g": server.url})
        for _ in range(2):
            done = home.run(*SHOW)
            assert (done.code, remaining(done)) == (0, ["75000"])
            (line,) = done.err.splitlines()
            assert b"going on without" in line
            assert {path.name for path in home.state.iterdir()} <= {DATABASE, KEY_FILE, f"{DATABASE}-shm"}


def test_a_bound_on_file_sizes_is_a_full_disk_too(home: Home) -> None:
    limited = ("sh", "-c", 'trap "" XFSZ; ulimit -f 8; exec "$@"', "sh")
    with LoopbackServer({"/quota": faults.QUOTA}) as server:
        home.gateways({"g": server.url})
        done = home.run(*SHOW, prefix=limited, PYTHONDONTWRITEBYTECODE="1")
    assert (done.code, remaining(done)) == (0, ["75000"])
    assert b"going on without" in done.err

"""Real processes, a real server: how often a gateway is asked, and how soon a process is gone."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from aiohttp import web

from gaugeway.testing.server import LoopbackServer

GATEWAYS, PROCESSES = 20, 30

PROCESS = """
import json, os, sys, time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from gaugeway.collector import collect
from gaugeway.sources.gateway import Gateway
from gaugeway.store import open_store

folder, urls, count, timeout, stuck = sys.argv[1:]
urls = urls.split()

def http():
    from gaugeway.transport.http import HttpTransport
    return HttpTransport({})

@asynccontextmanager
async def never():
    print("claimed", flush=True)
    time.sleep(60)
    yield

clock = lambda: datetime.now(UTC)
store = open_store(Path(folder), now=clock, warn=print)
gateways = [
    Gateway.of(f"g{n}", f"{urls[n % len(urls)]}/g{n}", "sk-test-1", timeout=float(timeout))
    for n in range(int(count))
]
states = collect(gateways, store=store, transport=never if stuck == "stuck" else http, clock=clock)
print(json.dumps([
    [s.error and s.error.code, s.reading and str(s.reading.meters[0].used)] for s in states
]))
"""


def start(
    folder: Path, urls: str, count: int, timeout: float, *, stuck: bool = False
) -> subprocess.Popen[str]:
    arguments = [str(folder), urls, str(count), str(timeout), "stuck" if stuck else ""]
    return subprocess.Popen([sys.executable, "-c", PROCESS, *arguments], stdout=subprocess.PIPE, text=True)


async def quota(request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(0.1)
    return web.json_response({"tokens": {"limit": 100, "used": 12}})


def test_thirty_processes_some_of_them_killed_ask_twenty_gateways_once(tmp_path: Path) -> None:
    with LoopbackServer(quota) as one, LoopbackServer(quota) as two, LoopbackServer(quota) as three:
        servers = (one, two, three)  # at most eight of one origin are asked at once
        urls = " ".join(server.url for server in servers)
        owner = start(tmp_path, urls, GATEWAYS, 2.0, stuck=True)
        assert owner.stdout is not None
        assert owner.stdout.readline() == "claimed\n"
        others = [start(tmp_path, urls, GATEWAYS, 2.0) for _ in range(PROCESSES - 1)]
        owner.kill()  # it holds all the leases, and has asked nothing
        doomed, rest = others[:5], others[5:]
        time.sleep(0.5)
        for process in doomed:
            process.kill()
        said = [process.communicate(timeout=60)[0] for process in rest]
        for process in (owner, *doomed):
            process.communicate(timeout=10)
        asked = Counter(request.path for server in servers for request in server.requests)
    assert [json.loads(text) for text in said] == [[[None, "12"]] * GATEWAYS] * len(rest)
    assert asked == {f"/g{number}/quota": 1 for number in range(GATEWAYS)}


def test_a_process_is_gone_half_a_second_after_its_deadline(tmp_path: Path) -> None:
    arrived: list[float] = []

    async def hang(request: web.BaseRequest) -> web.StreamResponse:
        arrived.append(time.monotonic())
        await asyncio.sleep(60)
        raise AssertionError

    with LoopbackServer(hang) as server:
        process = start(tmp_path, server.url, 3, 1.0)
        said = process.communicate(timeout=30)[0]
        ended = time.monotonic()
    assert json.loads(said) == [["timeout", None]] * 3
    assert process.returncode == os.EX_OK
    assert ended - arrived[0] < 1.5

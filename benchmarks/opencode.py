"""What the plugins add to OpenCode: its first screen and a turn, with them and without, taken in turns.

Writes a section of docs/performance.md; where OpenCode cannot be had, the section stays as it is.
"""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.opencode.host import VERSIONS, Home, Screen, program, running
from tests.opencode.upstream import Upstream

from benchmarks.measure import ROOT
from gaugeway.testing.server import LoopbackServer

PAGE = ROOT / "docs" / "performance.md"
STARTS, TURNS = 8, 3
_HEADING = "\n## Inside OpenCode\n"
_POLL = 0.02  # seconds between two looks at the screen

Seen = dict[bool, list[float]]  # seconds, without the plugins and with them


def section() -> str:
    """What the page says of OpenCode now."""
    _, heading, text = PAGE.read_text().partition(_HEADING)
    return heading + text


def measured() -> Iterator[tuple[str, Seen]]:
    binary, upstream = program(VERSIONS[-1]), Upstream()
    first, turn = Seen(), Seen()
    with tempfile.TemporaryDirectory() as folder, LoopbackServer(upstream) as server:
        homes = {
            plugins: Home(Path(folder) / str(plugins), server.url, agentTool=False)
            for plugins in (False, True)
        }
        homes[True].gaugeway("opencode", "install", "--yes")
        for number in range(STARTS + 1):
            for plugins, home in homes.items():
                started = time.perf_counter()
                with running(binary, home) as screen:
                    screen.poll = _POLL
                    screen.shows("Ask anything")
                    shown = time.perf_counter() - started
                    turns = [_turn(screen, upstream) for _ in range(TURNS + 1)]
                if number:  # the first start makes OpenCode's database, the first turn a session
                    first.setdefault(plugins, []).append(shown)
                    turn.setdefault(plugins, []).extend(turns[1:])
    yield "its first screen", first
    yield "a turn", turn


def _turn(screen: Screen, upstream: Upstream) -> float:
    number = upstream.turns + 1
    screen.type(f"question {number}")
    started = time.perf_counter()
    screen.key("Enter")
    screen.shows(rf"answer {number} ends\.")
    taken = time.perf_counter() - started
    time.sleep(1)  # what follows a turn is no part of the next
    return taken


def page(seen: dict[str, Seen]) -> str:
    rows = "\n".join(
        f"| {what} | {len(one[True])} | {_ms(one[False])} | {_ms(one[True])} |" for what, one in seen.items()
    )
    return f"""{_HEADING}
OpenCode {VERSIONS[-1]} in a terminal, measured on {datetime.now(UTC):%Y-%m-%d} ({platform.machine()}) by
`python -m benchmarks.opencode`. Medians, and between which values the middle half lies.

| from the key to the screen | times | without the plugins | with them |
| --- | ---: | ---: | ---: |
{rows}

Both are taken in turns on the same machine ({os.cpu_count()} cores, load average {os.getloadavg()[1]:.1f}),
with a gateway on loopback that answers at once. The plugins start a process after the first screen and
after each turn, and nothing waits for it: what differs is what else the machine did at that moment.
"""


def _ms(seconds: list[float]) -> str:
    low, middle, high = statistics.quantiles(seconds, n=4)
    return f"{middle * 1000:.0f} ms ({low * 1000:.0f} to {high * 1000:.0f})"


def main() -> None:
    try:
        seen = dict(measured())
    except pytest.skip.Exception as missing:
        print(f"OpenCode is left out: {missing}")
        return
    text = page(seen)
    print(text)
    PAGE.write_text(PAGE.read_text().partition(_HEADING)[0] + text)


if __name__ == "__main__":
    main()

"""Measures what is promised and writes docs/performance.md; exits with 1 where a promise is not kept."""

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import opencode
from benchmarks.measure import HERE, ROOT, Run, Servers, installed, medians, run, servers
from benchmarks.year import grow

MANY, FEW, ORIGINS, CROWDED, DELAY = 1000, 100, 25, 5, 0.05
ROUNDS, TIMES = 15, 31


class Promise(NamedTuple):
    """One line of the page. ``bound``: the most that is allowed."""

    what: str
    value: float
    bound: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.value <= self.bound


class Bench:
    """The programs under test, in surroundings of their own."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.python = str(binaries / "python")
        self.gaugeway = str(binaries / "gaugeway")
        self.folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GAUGEWAY_STATE_DIR": str(folder / "state"),
        }

    def configure(self, name: str, urls: list[str]) -> list[str]:
        """A config with one gateway per URL; returns the command that reads all of them live."""
        file = self.folder / f"{name}.toml"
        file.write_text(
            "\n".join(
                f'[gateways.g{number}]\nbase_url = "{url}/p{number}"\napi_key = "sk-test-bench"\n'
                for number, url in enumerate(urls)
            )
        )
        return [self.gaugeway, "--config", str(file), "show", "--json", "--refresh"]

    def cold_start(self) -> Iterator[Promise]:
        with servers(1, 0) as one:
            live = self.configure("one", one.urls)
            run(live, self.environ)
            stored = [*live[:-1], "--max-age", "86400"]
            commands = {
                "bare": [self.python, "-c", "pass"],
                "import": [self.python, "-c", "import gaugeway"],
                "stored": stored,
                "line": [*live[:3], "line"],
            }
            run(stored, self.environ)
            seconds = medians(commands, self.environ, TIMES)
        bare = seconds["bare"]
        yield Promise(
            "`import gaugeway`, compared with the bare interpreter", seconds["import"] / bare, 1.3, "x"
        )
        yield Promise(
            "`gaugeway show --json` from the store, compared with the bare interpreter",
            seconds["stored"] / bare,
            8,
            "x",
        )
        yield Promise(
            "`gaugeway line` from the store, compared with the bare interpreter",
            seconds["line"] / bare,
            2.5,
            "x",
        )

    def five(self) -> Iterator[Promise]:
        with servers(5, DELAY) as five:
            live = self.configure("five", five.urls)
            run(live, self.environ)
            wall = medians({"live": live}, self.environ, TIMES // 2)["live"]
        yield Promise("five live gateways: on top of the slowest answer", 1000 * (wall - DELAY), 300, "ms")

    def many(self) -> Iterator[Promise]:
        with servers(ORIGINS, DELAY) as gateways:
            urls = [gateways.urls[number % (ORIGINS if number % 2 else CROWDED)] for number in range(MANY)]
            all_of_them = self.configure("many", urls)
            some = self.configure("few", urls[:FEW])
            for warm_up in (all_of_them, some):
                run(warm_up, self.environ)
            gateways.peaks()
            seen: dict[str, list[Run]] = {"many": [], "few": [], "bare many": [], "bare few": []}
            peaks: list[dict[str, int]] = []
            bare = [self.python, str(HERE / "bare.py")]
            for _ in range(ROUNDS):
                seen["many"].append(run(all_of_them, self.environ))
                peaks.append(_peaks(gateways, MANY))
                seen["few"].append(run(some, self.environ))
                seen["bare many"].append(run(bare, self.environ, "\n".join(urls)))
                seen["bare few"].append(run(bare, self.environ, "\n".join(urls[:FEW])))
                gateways.peaks()
        yield Promise(
            f"{MANY:,} gateways that answer after 50 ms: wall time",
            statistics.median(one.wall for one in seen["many"]),
            3,
            "s",
        )
        yield Promise(f"{MANY:,} gateways: peak memory", max(one.rss for one in seen["many"]), 150, "MB")
        own, yardstick = _marginal(seen["many"], seen["few"]), _marginal(seen["bare many"], seen["bare few"])
        print(f"CPU per gateway: {own * 1e6:.0f} us, bare aiohttp: {yardstick * 1e6:.0f} us")
        yield Promise(
            "CPU per further gateway, compared with bare aiohttp doing the same GETs",
            own / yardstick,
            1.5,
            "x",
        )
        yield Promise(
            f"{MANY:,} gateways: most sockets at once", max(one["sockets"] for one in peaks), 100, ""
        )
        yield Promise(
            f"{MANY:,} gateways: most sockets at one origin", max(one["per_origin"] for one in peaks), 8, ""
        )


def year(folder: Path) -> Iterator[Promise]:
    grown = grow(folder, meters=4, days=365)
    yield Promise("a year's history of 100 meters that move every minute", 25 * grown.peak / 1e6, 40, "MB")
    yield Promise("a step of thinning it, but for one in a hundred", 1000 * grown.slowest, 5, "ms")


def _peaks(gateways: Servers, requests: int) -> dict[str, int]:
    peaks = gateways.peaks()
    if peaks["requests"] != requests:
        raise RuntimeError(f"{peaks['requests']} requests instead of {requests}")
    return peaks


def _marginal(many: list[Run], few: list[Run]) -> float:
    """CPU seconds per further gateway: what a process costs before the first one is left out."""
    return (statistics.median(one.cpu for one in many) - statistics.median(one.cpu for one in few)) / (
        MANY - FEW
    )


def page(promises: list[Promise]) -> str:
    rows = "\n".join(_row(one) for one in promises)
    system = f"{platform.system()} {platform.machine()}"
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {system}"
    return f"""# Performance

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d} ({machine}). Do not edit.

| what | measured | at most | kept |
| --- | ---: | ---: | --- |
{rows}

Everything is measured on whole processes of an installed wheel. Ratios compare medians of the same run,
with the processes taken in turns, so that they mean the same on a fast machine and on a slow one.

The {MANY:,} gateways share {ORIGINS} origins on loopback, half of them {CROWDED}. They live in a process of
their own, which also counts the sockets. The yardstick for CPU time is `benchmarks/bare.py`: aiohttp under
the same connection limits, decoding the same answers, without checks, store or output. Both count per
further gateway, from {FEW} to {MANY:,}. The gateways say the same each time, as most do from one read to
the next; where a number has moved, writing it costs about a tenth more.
"""


def _row(promise: Promise) -> str:
    value, bound = (_figure(number, promise.unit) for number in (promise.value, promise.bound))
    return f"| {promise.what} | {value} | {bound} | {'yes' if promise.kept else 'no'} |"


def _figure(value: float, unit: str) -> str:
    digits = 2 if unit in {"x", "s"} else 0
    return f"{value:.{digits}f} {unit}".strip()


def main() -> int:
    binaries = installed(ROOT / "build" / "bench-venv")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(binaries, Path(folder))
        promises = []
        parts = (bench.cold_start(), bench.five(), bench.many(), year(Path(folder)))
        for promise in (each for part in parts for each in part):
            print(
                f"{'ok ' if promise.kept else 'NO '} {promise.what}: {_figure(promise.value, promise.unit)}",
                flush=True,
            )
            promises.append(promise)
    opencode.PAGE.write_text(page(promises) + opencode.section())
    return 0 if all(one.kept for one in promises) else 1


if __name__ == "__main__":
    sys.exit(main())

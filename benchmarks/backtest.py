"""Plays the past again: asks the forecast at many moments of many people's windows, and counts how it did.

`make backtest` writes docs/images/forecast-calibration.svg and the tables of docs/forecast.md.
"""

import random
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.traces import DAY, HOUR, KINDS, Trace, trace
from gaugeway.forecast.outlook import forecast
from gaugeway.readings import Forecast

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = ("5h", "1d", "7d", "1mo")
WARM_UP = {"5h": 14 * DAY, "1d": 28 * DAY, "7d": 28 * DAY, "1mo": 61 * DAY}
LIMITS = (0.7, 1.0, 1.4)  # of the person's median window


class Outcome(NamedTuple):
    """One question, its answer, and what came of it. ``line``, ``base``: what the references said."""

    kind: str
    window: str
    p: float
    ran_out: bool
    line: float
    base: float
    held: bool
    seconds: float


class Score(NamedTuple):
    """Over many outcomes. Skills: 1 is perfect, 0 no better than the reference."""

    questions: int
    brier: float
    line_skill: float
    base_skill: float
    calibration_error: float
    held: float
    milliseconds: float


def spans(window: str, one: Trace) -> list[tuple[float, float]]:
    """The windows of a trace. Those of 5 hours begin with the first use; the others with the calendar."""
    found: list[tuple[float, float]] = []
    first, last = one[0][0], one[-1][0]
    if window == "5h":
        end = 0.0
        for at, _ in one:
            if at > end:
                found.append((at - 900, at - 900 + 5 * HOUR))
                end = found[-1][1]
        return found
    start = datetime.fromtimestamp(first - 900, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start -= timedelta(days={"1d": 0, "7d": start.weekday(), "1mo": start.day - 1}[window])
    while start.timestamp() < last:
        end_ = (
            (start + timedelta(days=32)).replace(day=1)
            if window == "1mo"
            else start + timedelta(days={"1d": 1, "7d": 7}[window])
        )
        found.append((start.timestamp(), end_.timestamp()))
        start = end_
    return found


def readings(one: Trace, windows: Sequence[tuple[float, float]], now: float) -> list[tuple[float, float]]:
    """What a gateway would have told by ``now``: a reading after each bucket with use."""
    seen: list[tuple[float, float]] = []
    index, used = 0, 0.0
    for at, amount in one:
        if at > now:
            break
        while at > windows[index][1]:
            index, used = index + 1, 0.0
        used += amount
        seen.append((at, used))
    return seen


def outcomes(kind: str, seed: int, window: str, moments: int) -> Iterator[Outcome]:
    """Asks at ``moments`` moments of one person's windows, for three limits each."""
    one = trace(kind, seed)
    times = [at for at, _ in one]
    sums = [0.0]
    for _, amount in one:
        sums.append(sums[-1] + amount)

    def used(start: float, end: float) -> float:
        return sums[bisect_right(times, end)] - sums[bisect_right(times, start)]

    windows = spans(window, one)
    totals = [used(*span) for span in windows]
    busy = sorted(total for total in totals if total)
    late = [n for n in range(len(windows) - 1) if windows[n][0] >= times[0] + WARM_UP[window]]
    if not late:
        return
    chance = random.Random(f"{kind} {seed} {window}")
    for _ in range(moments):
        index = chance.choice(late)
        start, end = windows[index]
        part = chance.uniform(0.1, 0.9)
        now = start + part * (end - start)
        so_far, seen = used(start, now), readings(one, windows, now)
        for factor in LIMITS:
            limit = factor * busy[len(busy) // 2]
            if so_far >= limit:
                continue
            before = time.process_time()
            found = forecast(seen, now=now, resets_at=end, limit=limit)
            seconds = time.process_time() - before
            yield _outcome(
                kind=kind,
                window=window,
                found=found,
                totals=totals[: index + 1],
                limit=limit,
                straight=so_far / part,
                seconds=seconds,
            )


def _outcome(
    *,
    kind: str,
    window: str,
    found: Forecast,
    totals: Sequence[float],
    limit: float,
    straight: float,
    seconds: float,
) -> Outcome:
    assert found.p_runout is not None
    assert found.used_at_reset is not None
    *earlier, total = totals
    return Outcome(
        kind=kind,
        window=window,
        p=found.p_runout,
        ran_out=total >= limit,
        line=float(straight >= limit),
        base=(sum(one >= limit for one in earlier) + 0.5) / (len(earlier) + 1),
        held=found.used_at_reset[0] <= total * (1 + 1e-9) and total <= found.used_at_reset[2] * (1 + 1e-9),
        seconds=seconds,
    )


def score(found: Sequence[Outcome]) -> Score:
    """What all of these come to. The calibration error is over ten bins of the probability."""
    count = len(found)
    brier = sum((one.p - one.ran_out) ** 2 for one in found)
    line = sum((one.line - one.ran_out) ** 2 for one in found)
    base = sum((one.base - one.ran_out) ** 2 for one in found)
    return Score(
        questions=count,
        brier=brier / count,
        line_skill=1 - brier / line,
        base_skill=1 - brier / base,
        calibration_error=sum(abs(said - came) * many for said, came, many in bins(found)) / count,
        held=sum(one.held for one in found) / count,
        milliseconds=1000 * sum(one.seconds for one in found) / count,
    )


def bins(found: Sequence[Outcome]) -> Iterator[tuple[float, float, int]]:
    """For each tenth of the probability: what was said, what came, how often."""
    for tenth in range(10):
        those = [one for one in found if min(int(one.p * 10), 9) == tenth]
        if those:
            many = len(those)
            yield sum(one.p for one in those) / many, sum(one.ran_out for one in those) / many, many


def everybody(people: int, moments: int) -> list[Outcome]:
    """``people`` of each kind, asked at ``moments`` moments in windows of each length."""
    return [
        one
        for kind in KINDS
        for seed in range(people)
        for window in WINDOWS
        for one in outcomes(kind, seed, window, moments)
    ]


def table(found: Sequence[Outcome]) -> str:
    rows = [
        (
            "| window | questions | Brier score | skill against a straight line | against the base rate "
            "| calibration error | interval held | CPU per call |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for window in WINDOWS:
        one = score([each for each in found if each.window == window])
        rows.append(
            f"| `{window}` | {one.questions} | {one.brier:.3f} "
            f"| {one.line_skill:+.2f} | {one.base_skill:+.2f} | {one.calibration_error:.3f} "
            f"| {100 * one.held:.0f} % | {one.milliseconds:.1f} ms |"
        )
    return "\n".join(rows) + "\n"


def people_table(found: Sequence[Outcome]) -> str:
    """Skill against the straight line, by kind of person and window."""
    rows = [
        f"| who | {' | '.join(f'`{window}`' for window in WINDOWS)} |",
        "| --- |" + " ---: |" * len(WINDOWS),
    ]
    for kind in KINDS:
        cells = [
            f"{score([one for one in found if (one.kind, one.window) == (kind, window)]).line_skill:+.2f}"
            for window in WINDOWS
        ]
        rows.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


COLOURS = dict(zip(WINDOWS, ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1"), strict=True))
SIDE, LEFT, TOP = 360, 64, 16


def picture(found: Sequence[Outcome]) -> str:
    """The calibration plot: what was said against what came, one line for each window."""

    def place(said: float, came: float) -> tuple[float, float]:
        return LEFT + SIDE * said, TOP + SIDE * (1 - came)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + SIDE + 120} {TOP + SIDE + 56}" '
            'font-family="system-ui, sans-serif" font-size="12">'
        ),
        "<title>How often a limit was reached, against the probability that was forecast</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for step in range(0, 11, 2):
        x, y = place(step / 10, step / 10)
        parts += [
            f'<path d="M{x:.1f} {TOP}V{TOP + SIDE}M{LEFT} {y:.1f}H{LEFT + SIDE}" stroke="#e4e4e4"/>',
            f'<text x="{x:.1f}" y="{TOP + SIDE + 18}" text-anchor="middle" fill="#444">{step * 10} %</text>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{step * 10} %</text>',
        ]
    parts.append(f'<path d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}" stroke="#888" stroke-dasharray="4 4"/>')
    for row, window in enumerate(WINDOWS):
        spots = list(bins([one for one in found if one.window == window]))
        line = " ".join("{:.1f},{:.1f}".format(*place(said, came)) for said, came, _ in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[window]}" stroke-width="1.5"/>')
        for said, came, many in spots:
            x, y = place(said, came)
            size = min(2 + many**0.5 / 6, 7)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{COLOURS[window]}"/>')
        x, y = LEFT + SIDE + 20, TOP + 20 + 22 * row
        parts += [
            f'<circle cx="{x}" cy="{y}" r="5" fill="{COLOURS[window]}"/>',
            f'<text x="{x + 12}" y="{y + 4}" fill="#222">{window}</text>',
        ]
    middle = TOP + SIDE / 2
    parts += [
        (
            f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 42}" text-anchor="middle" fill="#222">'
            "said: the limit is reached before the reset</text>"
        ),
        (
            f'<text x="16" y="{middle}" text-anchor="middle" fill="#222" transform="rotate(-90 16 {middle})">'
            "came: so often it was</text>"
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def fill(page: str, name: str, text: str) -> str:
    """A page with the block between two comments replaced."""
    begin, end = f"<!-- backtest: {name} -->\n", "<!-- end backtest -->"
    before, rest = page.split(begin)
    return f"{before}{begin}{text}{end}{rest.split(end, 1)[1]}"


def main() -> int:
    found = everybody(people=6, moments=20)
    print(table(found))
    print(people_table(found))
    (ROOT / "docs" / "images" / "forecast-calibration.svg").write_text(picture(found))
    page = ROOT / "docs" / "forecast.md"
    page.write_text(fill(fill(page.read_text(), "windows", table(found)), "people", people_table(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

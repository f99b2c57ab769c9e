"""The protocol of monitoring plugins: one line with a verdict, performance data behind it, and exit codes.

Read in the Monitoring Plugins Development Guidelines: a label is quoted, its quotes doubled; a value has
only ``[-0-9.]``, ``U`` is unknown; a range ``5:`` alerts below 5, a plain ``80`` above 80.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from gaugeway.amounts import EXACT, plain
from gaugeway.collector import State
from gaugeway.gates.decision import left_of, too_old
from gaugeway.gates.need import Need, shown
from gaugeway.readings import Level, Meter, as_of, judge
from gaugeway.readings.judging import contenders

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# The worst of several: a limit that is known to be critical outweighs one that nobody knows.
_WORST_FIRST = (CRITICAL, WARNING, UNKNOWN, OK)
_LEVELS: dict[Level, int] = {"ok": OK, "low": WARNING, "critical": CRITICAL}
_PLACES = Decimal("0.0001")


class Bounds(NamedTuple):
    """When to warn and when to alarm: below these amounts, each compared with the meters of its unit. Without
    any the levels of each gateway's own configuration decide. ``runout``: the probability, 0 to 1, of running
    out before the reset from which on to warn.
    """

    warn: tuple[Need, ...] = ()
    crit: tuple[Need, ...] = ()
    runout: float | None = None


class Finding(NamedTuple):
    """One gateway's: the state, what to say, and its performance data."""

    code: int
    text: str
    data: tuple[str, ...] = ()


def finding(
    state: State, bounds: Bounds, *, now: datetime, model: str | None = None, max_age: float | None = None
) -> Finding:
    label = state.gateway.label or state.gateway.id
    old, reading = too_old(state, now, max_age), state.reading
    if reading is None or old is not None:
        why = "" if state.error is None else f": {state.error.message}"
        return Finding(UNKNOWN, f"{label}: {old}{why}")
    meters = [as_of(meter, now) for meter in reading.meters]
    verdict = judge(meters, state.gateway.thresholds, model=model, unread=bool(reading.unread))
    found = contenders(meters, verdict.levels, model)
    judged = [(meter, _code(meter, level, bounds, state)) for meter, level in found]
    codes = [code for _, code in judged if code is not None]
    worst = min(codes, key=_WORST_FIRST.index, default=OK if verdict.level == "unlimited" else UNKNOWN)
    if worst == OK and verdict.level == "unknown":
        worst = UNKNOWN  # a limit that may bind could not be read
    named = [meter for meter, code in judged if code == worst]
    first = verdict.binding if verdict.binding in named else next(iter(named), verdict.binding)
    text = f"{label} {verdict.level}" if first is None else f"{label} {_said(first)}"
    if found and not codes:
        text += ", which the thresholds can't be compared with"
    elif reading.unread:
        text += f", but this key may not read every limit ({', '.join(reading.unread)})"
    data = tuple(_data(state.gateway.id, meter, bounds) for meter, _ in found)
    return Finding(worst, text, data)


def output(findings: Sequence[Finding]) -> tuple[int, str]:
    """The exit code, and what the plugin prints: the worst first, the others in the long output."""
    if not findings:
        return UNKNOWN, "QUOTA UNKNOWN - no gateway is configured; `gaugeway add URL` sets one up"
    ranked = sorted(findings, key=lambda one: _WORST_FIRST.index(one.code))
    data = " ".join(_inert(text) for one in ranked for text in one.data)
    code = ranked[0].code
    lines = [f"QUOTA {_NAMES[code]} - {_inert(ranked[0].text)}" + (f" | {data}" if data else "")]
    lines += [f"{_NAMES[one.code]} - {_inert(one.text)}" for one in ranked[1:]]
    return code, "\n".join(lines)


def _code(meter: Meter, level: Level, bounds: Bounds, state: State) -> int | None:
    """The state of one meter; None where no threshold says anything of it."""
    if level == "exhausted":
        return CRITICAL
    if bounds == Bounds():
        return _LEVELS.get(level, UNKNOWN)
    forecast = state.forecasts.get(meter.id)
    runout = None if bounds.runout is None or forecast is None else forecast.p_runout
    crit, warn = (
        [left < need.amount for need in needs if (left := need.of_meter(meter)) is not None]
        for needs in (bounds.crit, bounds.warn)
    )
    if runout is not None and bounds.runout is not None:
        warn.append(runout >= bounds.runout)
    if any(crit):
        return CRITICAL
    if any(warn):
        return WARNING
    return OK if crit or warn else None


def _said(meter: Meter) -> str:
    left, unit = left_of(meter, None)
    if left is None:
        return f"{meter.title} used up"
    text = shown(left, unit)
    return f"{meter.title} {text}" + ("" if text.startswith("over") else " left")


def _data(gateway: str, meter: Meter, bounds: Bounds) -> str:
    """A percentage counts what is used, from 0 to 100 and beyond; an amount counts what is left."""
    label = f"{gateway}/{meter.id}".replace("'", "''").replace("=", "_")
    if meter.percent_remaining is not None:
        warn, crit = (_used(_bound(needs, "percent")) for needs in (bounds.warn, bounds.crit))
        return f"'{label}'={_used(meter.percent_remaining)}%;{warn};{crit};0;100"
    warn, crit = (
        f"{plain(need)}:" if (need := _bound(needs, meter.unit)) is not None else ""
        for needs in (bounds.warn, bounds.crit)
    )
    left = "U" if meter.remaining is None else plain(meter.remaining)
    return f"'{label}'={left};{warn};{crit};;"


def _bound(needs: Sequence[Need], unit: str) -> Decimal | None:
    return next((need.amount for need in needs if need.unit.casefold() == unit.casefold()), None)


def _used(percent_left: Decimal | None) -> str:
    if percent_left is None:
        return ""
    return plain(EXACT.quantize(EXACT.subtract(Decimal(100), percent_left), _PLACES))


def _inert(text: str) -> str:
    """A ``|`` would begin performance data."""
    return text.replace("|", "/")

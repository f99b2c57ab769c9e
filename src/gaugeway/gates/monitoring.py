"""The protocol of monitoring plugins: one line with a verdict, performance data behind it, and exit codes.

Read in the Monitoring Plugins Development Guidelines: a label is quoted, its quotes doubled; a value has
only ``[-0-9.]``, ``U`` is unknown; a range ``5:`` alerts below 5, a plain ``80`` above 80.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from gaugeway.amounts import EXACT, plain
from gaugeway.amounts.numbers import four_places
from gaugeway.collector import State
from gaugeway.gates.decision import Judged, left_of, unusable
from gaugeway.gates.need import Need, shown
from gaugeway.readings import Level, Meter
from gaugeway.sources.gateway import Gateway
from gaugeway.view import words

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# The worst of several: a limit that is known to be critical outweighs one that nobody knows.
_WORST_FIRST = (CRITICAL, WARNING, UNKNOWN, OK)
_LEVELS: dict[Level, int] = {"ok": OK, "low": WARNING, "critical": CRITICAL}


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


def finding(state: State, bounds: Bounds, *, now: datetime, max_age: float | None = None) -> Finding:
    label, reading = state.gateway.label or state.gateway.id, state.reading
    why = unusable(state, now, max_age)
    if reading is None or why is not None:
        return Finding(UNKNOWN, f"{label}: {why}")
    level, binding, found, wallets, _ = Judged.of(reading, state.gateway, now)
    found = [*found, *wallets]
    judged = [(meter, _judged(meter, its, bounds, state)) for meter, its in found]
    codes = [one.code for _, one in judged if one is not None]
    worst = min(codes, key=_WORST_FIRST.index, default=OK if level == "unlimited" else UNKNOWN)
    if worst == OK and reading.unread:
        worst = UNKNOWN  # a limit that may bind could not be read
    at_worst = [(meter, one) for meter, one in judged if one is not None and one.code == worst]
    meter, one = min(at_worst, key=lambda pair: pair[0] is not binding, default=(binding, None))
    text = f"{label} {level}" if meter is None else f"{label} {_said(meter, one)}"
    if found and not codes:
        text += ", which the thresholds can't be compared with"
    elif reading.unread:
        text += f", but this key may not read every limit ({', '.join(reading.unread)})"
    return Finding(worst, text, tuple(_data(state.gateway, found, bounds)))


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


class _Judged(NamedTuple):
    """One meter's: the state, the threshold that was crossed, and why in words."""

    code: int
    crossed: Need | None = None
    why: str = ""


def _judged(meter: Meter, level: Level, bounds: Bounds, state: State) -> _Judged | None:
    """None where no threshold says anything of the meter."""
    if level == "exhausted":
        return _Judged(CRITICAL)
    if bounds == Bounds():
        return _Judged(_LEVELS.get(level, UNKNOWN))
    forecast = state.forecasts.get(meter.id)
    runout = None if bounds.runout is None or forecast is None else forecast.p_runout
    compared = runout is not None
    for code, needs in ((CRITICAL, bounds.crit), (WARNING, bounds.warn)):
        for need in needs:
            left = need.of_meter(meter)
            compared = compared or left is not None
            if left is not None and left < need.amount:
                return _Judged(code, need, f"below {need}")
    if runout is not None and bounds.runout is not None and runout >= bounds.runout:
        return _Judged(WARNING, why=f"runs out before its reset: {words.percent_text(f'{100 * runout:.2f}')}")
    return _Judged(OK) if compared else None


def _said(meter: Meter, judged: _Judged | None) -> str:
    left, unit = left_of(meter, None if judged is None else judged.crossed)
    if left is None:
        return f"{meter.title} used up"
    text = shown(left, unit)
    why = f" ({judged.why})" if judged is not None and judged.why else ""
    return f"{meter.title} {text}" + ("" if text.startswith("over") else " left") + why


def _data(gateway: Gateway, found: Sequence[tuple[Meter, Level]], bounds: Bounds) -> Iterator[str]:
    """A percentage counts what is used, from 0 to 100 and beyond; an amount counts what is left, and stands
    where there is no percentage, or a threshold in its unit.
    """
    if bounds == Bounds():
        low, critical = gateway.thresholds.low, gateway.thresholds.critical
        bounds = Bounds((Need(low, "percent"),), (Need(critical, "percent"),))
    for meter, _ in found:
        label = f"{gateway.id}/{meter.id}".replace("'", "''").replace("=", "_")
        percent = meter.percent_remaining
        if percent is not None:
            warn, crit = (_used(_bound(needs, "percent")) for needs in (bounds.warn, bounds.crit))
            yield f"'{label}'={_used(percent)}%;{warn};{crit};0;100"
        warn, crit = (_below(_bound(needs, meter.unit)) for needs in (bounds.warn, bounds.crit))
        if percent is None or warn or crit:
            left = "U" if meter.remaining is None else plain(meter.remaining)
            yield f"'{label}{'' if percent is None else ' left'}'={left};{warn};{crit};;"


def _bound(needs: Sequence[Need], unit: str) -> Decimal | None:
    return next((need.amount for need in needs if need.unit.casefold() == unit.casefold()), None)


def _below(amount: Decimal | None) -> str:
    return "" if amount is None else f"{plain(amount)}:"


def _used(percent_left: Decimal | None) -> str:
    if percent_left is None:
        return ""
    return plain(four_places(EXACT.subtract(Decimal(100), percent_left)))


def _inert(text: str) -> str:
    """A ``|`` would begin performance data."""
    return text.replace("|", "/")

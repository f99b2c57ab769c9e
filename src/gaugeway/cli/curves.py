"""The curves of ``gaugeway history``: one under another, each under a line that says what it is."""

from collections.abc import Sequence

from rich.text import Text

from gaugeway.cli.chart import Chart, Curve
from gaugeway.cli.context import App
from gaugeway.cli.paper import put, said
from gaugeway.cli.show import view_of
from gaugeway.cli.terminal import STYLES, Page
from gaugeway.collector import State
from gaugeway.history.series import balance_steps, counter_points, counter_steps
from gaugeway.readings import Forecast, Meter
from gaugeway.store.history import History, Point, Series
from gaugeway.view.entries import Entry, entries_of

_HEIGHT, _WIDEST = 9, 160  # cells


def draw(
    app: App,
    history: History,
    kept: Sequence[tuple[State, Sequence[Series]]],
    since: float,
    *,
    whole: bool,
) -> None:
    """Print a chart for each meter read after ``since``; ``whole``: also of what `show` leaves out."""
    console, now = app.console(), app.clock()
    width = min(console.width, _WIDEST)
    blocks = []
    for state, series in kept:
        view = view_of(state, now)
        page = Page([view], now, console, verbose=True, zone=app.zone)
        entries = {entry.id: entry for entry in entries_of(view)}
        meters = {} if state.reading is None else {meter.id: meter for meter in state.reading.meters}
        charts = []
        # Of each meter the series of the newest subject, which comes last; in the order of `show`.
        newest = {one.meter_id: one for one in series}
        for one in sorted(newest.values(), key=lambda one: [*entries, one.meter_id].index(one.meter_id)):
            entry = entries.get(one.meter_id)
            meter, forecast = meters.get(one.meter_id), state.forecasts.get(one.meter_id)
            curve = _curve(history.points(one.id, 0), meter, forecast, since, now.timestamp())
            if curve is not None and (whole or entry is None or not entry.minor):
                charts.append(_chart(page, one.meter_id, entry, curve, width))
        for number, chart in enumerate(charts):
            blocks.append(Text("\n").join(chart if number else [page.cut(page.left(view), width), *chart]))
    put(console, Text("\n\n", no_wrap=True, overflow="crop").join(blocks))


def _chart(page: Page, meter_id: str, entry: Entry | None, curve: Curve, width: int) -> list[Text]:
    """A title that says what it is, the curve, and what is foreseen."""
    if entry is None:
        style = "green"
        title = Text.assemble("  ", (said(page.console, meter_id), "bold"), ("  no longer reported", "dim"))
    else:
        style = STYLES.get(entry.level, "dim")
        facts = (entry.short.text, entry.reset_text(page.now.timestamp()))
        title = Text.assemble(page.mark(entry, style), page.title(entry))
        title.append(f"  {entry.left}" if entry.left else "", style)
        title.append("".join(f"  {fact}" for fact in facts if fact), "dim")
    chart = Chart(curve, width - 2, _HEIGHT, page.glyphs, page.zone)
    lines = [page.cut(title, width), *(Text("  ") + line for line in chart.lines(style))]
    return lines if entry is None else [*lines, *page.ahead(entry, style)]


def _curve(
    points: Sequence[Point], meter: Meter | None, forecast: Forecast | None, since: float, now: float
) -> Curve | None:
    """What is drawn of a series, without what was wrong; None where nothing was read after ``since``."""
    balance = (meter is not None and meter.kind == "balance") or all(point[1] is None for point in points)
    which = 2 if balance else 1
    known = [(point[0], value, point[4]) for point in points if (value := point[which]) is not None]
    if not known or known[-1][0] < since:
        return None
    times, values = [at for at, _, _ in known], [value for _, value, _ in known]
    if balance:
        steps = balance_steps(times, values)
        line = [
            (at, value)
            for at, value, step in zip(times, values, steps, strict=True)
            if step.change != "glitch"
        ]
    else:
        steps = counter_steps(times, values, [resets_at for _, _, resets_at in known])
        line = counter_points(times, values, steps)
    before = [value for at, value in line if at < since]
    line = [(at, value) for at, value in line if at >= since]
    begin = since if before else min(line[0][0], now - 600)
    if before:
        line.insert(0, (since, before[-1]))
    marks = [step.at for step in steps if step.change in {"reset", "top-up"} and step.at >= begin]
    ahead = None
    resets_at = points[-1][4]
    if not balance and forecast is not None and forecast.used_at_reset is not None and resets_at is not None:
        ahead = (resets_at, forecast.used_at_reset) if resets_at > now else None
    unit = "" if meter is None else meter.unit
    return Curve(line, marks, None if balance else points[-1][3], unit, begin, now, ahead)

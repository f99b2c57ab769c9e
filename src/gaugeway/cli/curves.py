"""The curves of ``gaugeway history``: one under another, each under a line that says what it is."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from gaugeway.cli.chart import Chart, Curve
from gaugeway.cli.context import App
from gaugeway.cli.paper import glyphs_of, put, said
from gaugeway.cli.show import views_of
from gaugeway.cli.terminal import STYLES
from gaugeway.collector import State
from gaugeway.history.series import balance_steps, counter_points, counter_steps
from gaugeway.readings import Forecast, Meter
from gaugeway.store.history import History, Point, Series
from gaugeway.view.entries import Entry, entries_of
from gaugeway.view.snapshot import GatewayView

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
    console = app.console()
    blocks = []
    for state, series in kept:
        (view,) = views_of([state], app.clock())
        drawing = _Block(view, state, since, app, console)
        charts = [drawing.chart(one, history, whole=whole) for one in _newest(series)]
        for number, chart in enumerate([chart for chart in charts if chart]):
            blocks.append(Text("\n").join(chart if number else [drawing.header(), *chart]))
    if blocks:
        put(console, Text("\n\n", no_wrap=True, overflow="crop").join(blocks))


def _newest(history: Sequence[Series]) -> Iterator[Series]:
    """Of each meter the series of the newest subject, which comes last."""
    yield from {series.meter_id: series for series in history}.values()


class _Block:
    """The charts of one gateway."""

    def __init__(self, view: GatewayView, state: State, since: float, app: App, console: Console) -> None:
        self.label, self.preset, self.level = view.label, view.preset, view.level
        self.entries = {entry.id: entry for entry in entries_of(view)}
        meters = () if state.reading is None else state.reading.meters
        self.meters = {meter.id: meter for meter in meters}
        self.forecasts = state.forecasts
        self.since, self.now = since, app.clock().timestamp()
        self.console, self.zone = console, app.zone
        self.glyphs = glyphs_of(console)
        self.width = min(console.width, _WIDEST)

    def header(self) -> Text:
        return self._cut(
            Text.assemble(
                (f"{self.glyphs.dot} ", STYLES.get(self.level, "dim")),
                (said(self.console, self.label), "bold"),
                (f"  {said(self.console, self.preset)}", "dim"),
            )
        )

    def chart(self, series: Series, history: History, *, whole: bool) -> list[Text]:
        """The lines of one meter; none where nothing is to be seen of it."""
        entry = self.entries.get(series.meter_id)
        if entry is not None and entry.minor and not whole:
            return []
        points = history.points(series.id, 0)
        meter = self.meters.get(series.meter_id)
        curve = _curve(points, meter, self.forecasts.get(series.meter_id), self.since, self.now)
        if curve is None:
            return []
        style = "green" if entry is None else STYLES.get(entry.level, "dim")
        chart = Chart(curve, self.width - 2, _HEIGHT, self.glyphs, self.zone)
        lines = [self._title(series.meter_id, entry), *(Text("  ") + line for line in chart.lines(style))]
        ahead = "" if entry is None else entry.forecast_text(self.now, self.zone)
        if ahead:
            dire = entry is not None and entry.ahead is not None and entry.ahead.dire
            lines.append(self._cut(Text(f"  {self.glyphs.so} {ahead}", "yellow" if dire else "dim")))
        return lines

    def _title(self, meter_id: str, entry: Entry | None) -> Text:
        if entry is None:
            name = said(self.console, meter_id)
            return self._cut(Text.assemble("  ", (name, "bold"), ("  no longer reported", "dim")))
        style = STYLES.get(entry.level, "dim")
        facts = [part for part in (entry.short.text, entry.reset_text(self.now)) if part]
        mark = f"{self.glyphs.mark} " if entry.binding else "  "
        title = Text.assemble((mark, style), (said(self.console, entry.name), "bold"))
        if entry.window:
            title.append(f" {entry.window}", "dim")
        if entry.left:
            title.append(f"  {entry.left}", style)
        for fact in facts:
            title.append(f"  {fact}", "dim")
        return self._cut(title)

    def _cut(self, text: Text) -> Text:
        text.truncate(self.width, overflow="crop" if self.glyphs.ascii_only else "ellipsis")
        return text


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
    shown = [at for at, _ in line if at >= since]
    before = line[len(line) - len(shown) - 1 : len(line) - len(shown)]
    begin = since if before else min(shown[0], now - 600)
    if before and len(shown) < len(line):
        line = [(since, before[0][1])] + [one for one in line if one[0] >= since]
    marks = [step.at for step in steps if step.change in {"reset", "top-up"} and step.at >= begin]
    ahead = None
    resets_at = points[-1][4]
    if not balance and forecast is not None and forecast.used_at_reset is not None and resets_at is not None:
        ahead = (resets_at, forecast.used_at_reset) if resets_at > now else None
    unit = "" if meter is None else meter.unit
    return Curve(line, marks, None if balance else points[-1][3], unit, begin, now, ahead)

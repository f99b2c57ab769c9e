"""Everything that is known, line by line, for hosts with a tooltip or a menu."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gaugeway.lines.gauge import Gauge, Meter


def details(gauges: "Iterable[Gauge]") -> "Iterator[str]":
    """A line for each gateway, and one for each of its limits, indented."""
    for gauge in gauges:
        yield " ".join([part for part in (gauge.label, header(gauge)) if part])
        for meter in gauge.meters:
            yield f"  {limit(meter, gauge)}"


def header(gauge: "Gauge") -> str:
    """The level and the age, or what is wrong."""
    return gauge.status or ", ".join([part for part in (gauge.level, gauge.age) if part])


def limit(meter: "Meter", gauge: "Gauge") -> str:
    """``Team budget weekly: 75% left, 12.35 of 50 USD, resets in 3 d 4 h``. Whether it lasts is said of what
    binds, and of what will run out first.
    """
    now = gauge.now
    ahead = meter.forecast(now) if meter is gauge.meter or meter.dire else ""
    name = f"{meter.name} {meter.window_text}".strip()
    said = (meter.left, meter.amount(short=True), meter.resets(now), ahead)
    facts = [fact for fact in said if fact]
    return f"{name}: {', '.join(facts)}" if facts else name

"""The text of ``gaugeway alerts``: channels, rules, what is raised, what waits, what was sent."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text

from gaugeway.cli.paper import glyphs_of, prose, said, until
from gaugeway.view import words
from gaugeway.view.alerting import AlertsReport, ChannelView
from gaugeway.view.failure import Failure


def page(report: AlertsReport, now: datetime, console: Console) -> Text:
    """A block for each part that has something in it."""
    glyphs = glyphs_of(console)

    def line(text: str, aside: str = "", mark: tuple[str, str] = ("", "")) -> Text:
        told = Text.assemble("  ", mark, said(console, text), (f"  {said(console, aside)}", "dim"))
        told.rstrip()
        return told

    def channel(one: ChannelView) -> Iterator[Text]:
        mark = (f"{glyphs.cross} ", "red") if one.failure else (f"{glyphs.dot} ", "green")
        yield line(one.name, f"{one.kind} {one.source or ''}".rstrip(), mark)
        if one.failure is not None:
            yield from prose(console, " ", failure_text(one.failure, now), "red")

    rules = [line(one.rule, f"{glyphs.arrow} {', '.join(one.to) or 'nobody'}") for one in report.rules]
    if report.channels and not rules:
        rules.append(line("none: nothing will be sent"))
    if report.quiet is not None:
        over = "" if report.quiet_until is None else f"it is now; over {_ahead(report.quiet_until, now)}"
        rules.append(line(f"quiet {report.quiet}", over))
    raised = [
        line(
            ": ".join(filter(None, (one.label, one.title or one.meter))),
            ", ".join(filter(None, (one.level, _ago(one.since, now), f"by {one.rule}"))),
        )
        for one in report.raised
    ]
    parts = {
        "Channels": [text for one in report.channels for text in channel(one)],
        "Rules": rules,
        "Raised": raised,
        "Waiting": [line(one.title, f"{one.channel}, {_ahead(one.at, now)}") for one in report.waiting],
        "Sent": [line(one.title, f"{one.channel}, {_ago(one.at, now)}") for one in report.sent],
    }
    blocks = [Text("\n").join([Text(title, "bold"), *lines]) for title, lines in parts.items() if lines]
    return Text("\n\n").join(blocks)


def failure_text(one: Failure, now: datetime) -> str:
    """``answered 500, for 5 min; tried again in 12 min``."""
    since = words.span(-until(one.since, now), 1)
    return f"{one.error}, for {since}; tried again {_ahead(one.next_try_at, now)}"


def _ago(stamp: str, now: datetime) -> str:
    return words.age(-until(stamp, now))


def _ahead(stamp: str, now: datetime) -> str:
    return words.countdown(until(stamp, now))

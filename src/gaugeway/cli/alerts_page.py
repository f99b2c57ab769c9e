"""The text of ``gaugeway alerts``: channels, rules, what is raised, what waits, what was sent."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text

from gaugeway.cli.paper import glyphs_of, prose, said
from gaugeway.view import words
from gaugeway.view.alerting import AlertsReport, ChannelView
from gaugeway.view.failure import Failure


def page(report: AlertsReport, now: datetime, console: Console) -> Text:
    """A block for each part that has something in it."""
    page = _Page(report, now, console)
    parts = {
        "Channels": page.channels(),
        "Rules": page.rules(),
        "Raised": page.raised(),
        "Waiting": page.waiting(),
        "Sent": page.sent(),
    }
    blocks = []
    for title, lines in parts.items():
        if found := list(lines):
            blocks.append(Text("\n").join([Text(title, "bold"), *found]))
    return Text("\n\n").join(blocks)


def failure_text(one: Failure, now: datetime) -> str:
    """``answered 500, for 5 min; tried again in 12 min``."""
    since = (now - datetime.fromisoformat(one.since)).total_seconds()
    again = (datetime.fromisoformat(one.next_try_at) - now).total_seconds()
    return f"{one.error}, for {words.span(since, 1)}; tried again {words.countdown(again)}"


class _Page:
    def __init__(self, report: AlertsReport, now: datetime, console: Console) -> None:
        self._report = report
        self._now = now
        self._console = console
        self._glyphs = glyphs_of(console)

    def channels(self) -> Iterator[Text]:
        for one in self._report.channels:
            sign = self._glyphs.dot if one.failure is None else self._glyphs.cross
            mark = Text(f"{sign} ", "green" if one.failure is None else "red")
            yield Text.assemble("  ", mark, self._line(one.name, f"{one.kind} {one.source or ''}".rstrip()))
            yield from self._failure(one)

    def rules(self) -> Iterator[Text]:
        if self._report.channels and not self._report.rules:
            yield Text("  none: nothing will be sent")
        for one in self._report.rules:
            yield Text.assemble(
                "  ", self._line(one.rule, f"{self._glyphs.arrow} {', '.join(one.to) or 'nobody'}")
            )
        quiet, until = self._report.quiet, self._report.quiet_until
        if quiet is not None:
            over = "" if until is None else f"it is now; over {self._ahead(until)}"
            yield Text.assemble("  ", self._line(f"quiet {quiet}", over))

    def raised(self) -> Iterator[Text]:
        for one in self._report.raised:
            level = "" if one.level is None else f"{one.level}, "
            about = one.title or one.meter
            what = one.label if about is None else f"{one.label}: {about}"
            yield Text.assemble("  ", self._line(what, f"{level}{self._ago(one.since)}, by {one.rule}"))

    def waiting(self) -> Iterator[Text]:
        for one in self._report.waiting:
            yield Text.assemble("  ", self._line(one.title, f"{one.channel}, {self._ahead(one.at)}"))

    def sent(self) -> Iterator[Text]:
        for one in self._report.sent:
            yield Text.assemble("  ", self._line(one.title, f"{one.channel}, {self._ago(one.at)}"))

    def _failure(self, one: ChannelView) -> Iterator[Text]:
        if one.failure is None:
            return
        yield from prose(self._console, " ", failure_text(one.failure, self._now), "red")

    def _line(self, text: str, aside: str) -> Text:
        told = said(self._console, text)
        return Text.assemble(told, (f"  {said(self._console, aside)}", "dim")) if aside else Text(told)

    def _ago(self, stamp: str) -> str:
        return words.age((self._now - datetime.fromisoformat(stamp)).total_seconds())

    def _ahead(self, stamp: str) -> str:
        return words.countdown((datetime.fromisoformat(stamp) - self._now).total_seconds())

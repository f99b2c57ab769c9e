"""What the terminal shows: golden pages, and what must hold at any width."""

import re
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from tests.cli.page import GOLDEN, NOW, PAGES, after, drawn, view, views

from gaugeway.cli.paper import paper, put
from gaugeway.cli.terminal import Page
from gaugeway.errors import ReadError
from gaugeway.readings import Answer, KeyFacts, Meter
from gaugeway.view.snapshot import GatewayView

widths = st.integers(40, 200)


@pytest.mark.parametrize("name", PAGES)
def test_golden(name: str) -> None:
    assert PAGES[name]() == (GOLDEN / f"{name}.txt").read_text(), "python -m tests.cli.page draws them anew"


def test_every_golden_drawn_pageis_drawn() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(PAGES)


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
@given(width=widths)
def test_every_line_fits(width: int, encoding: str, verbose: bool) -> None:
    lines = drawn(width, verbose=verbose, encoding=encoding).splitlines()
    assert [line for line in lines if cell_len(line) > width or line != line.rstrip()] == []
    assert "\x1b" not in "".join(lines)


@given(width=widths)
def test_nothing_is_lost_at_any_width(width: int) -> None:
    said = " ".join(drawn(width, verbose=True).split())
    for text in ("75%", "over by 20%", "none left", "unlimited", "<1%", "in 3 d 4 h", "window over"):
        assert text in said
    for amount in ("12.35 of 50.00 USD", "0.00022 CNY left", "1,234.56 USD used"):
        assert amount in said
    for remedy in ("timeout", "check the key", "gaugeway status"):
        assert remedy in said


@given(width=widths)
def test_bars_of_one_drawn_pageend_in_one_column(width: int) -> None:
    lines = [line for line in drawn(width).splitlines() if "░" in line and "over by" not in line]
    assert len({cell_len(line[: line.rindex("░")]) for line in lines}) == 1


@given(width=widths)
def test_what_is_used_is_never_taken_for_what_is_left(width: int) -> None:
    text = Page(list(views()), NOW, paper(width), verbose=True, share="used").text()
    assert "25% used" in text.plain
    assert re.findall(r"(?<![(0-9])[0-9]+%(?! used)", text.plain) == []  # in brackets: what is foreseen
    assert max(map(cell_len, text.plain.splitlines())) <= width


def test_colours_follow_the_level_and_only_on_a_terminal() -> None:
    coloured = drawn(120, colours=True)
    line = next(line for line in coloured.splitlines() if "Team budget" in line)
    assert "\x1b[32m" in line
    line = next(line for line in coloured.splitlines() if "Free model" in line)
    assert "\x1b[1;31m" in line
    assert "\x1b" not in drawn(120)


def test_rate_limits_and_advisory_limits_stand_behind_v() -> None:
    brief, whole = drawn(120), drawn(120, verbose=True)
    assert "User budget" not in brief
    assert "1 more with -v" in brief
    assert "User budget" in whole
    assert "advisory: it stops nothing" in whole
    assert "advisory" not in brief
    assert "more with -v" not in whole


def test_what_is_minor_stands_there_where_nothing_else_does() -> None:
    def meter(number: int, *, advisory: bool) -> Meter:
        title = f"Limit {number}"
        return Meter.of(name=f"n{number}", title=title, unit="requests", limit=Decimal(9), advisory=advisory)

    text = shown(Answer(meters=(meter(0, advisory=True), meter(1, advisory=True))))
    assert "Limit 0" in text
    assert "Limit 1" in text
    text = shown(Answer(meters=(meter(0, advisory=True), meter(1, advisory=False))))
    assert "Limit 0" not in text


@pytest.mark.parametrize(
    ("expires_in_days", "said"),
    [(30, None), (6, "! key laptop expires in 6 d"), (-1, "! key laptop has expired"), (None, None)],
)
def test_the_end_of_a_key(expires_in_days: float | None, said: str | None) -> None:
    ends = None if expires_in_days is None else after(days=expires_in_days)
    meter = Meter.of(name="tokens", unit="tokens", remaining=Decimal(1))
    text = shown(Answer(meters=(meter,), key=KeyFacts(name="laptop", expires_at=ends)))
    if said is None:
        assert "laptop" not in text
    else:
        assert said in text


def test_a_passed_due_time_is_not_counted_down() -> None:
    late = [
        msgspec.structs.replace(one, next_read_at=after(seconds=-5).isoformat())
        for one in views()
        if one.id == "lab"
    ]
    assert "asked again in 4 min" in drawn(120)
    assert "asked again" not in text_of(late)


def test_a_long_error_is_whole() -> None:
    for whole in ("a. b", "x" * 200, f"/key/info answered 401: Expired Key. Its hash is {'0' * 64}"):
        failed = [view("x", "litellm", None, error=ReadError("key_expired", whole))]
        assert f"{whole} (key_expired)" in " ".join(text_of(failed).split())


def test_what_a_percentage_is_of_is_said_where_there_is_room() -> None:
    for width, said in ((40, "75%\n"), (80, "75%  12.35"), (120, "75% left  12.35")):
        assert said in drawn(width)
    assert "over by 20% left" not in drawn(120)


def test_no_gateway_draws_nothing() -> None:
    assert text_of([]) == ""


def shown(answer: Answer) -> str:
    return text_of([view("x", "neutral", answer)])


def text_of(gateways: Sequence[GatewayView], *, verbose: bool = False) -> str:
    file = StringIO()
    console = Console(file=file, width=100, _environ={})
    put(console, Page(gateways, NOW, console, verbose=verbose).text())
    return file.getvalue()

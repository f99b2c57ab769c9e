"""How much room text takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gaugeway.view.cells import cells, cut, sides, wrapped


@pytest.mark.parametrize(
    "text", ["", "Campus", "Städte", "配额", "ﾊﾝｶｸ", "e\u0301", "█▌░ 44%", "…·→", "한국어"]
)
def test_as_the_terminal_measures(text: str) -> None:
    assert cells(text) == cell_len(text)


@given(st.text(), st.integers(1, 20))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    short = cut(text, width)
    assert cells(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert (short == text) == (cells(text) <= width)


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        ("Budget", "75%", "Budget   75%"),
        ("A long budget", "75%", "A long…  75%"),
        ("配额配额", "75%", "配额配…  75%"),
        ("", "75%", "         75%"),
        ("Budget", "", "Budget      "),
    ],
)
def test_two_sides(left: str, right: str, text: str) -> None:
    assert sides(left, right, 12) == text
    assert cells(text) == 12


def test_the_right_side_is_never_cut() -> None:
    assert sides("Budget", "1,000,000 used", 12) == "…  1,000,000 used"


@given(st.text(), st.integers(1, 20))
def test_what_is_wrapped_fits_and_keeps_its_words(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cells(line) <= width or line in text.split() for line in lines)
    assert " ".join(lines).split() == text.split()


def test_lines_are_as_full_as_they_can_be() -> None:
    assert wrapped("runs out Thu 15:00 (between Wed and Sat)", 20) == [
        "runs out Thu 15:00",
        "(between Wed and",
        "Sat)",
    ]
    assert wrapped("", 20) == []

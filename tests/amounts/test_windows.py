"""One spelling for one length."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts import seconds_of, span_of, window_of
from gaugeway.amounts.windows import window_of_seconds

SAME = [
    ("60s", "1m"), ("1m", "1m"), ("60m", "1h"), ("24h", "1d"), ("daily", "1d"), ("1w", "7d"), ("168h", "7d"),
    ("weekly", "7d"), ("1M", "1mo"), ("monthly", "1mo"), ("30d", "30d"), ("1mo", "1mo"), ("5h", "5h"),
    ("90m", "90m"), ("30s", "30s"), ("1y", "1y"), ("lifetime", "lifetime"), ("Daily", "1d"), (" 7d ", "7d"),
    ("36h", "36h"), ("3600s", "1h"), ("3mo", "3mo"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAME)
def test_canonical(text, expected):
    assert window_of(text) == expected
    assert window_of(expected) == expected


def test_unknown_stays_unknown():
    assert window_of(None) is None
    assert seconds_of(None) is None


@pytest.mark.parametrize("text", ["", "0d", "05h", "-1d", "1.5h", "1 day", "forever", "1D", "9999999d", "d"])
def test_refuses(text):
    with pytest.raises(ValueError, match="not a window"):
        window_of(text)


@pytest.mark.parametrize(
    ("window", "seconds"), [("5h", 18000), ("1d", 86400), ("1mo", None), ("1y", None), ("lifetime", None)]
)
def test_seconds(window, seconds):
    assert seconds_of(window) == seconds


@given(st.integers(1, 10**9))
def test_seconds_round_trip(total):
    window = window_of_seconds(total)
    assert re.fullmatch(r"[1-9][0-9]*[smhd]", window)
    assert seconds_of(window) == total


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("4w", 28 * 86400)])
def test_a_span(text: str, seconds: int) -> None:
    assert span_of(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "1mo", "1y", "lifetime", "-1h"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        span_of(text)

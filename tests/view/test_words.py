"""Words against Decimal: the same rounding, and never a wrong zero."""

import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gaugeway.amounts import plain
from gaugeway.view import words

CURRENCIES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
amounts = st.decimals(min_value=-(10**20), max_value=10**20, allow_nan=False, places=12) | st.decimals(
    min_value=-2, max_value=2, allow_nan=False, places=24
)
seconds = st.floats(min_value=0, max_value=10**9)


def read(figure: str) -> Decimal:
    return Decimal(figure.replace(",", ""))


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        ("0", "0%"),
        ("0.0001", "<1%"),
        ("0.4", "<1%"),
        ("0.999", "<1%"),
        ("1", "1%"),
        ("1.5", "2%"),
        ("2.5", "2%"),
        ("75.3", "75%"),
        ("99", "99%"),
        ("99.0", "99%"),
        ("99.4", ">99%"),
        ("99.99999999", ">99%"),
        ("100", "100%"),
        ("120.5", "120%"),
        ("-0.3", "over by <1%"),
        ("-1", "over by 1%"),
        ("-20", "over by 20%"),
        ("-1234.56", "over by 1,235%"),
    ],
)
def test_percent(percent: str, text: str) -> None:
    assert words.percent_text(percent) == text


@given(st.decimals(min_value=-1000, max_value=1000, places=9))
def test_percent_is_within_half_a_point_and_never_a_wrong_end(value: Decimal) -> None:
    value = value or Decimal(0)
    text = words.percent_text(plain(value))
    assert text.startswith("over by ") == (value < 0)
    number = text.removeprefix("over by ").removesuffix("%")
    if number[0] in "<>":
        assert {"<1": 0 < abs(value) < 1, ">99": 99 < value < 100}[number]
    else:
        assert read(number) == abs(value).quantize(Decimal(1), ROUND_HALF_EVEN)
        assert number != "0" or value == 0
        assert number != "100" or value >= 100 or value < 0


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("37.65", "USD", "37.65"),
        ("50", "USD", "50.00"),
        ("0", "USD", "0.00"),
        ("0.00022", "USD", "0.00022"),
        ("0.000227", "USD", "0.00023"),
        ("0.00995", "USD", "0.01"),
        ("0.05", "USD", "0.05"),
        ("0.0149", "USD", "0.015"),
        ("1234567.885", "EUR", "1,234,567.88"),
        ("1234567.895", "EUR", "1,234,567.90"),
        ("-12.3", "USD", "-12.30"),
        ("1500", "JPY", "1,500"),
        ("1500.5", "JPY", "1,500"),
        ("0.5", "JPY", "0.5"),
        ("1.2345", "KWD", "1.234"),
        ("1234567", "tokens", "1,234,567"),
        ("12.50", "points", "12.5"),
        ("3.14159", "credits", "3.14"),
        ("0.000001", "credits", "0.000001"),
        ("1", "usd", "1"),
    ],
)
def test_figure(value: str, unit: str, text: str) -> None:
    assert words.figure(value, unit) == text


@given(amounts, st.sampled_from(["USD", "JPY", "KWD", "tokens"]))
def test_figure_rounds_half_even_to_the_minor_unit_or_two_digits(value: Decimal, unit: str) -> None:
    value = value or Decimal(0)
    shown = read(words.figure(plain(value), unit))
    places = CURRENCIES.get(unit, 2)
    if 0 < abs(value) < 1:
        places = max(places, 1 - value.adjusted())
    assert shown == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    assert (shown == 0) == (value == 0)


@given(amounts, st.sampled_from(["USD", "JPY", "tokens"]))
def test_figure_groups_thousands(value: Decimal, unit: str) -> None:
    whole, *groups = words.figure(plain(value), unit).lstrip("-").partition(".")[0].split(",")
    assert 1 <= len(whole) <= 3
    assert all(len(group) == 3 for group in groups)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("9999", "9,999"),
        ("10000", "10k"),
        ("12345", "12.3k"),
        ("99950", "100k"),
        ("999499", "999k"),
        ("999500", "1M"),
        ("1234567", "1.23M"),
        ("999500000", "1B"),
        ("12000000000", "12B"),
        ("-123456", "-123k"),
        ("1500000000000000", "1,500T"),
    ],
)
def test_short_figure(value: str, text: str) -> None:
    assert words.short_figure(value, "tokens") == text


@given(st.integers(min_value=10_000, max_value=10**15 - 10**12))
def test_short_figure_has_three_right_digits(value: int) -> None:
    text = words.short_figure(str(value), "tokens")
    power = {"k": 3, "M": 6, "B": 9, "T": 12}[text[-1]]
    shown = Decimal(text[:-1]) * 10**power
    assert abs(shown - value) <= Decimal(value) / 200
    assert 1 <= Decimal(text[:-1]) < 1000


@pytest.mark.parametrize(
    ("window", "text"),
    [
        ("1m", "per minute"), ("1h", "hourly"), ("1d", "daily"), ("7d", "weekly"), ("1mo", "monthly"),
        ("1y", "yearly"), ("lifetime", "lifetime"), ("5h", "5-hour"), ("30d", "30-day"), ("30s", "30-second"),
        ("3mo", "3-month"), ("2y", "2-year"), ("90m", "90-minute"),
    ],
)  # fmt: skip
def test_window(window: str, text: str) -> None:
    assert words.window_text(window) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (-5, "now"), (0.9, "now"), (1, "in 1 s"), (59.9, "in 59 s"), (60, "in 1 min"), (3599, "in 59 min"),
        (3600, "in 1 h"), (15120, "in 4 h 12 min"), (86400, "in 1 d"), (86460, "in 1 d"),
        (273600, "in 3 d 4 h"), (273659, "in 3 d 4 h"), (40 * 86400 + 3600, "in 40 d 1 h"),
    ],
)  # fmt: skip
def test_countdown(left: float, text: str) -> None:
    assert words.countdown(left) == text


@given(seconds, st.integers(1, 3))
def test_a_span_never_promises_more_than_there_is(left: float, parts: int) -> None:
    units = {"d": 86400, "h": 3600, "min": 60, "s": 1}
    pieces = words.span(left, parts).split(" ")
    said = sum(int(count) * units[unit] for count, unit in zip(pieces[::2], pieces[1::2], strict=True))
    assert said <= left
    assert len(pieces) <= 2 * parts
    assume(parts >= 2)
    assert left - said < max(left / 24, 60)


@pytest.mark.parametrize(
    ("old", "text"),
    [
        (-3, "just now"),
        (4, "just now"),
        (5, "5 s ago"),
        (130, "2 min ago"),
        (7300, "2 h ago"),
        (2e5, "2 d ago"),
    ],
)
def test_age(old: float, text: str) -> None:
    assert words.age(old) == text


@given(st.floats(allow_nan=False), st.integers(2, 40), st.booleans())
def test_a_bar_fills_its_width_and_hides_no_rest(fraction: float, width: int, ascii_only: bool) -> None:
    done, rest = words.bar(fraction, width, ascii_only=ascii_only)
    assert len(done) + len(rest) == width
    assert (done == "") == (fraction <= 0)
    assert f"{done}{rest}".isascii() == ascii_only
    full = "#" * width if ascii_only else "█" * width
    assert (done == full) == (fraction >= 1)


def test_bars() -> None:
    assert words.bar(0.5, 8) == ("████", "░░░░")
    assert words.bar(0.55, 8) == ("████▍", "░░░")
    assert words.bar(0.5, 8, ascii_only=True) == ("####", "----")


def test_words_need_builtins_only() -> None:
    code = (
        "import sys; before = set(sys.modules); import gaugeway.view.words\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == ["gaugeway", "gaugeway.view", "gaugeway.view.words"]

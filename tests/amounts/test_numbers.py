"""Numbers out of JSON: exact or refused, never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts import decode, number, plain
from gaugeway.errors import ReadError

finite = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, "0"),
        (150, "150"),
        (-2, "-2"),
        (Decimal("37.650"), "37.65"),
        (Decimal("-0.0"), "0"),
        (Decimal("1.2e-05"), "0.000012"),
        (2**53 + 1, "9007199254740993"),
        ("95.50", "95.5"),
        ("+7", "7"),
        (" 1e-7 ", "0.0000001"),
        ("1E+3", "1000"),
        (10**30, "1" + "0" * 30),
        (Decimal("1e-30"), "0." + "0" * 29 + "1"),
    ],
)
def test_takes(value, expected):
    found = number(value, "a.b")
    assert (found if found is None else plain(found)) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        [],
        {},
        "",
        " ",
        "1_000",
        "1,000",
        "$5",
        "0x10",
        "NaN",
        "Infinity",
        "-inf",
        "١٢",
        "1e",
        "1.",
        ".5",
        "1e1000",
        "1" * 31,
        "1e31",
        "1e-31",
        10**31,
        -(10**400),
        Decimal("1e31"),
        Decimal("1e-31"),
        Decimal("1e400"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1." + "0" * 70 + "1"),
        1.5,
    ],
)
def test_refuses(value):
    with pytest.raises(ReadError) as caught:
        number(value, "data.limit")
    assert caught.value.code == "unexpected_shape"
    assert "data.limit" in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$36.00", "36"),
        ("1,234.5", "1234.5"),
        ("¥12", "12"),
        ("-1000", "-1000"),
        ("€1,234,567.89", "1234567.89"),
    ],
)
def test_symbols_only_where_a_preset_says_so(text, expected):
    assert plain(number(text, "x", symbols=True) or Decimal(0)) == expected


@pytest.mark.parametrize("text", ["1,23", "12,34.5", "1_000", "$"])
def test_odd_separators_are_refused_even_then(text):
    with pytest.raises(ReadError):
        number(text, "x", symbols=True)


@given(finite)
def test_money_survives_the_wire_exactly(value):
    body = plain(value).encode()
    assert number(decode(body), "x") == value
    assert number(plain(value), "x") == value


@given(finite)
def test_plain_is_plain(value):
    text = plain(value)
    assert "E" not in text.upper()
    assert Decimal(text) == value
    assert "." not in text or not text.endswith(("0", "."))
    assert text != "-0"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-20, max_value=1e20))
def test_floats_of_json_keep_their_written_digits(value):
    assert number(decode(repr(value).encode()), "x") == Decimal(repr(value))

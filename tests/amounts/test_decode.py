"""The decoder takes JSON and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts.decode import MAX_DEPTH, decode
from gaugeway.errors import ReadError


def test_numbers_are_never_floats():
    assert decode(b"[1, 1.10, 1e2, 123456789012345678901234567890]") == [
        1,
        Decimal("1.10"),
        Decimal("1e2"),
        123456789012345678901234567890,
    ]
    assert not any(isinstance(item, float) for item in decode(b"[1.5, 1e2, -0.0, 1E400]"))


def test_a_byte_order_mark_is_dropped():
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"1_000",
        b"01",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} x',
        b'{"a": ',
        b'"\xff"',
        b'"\\ud800"',
        b"<html></html>",
        b"\xff\xfe{\x00}\x00",
        b"1" * 5000,
    ],
)
def test_refuses(body):
    with pytest.raises(ReadError) as caught:
        decode(body)
    assert caught.value.code == "not_json"


def test_depth_is_bounded_before_anything_is_built():
    assert decode(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    for body in (b"[" * 33 + b"]" * 33, b"[" * 100_000, b'{"a":' * 100_000, b'["\\"[",' + b"[" * 33):
        with pytest.raises(ReadError, match="deeper than 32"):
            decode(body)


def test_brackets_in_strings_and_side_by_side_are_not_depth():
    assert decode(b'"' + b"[" * 1000 + b'"') == "[" * 1000
    assert decode(b'["\\"' + b"{" * 100 + b'"]') == ['"' + "{" * 100]
    assert len(decode(b"[" + b",".join([b"{}"] * 500) + b"]")) == 500


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_value_or_in_our_error(body):
    try:
        decode(body)
    except ReadError as error:
        assert error.code == "not_json"  # noqa: PT017  (most inputs do fail; some are JSON)

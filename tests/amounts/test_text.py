"""Text of a gateway can't write control sequences, turn the line round, or fill the screen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.amounts import clean, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Team budget", "Team budget"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\nb\tc\r\nd", "a b c d"),
        ("\u202eevil\u2066\u200b\ufeff", "evil"),
        ("\u2028line\u2029", "line"),
        ("钱包余额", "钱包余额"),
        ("  many   spaces ", "many spaces"),
        ("\x00\x07", ""),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


@given(st.text())
def test_clean_is_one_harmless_bounded_line(text):
    done = clean(text, 40)
    assert len(done) <= 40
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in done)
    assert clean(done, 40) == done


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Tokens", "tokens"), ("Daily  Limit (EU)", "daily-limit-eu"), ("钱包", "meter"), ("-", "meter")],
)
def test_slug(name, expected):
    assert slug(name) == expected

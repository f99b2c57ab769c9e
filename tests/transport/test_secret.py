"""A key is not printed by accident."""

import pickle

import pytest

from gaugeway.transport import Secret, Target
from gaugeway.transport.origin import Origin

KEY = "sk-test-123"


def test_no_repr_shows_it():
    secret = Secret(KEY)
    target = Target(base_url="https://gw", origin=Origin("https", "gw", 443), secret=secret)
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!r}", repr([secret]), repr(target)):
        assert KEY not in text
    assert secret.reveal() == KEY


def test_it_is_not_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(Secret(KEY))


def test_redaction():
    assert Secret(KEY).redact(f"key {KEY} and {KEY}") == "key [key] and [key]"
    assert Secret("").redact("text") == "text"


def test_equality_and_hash():
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY)}) == 1

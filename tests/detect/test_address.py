"""Base URLs as people type them."""

import pytest

from gaugeway.detect.address import complete
from gaugeway.errors import SetupError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://gw.example.edu/v1", "https://gw.example.edu/v1"),
        ("https://gw.example.edu/v1/", "https://gw.example.edu/v1"),
        ("  HTTPS://GW.example.edu:443  ", "https://gw.example.edu"),
        ("gw.example.edu/v1", "https://gw.example.edu/v1"),
        ("gw.example.edu:8443", "https://gw.example.edu:8443"),
        ("localhost:4000", "http://localhost:4000"),
        ("127.0.0.1:4000/v1/", "http://127.0.0.1:4000/v1"),
        ("[::1]:4000", "http://[::1]:4000"),
        ("https://gw.example.edu/v1/chat/completions", "https://gw.example.edu/v1"),
        ("https://gw.example.edu/v1/models/", "https://gw.example.edu/v1"),
        ("openrouter.ai", "https://openrouter.ai/api/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
    ],
)
def test_a_typed_url_is_made_whole(typed, meant):
    assert complete(typed) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("http://gw.example.edu", "insecure_url"),
        ("ftp://gw.example.edu", "invalid_config"),
        ("https://me:hunter2@gw.example.edu", "invalid_config"),
        ("https://gw.example.edu/?key=x", "invalid_config"),
        ("https://gw.example.edu/v1/../admin", "invalid_config"),
        ("", "invalid_config"),
        ("gw example", "invalid_config"),
    ],
)
def test_what_can_not_be_asked_is_refused(typed, code):
    with pytest.raises(SetupError) as caught:
        complete(typed)
    assert caught.value.code == code
    assert "hunter2" not in str(caught.value)


def test_plain_http_names_the_option_that_allows_it():
    with pytest.raises(SetupError, match="--allow-http"):
        complete("http://gw.example.edu")
    assert complete("http://gw.example.edu", allow_http=True) == "http://gw.example.edu"

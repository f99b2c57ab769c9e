"""Gateways made by programs, and the checks that configured ones share."""

import pytest

from gaugeway.errors import SetupError
from gaugeway.sources.gateway import Gateway, Key, check_auth, check_id, check_key
from gaugeway.transport import Secret


def test_a_gateway_of_plain_values():
    gateway = Gateway.of(
        "campus",
        "HTTPS://LLM.example.edu/v1/",
        "sk-test-1",
        preset="litellm",
        quota_path="q",
        auth="raw",
        timeout=2,
    )
    assert gateway.base_url == "https://llm.example.edu/v1"
    assert (gateway.preset, gateway.quota_path, gateway.auth, gateway.timeout) == ("litellm", "/q", "raw", 2)
    assert gateway.key.resolve() == gateway.key.stamp == Secret("sk-test-1")
    assert gateway.key.configured
    assert "sk-test" not in repr(gateway)


def test_a_gateway_without_a_key_is_asked_without_one():
    key = Gateway.of("local", "http://127.0.0.1:4000").key
    assert key.resolve() is None
    assert (key.configured, key.source, key.error) == (False, None, None)


@pytest.mark.parametrize(
    ("values", "code", "said"),
    [
        ({"id": "a b"}, "invalid_config", "id is no id"),
        ({"base_url": "http://gw.example"}, "insecure_url", "base_url is plain HTTP"),
        ({"base_url": "gw.example"}, "invalid_config", "base_url must start"),
        ({"api_key": "sk-test\n"}, "invalid_config", "api_key is empty or has characters"),
        ({"quota_path": "../x"}, "invalid_config", "quota_path must not"),
        ({"auth": "basic"}, "invalid_config", "auth must be"),
    ],
)
def test_plain_values_are_checked(values, code, said):
    with pytest.raises(SetupError, match=said) as caught:
        Gateway.of(**{"id": "a", "base_url": "https://a.example", **values})
    assert caught.value.code == code
    assert "sk-test" not in str(caught.value)


def test_plain_http_where_it_is_allowed():
    assert Gateway.of("a", "http://gw.example", allow_http=True).allow_http


@pytest.mark.parametrize("text", ["a", "A.b_c-d", "302ai", "my-gateway"])
def test_ids(text):
    assert check_id(text) == text


@pytest.mark.parametrize("text", ["", "-a", ".a", "a b", "a/b", "é", "a\n", "a\u202eb"])
def test_no_ids(text):
    with pytest.raises(SetupError):
        check_id(text)


@pytest.mark.parametrize("text", ["bearer", "raw", "header:x-api-key", "header:X_Y"])
def test_auth_styles(text):
    assert check_auth(text) == text


@pytest.mark.parametrize(
    "text", ["", "Bearer", "header:", "header:x y", "header:x\r\nHost: evil", "header:é"]
)
def test_no_auth_styles(text):
    with pytest.raises(SetupError):
        check_auth(text)


@pytest.mark.parametrize(
    "text", ["", "sk-test\r\nHost: evil", "sk-test\x7f", "sk-t\u00ebst", "sk-test\u200b"]
)
def test_no_keys(text):
    with pytest.raises(SetupError) as caught:
        check_key(text, "place")
    assert "sk-t" not in str(caught.value)


def test_a_key_with_an_error_is_that_error():
    error = SetupError("no_key", "no key for a")
    with pytest.raises(SetupError) as caught:
        Key(error=error).resolve()
    assert caught.value is error

"""What a key is bound to, and what may be put behind it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from yarl import URL

from gaugeway.errors import SetupError
from gaugeway.transport import Origin, check_quota_path, join, parse_base_url


@pytest.mark.parametrize(
    ("text", "url", "origin"),
    [
        ("https://gw.example.edu/v1", "https://gw.example.edu/v1", "https://gw.example.edu"),
        ("https://GW.Example.EDU:443/v1/", "https://gw.example.edu/v1", "https://gw.example.edu"),
        ("https://gw.example.edu:8443", "https://gw.example.edu:8443", "https://gw.example.edu:8443"),
        ("http://127.0.0.1:4000/v1", "http://127.0.0.1:4000/v1", "http://127.0.0.1:4000"),
        ("http://127.8.9.1", "http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:4000/a/b", "http://[::1]:4000/a/b", "http://[::1]:4000"),
        ("http://localhost:80/x//", "http://localhost/x", "http://localhost"),
    ],
)
def test_base_urls(text, url, origin):
    assert parse_base_url(text) == url
    assert str(Origin.of(url)) == origin


@pytest.mark.parametrize(
    "text",
    [
        "gw.example.edu/v1",
        "ftp://gw.example.edu",
        "https://",
        "https:///v1",
        "https://user@gw.example.edu",
        "https://user:pass@gw.example.edu",
        "https://@gw.example.edu",
        "https://gw.example.edu/v1?key=1",
        "https://gw.example.edu/v1?",
        "https://gw.example.edu/v1#top",
        "https://gw.example.edu/a/../b",
        "https://gw.example.edu/%2e%2e/b",
        "https://gw.example.edu/a//b",
        "https://gw.example.edu\\@evil.example",
        "https://gw.example.edu:99999",
        "https://gw.example.edu:port",
        "https://[::1",
        "https://gẃ.example",
        "https://gw.example .edu",
        "https://gw.example.edu/\x00",
        "https://gw.example.edu/\n",
    ],
)
def test_base_urls_that_are_refused(text):
    with pytest.raises(SetupError) as caught:
        parse_base_url(text, field="gateways.campus.base_url")
    assert caught.value.code == "invalid_config"
    assert "gateways.campus.base_url" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "http://gw.example.edu",
        "http://127.0.0.1.evil.example",
        "http://128.0.0.1",
        "http://127.0.0.256",
        "http://10.0.0.1",
    ],
)
def test_plain_http_needs_a_word(text):
    with pytest.raises(SetupError) as caught:
        parse_base_url(text)
    assert caught.value.code == "insecure_url"
    assert "allow_http" in caught.value.hint
    assert parse_base_url(text, allow_http=True) == text


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/quota", "/quota"),
        ("quota", "/quota"),
        ("/a/b?x=1&y=../z", "/a/b?x=1&y=../z"),
        ("/@evil.example", "/@evil.example"),
        ("/", "/"),
    ],
)
def test_quota_paths(text, path):
    assert check_quota_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "//evil.example",
        "/a//b",
        "/../key",
        "/a/..",
        "/a/./b",
        "/%2e%2e/key",
        "/%2E./key",
        "/%252e%252e/key",
        "/..%2fkey",
        "/%2f/evil.example",
        "/a\\b",
        "/a%5cb",
        "/a#b",
        "/a b",
        "/a\x07",
        "/a%0d%0aHost:%20evil",
        "/ä",
    ],
)
def test_quota_paths_that_are_refused(text):
    with pytest.raises(SetupError) as caught:
        check_quota_path(text, "quotaPath")
    assert caught.value.code == "invalid_config"
    assert "quotaPath" in caught.value.message


@pytest.mark.parametrize(
    ("base_url", "path", "base", "url"),
    [
        ("https://gw/v1", "/quota", "url", "https://gw/v1/quota"),
        ("https://gw/v1/", "quota", "url", "https://gw/v1/quota"),
        ("https://gw/v1", "/key/info", "origin", "https://gw/key/info"),
        ("https://gw/proxy/v1", "/key/info", "origin", "https://gw/proxy/key/info"),
        ("https://gw/api", "/key/info", "origin", "https://gw/api/key/info"),
        ("https://gw/v1", "/api/usage/token/", "origin", "https://gw/api/usage/token/"),
        ("https://gw", "/", "url", "https://gw/"),
    ],
)
def test_join(base_url, path, base, url):
    assert join(base_url, path, base) == url


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30))
def test_no_path_leads_off_the_origin(text):
    """What the HTTP client makes of the joined URL is still under the base URL."""
    base_url = "https://gw.example.edu:8443/base/v1"
    try:
        path = check_quota_path(text)
    except SetupError:
        assume(False)
    url = URL(join(base_url, path), encoded=True)
    assert (url.scheme, url.host, url.port, url.user) == ("https", "gw.example.edu", 8443, None)
    assert url.raw_path.startswith("/base/v1/")
    assert not url.raw_fragment


@given(
    st.sampled_from(["https", "http", "HTTPS"]),
    st.from_regex(r"\A([a-z0-9.A-Z-]{1,12}|\[::[0-9a-f]{1,4}\])\Z"),
    st.none() | st.integers(1, 65535),
    st.sampled_from(["", "/", "/v1", "/a/b_c/", "/a.b"]),
)
def test_the_origin_is_what_the_client_connects_to(scheme, host, port, path):
    """However the URL is spelled, and in one spelling in the end."""
    try:
        url = parse_base_url(f"{scheme}://{host}{'' if port is None else f':{port}'}{path}", allow_http=True)
        there = URL(url, encoded=True)
    except (SetupError, ValueError):
        assume(False)
    assert parse_base_url(url, allow_http=True) == url
    origin = Origin.of(url)
    assert (origin.scheme, origin.host, origin.port) == (there.scheme, there.host, there.port)
    assert f":{there.port}" in url or there.is_default_port()

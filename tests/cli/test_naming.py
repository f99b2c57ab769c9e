"""Ids for gateways that nobody has named yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaugeway.cli.naming import id_for
from gaugeway.sources.gateway import Gateway, check_id


@pytest.mark.parametrize(
    ("base_url", "gateway_id"),
    [
        ("https://gw.example.edu/v1", "gw"),
        ("https://api.deepseek.com", "deepseek"),
        ("https://llm.example.edu/v1", "example"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://ai-gateway.vercel.sh/v1", "vercel"),
        ("https://api.ai", "api"),
        ("https://intranet", "intranet"),
        ("http://127.0.0.1:4000", "local"),
        ("http://localhost", "local"),
        ("https://10.0.0.1", "gateway"),
        ("https://[fd00::1]", "fd00-1"),
        ("https://-x-.example.edu", "x"),
    ],
)
def test_from_the_host(base_url, gateway_id):
    assert id_for(base_url, []) == gateway_id


@pytest.mark.parametrize("typed", ["https://gw.example.edu/v1", "https://gw.example.edu"])
def test_a_configured_url_keeps_its_id(typed):
    known = [Gateway(id="campus", base_url="https://gw.example.edu/v1")]
    assert id_for(typed, known) == "campus"


def test_taken_names_are_numbered_also_where_only_the_key_variable_would_be_the_same():
    known = [Gateway(id="GW", base_url="https://a.example.org"), Gateway(id="gw.2")]
    assert id_for("https://gw.example.edu", known) == "gw-3"


@given(st.from_regex(r"[a-z0-9.-]{1,30}", fullmatch=True))
def test_every_host_gives_an_id(host):
    if host.strip("."):
        check_id(id_for(f"https://{host}", []))

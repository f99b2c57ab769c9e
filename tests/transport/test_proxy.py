"""Proxies are for HTTPS beyond this machine, and nothing else."""

import pytest

from gaugeway.errors import SetupError
from gaugeway.transport import Origin
from gaugeway.transport.proxy import proxy_for, without_password

PROXY = {"HTTPS_PROXY": "http://proxy.example:3128"}
AWAY = "https://gw.example.edu"


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        (AWAY, {}, None),
        (AWAY, PROXY, "http://proxy.example:3128"),
        (AWAY, {"https_proxy": "a:1", "HTTPS_PROXY": "b:2"}, "http://a:1"),
        (AWAY, {"ALL_PROXY": "http://a:1"}, "http://a:1"),
        (AWAY, {"HTTP_PROXY": "http://a:1", "http_proxy": "http://a:1"}, None),
        ("http://gw.example.edu", PROXY, None),
        ("https://127.0.0.1:8443", PROXY, None),
        ("https://localhost", PROXY, None),
        ("https://[::1]", PROXY, None),
        (AWAY, PROXY | {"NO_PROXY": "*"}, None),
        (AWAY, PROXY | {"NO_PROXY": "example.edu"}, None),
        (AWAY, PROXY | {"no_proxy": ".example.edu"}, None),
        (AWAY, PROXY | {"no_proxy": "*.example.edu, other"}, None),
        (AWAY, PROXY | {"NO_PROXY": "GW.example.edu:443"}, None),
        (AWAY, PROXY | {"NO_PROXY": "gw.example.edu:8443"}, "http://proxy.example:3128"),
        (AWAY, PROXY | {"NO_PROXY": "ample.edu,,example.com"}, "http://proxy.example:3128"),
        (AWAY, PROXY | {"NO_PROXY": "other,\tgw.example.edu\n"}, None),
        ("https://10.1.2.3", PROXY | {"NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3", PROXY | {"NO_PROXY": "10.0.0.0/8,nonsense/8"}, "http://proxy.example:3128"),
        ("https://[fd00::1]", PROXY | {"NO_PROXY": "fd00::1"}, None),
        ("https://[fd00::1]", PROXY | {"NO_PROXY": "[fd00::1]"}, None),
    ],
)
def test_proxy_for(url, environ, proxy):
    assert proxy_for(Origin.of(url), environ) == proxy


@pytest.mark.parametrize("text", ["socks5://proxy:1080", "http://", "http://[::1", "http://a:99999"])
def test_a_proxy_that_is_not_spoken_to_is_an_error(text):
    with pytest.raises(SetupError, match="HTTPS_PROXY"):
        proxy_for(Origin.of(AWAY), {"HTTPS_PROXY": text})


def test_its_password_is_not_shown():
    assert without_password("http://me:secret@proxy.example:3128/") == "http://proxy.example:3128"

"""Which proxy a gateway is asked through, from the usual variables. HTTPS through CONNECT only."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from gaugeway.errors import SetupError
from gaugeway.transport.origin import Origin

_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def proxy_for(origin: Origin, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL, or None. Never one for loopback or plain HTTP: it would read the key.

    It may hold the proxy's own password: show it through :func:`without_password`.
    Raises SetupError ``invalid_config`` for a proxy that is not spoken to in HTTP.
    """
    if origin.scheme != "https" or origin.loopback:
        return None
    variable = next((name for name in _VARIABLES if environ.get(name, "").strip()), None)
    if variable is None or _bypassed(origin, environ.get("no_proxy", "") or environ.get("NO_PROXY", "")):
        return None
    text = environ[variable].strip()
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SetupError("invalid_config", f"{variable} is not an http:// proxy", "only CONNECT is spoken")
    return url


def without_password(proxy: str) -> str:
    """The proxy as it may be shown."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _bypassed(origin: Origin, no_proxy: str) -> bool:
    """Names stand for themselves and all below them, for one port where they say so; networks; ``*``."""
    places = (f".{origin.host}", f".{origin.host}:{origin.port}")
    for entry in no_proxy.lower().replace(",", " ").split():
        if entry == "*" or ("/" in entry and _in_network(origin.host, entry)):
            return True
        name = entry.replace("[", "").replace("]", "").lstrip("*.")
        if name and any(place.endswith(f".{name}") for place in places):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False

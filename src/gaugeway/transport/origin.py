"""Base URLs, origins and paths: what a key is bound to, and what may be put behind it."""

import re
from functools import lru_cache
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

import msgspec

from gaugeway.errors import SetupError

_DEFAULT_PORT = {"https": 443, "http": 80}
# What most base URLs look like: in their one spelling already, nothing in them to check but plain HTTP.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?:[1-9]\d{3}|[1-5]\d{4}))?(?:/[A-Za-z0-9_-]+)*", re.ASCII
)
_LOOPBACK = re.compile(r"localhost|::1|127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}", re.ASCII)
_CHECKED = re.compile(r"(https?)://(?:\[([^]]+)\]|([^:/]+))(?::(\d+))?")


class Origin(msgspec.Struct, frozen=True):
    """Scheme, host and port: what a key is bound to."""

    scheme: str
    host: str
    port: int

    @classmethod
    @lru_cache(maxsize=4096)  # asked for several times on the way of each gateway
    def of(cls, url: str) -> Self:
        """The origin of a URL that :func:`parse_base_url` let through."""
        match = _CHECKED.match(url)
        assert match is not None
        scheme, address, name, port = match.groups()
        return cls(scheme, address or name, _DEFAULT_PORT[scheme] if port is None else int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = _DEFAULT_PORT[self.scheme] == self.port
        return f"{self.scheme}://{host}" + ("" if default else f":{self.port}")

    @property
    def loopback(self) -> bool:
        """127.0.0.0/8, ::1 and the name ``localhost``: the only places where plain HTTP goes unasked."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    return _LOOPBACK.fullmatch(host) is not None


def parse_base_url(text: str, *, allow_http: bool = False, field: object = "base_url") -> str:
    """The base URL in one spelling: lower-case scheme and host, no trailing slash.

    Raises SetupError ``invalid_config`` (naming ``field``) unless it is scheme, host, port and path only,
    and ``insecure_url`` for plain HTTP beyond loopback without ``allow_http``.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None and (plain[1] == "https" or allow_http or is_loopback(plain[2])):
        return text
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise _invalid(field, "has characters that do not belong in a URL")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _invalid(field, "is not a URL") from None
    if parts.scheme not in _DEFAULT_PORT or not host:
        raise _invalid(field, "must start with https:// (or http://) and a host")
    if "@" in parts.netloc:
        raise _invalid(field, "must not contain a user name or password")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _invalid(field, "must not contain a query or a fragment")
    path = parts.path.rstrip("/")
    if "//" in path or _has_dots(path):
        raise _invalid(field, "must not contain '//' or '..' in its path")
    name = f"[{host}]" if ":" in host else host
    shown = f":{port}" if port is not None and port != _DEFAULT_PORT[parts.scheme] else ""
    if parts.scheme == "http" and not is_loopback(host) and not allow_http:
        raise SetupError("insecure_url", f"{field} is plain HTTP, so the key could be read on its way")
    return f"{parts.scheme}://{name}{shown}{path}"


def check_quota_path(text: str, field: object = "quota_path") -> str:
    """The path with exactly one leading slash; a query is allowed.

    Raises SetupError ``invalid_config`` (naming ``field``) for what could lead out from under the base
    URL: ``//``, a ``..`` segment (also encoded), a backslash, a fragment, a control character.
    """
    path = text if text.startswith("/") else f"/{text}"
    before_query, decoded = path.partition("?")[0], unquote(path)
    if not path.isascii() or not decoded.isprintable() or " " in path or "\\" in decoded or "#" in path:
        raise _invalid(field, "has characters that do not belong in a path")
    if "//" in unquote(before_query) or _has_dots(before_query):
        raise _invalid(field, "must not contain '//' or a '..' segment")
    return path


def join(base_url: str, path: str, base: Literal["url", "origin"] = "url") -> str:
    """``path`` under ``base_url`` with exactly one slash between; ``origin`` first drops a trailing /v1."""
    if base == "origin":
        base_url = base_url.rstrip("/").removesuffix("/v1")
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"


def _has_dots(path: str) -> bool:
    if "." not in path and "%" not in path:
        return False
    for _ in range(3):  # %252e%252e: some servers decode twice
        if any(segment in {".", ".."} for segment in path.split("/")):
            return True
        path = unquote(path)
    return False


def _invalid(field: object, what: str) -> SetupError:
    return SetupError("invalid_config", f"{field} {what}")

"""One gateway as it was configured, with everything needed to ask it."""

import re
from collections.abc import Callable
from typing import Any, Literal, Self

import msgspec

from gaugeway.errors import GaugewayError, SetupError
from gaugeway.readings import DEFAULT_THRESHOLDS, Thresholds
from gaugeway.transport import Origin, Secret, check_quota_path, parse_base_url

Trust = Literal["trusted", "display-only"]

KEY_SECONDS = 12.0  # a deferred key's command has ten of its own; a keyring may wait for a password

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AUTH = re.compile(r"bearer|raw|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check_id(text: str, field: object = "id") -> str:
    """A gateway's id; raises SetupError ``invalid_config`` naming ``field``."""
    if not _ID.fullmatch(text):
        raise SetupError("invalid_config", f"{field} is no id: letters, digits, '.', '_' and '-' make one")
    return text


def shown_id(text: str) -> str:
    """``text`` listed as an id. What is none is spelled out, so that it is no other gateway's either."""
    return text if _ID.fullmatch(text) else ascii(text)[1:-1]


def check_auth(text: str, field: object = "auth") -> str:
    """How the key is sent; raises SetupError ``invalid_config`` naming ``field``."""
    if not _AUTH.fullmatch(text):
        raise SetupError("invalid_config", f"{field} must be bearer, raw or header:NAME")
    return text


def check_key(text: str, field: object = "api_key") -> Secret:
    """A key that can stand in a header; raises SetupError ``invalid_config``, never quoting it."""
    if not text.isascii() or not text.isprintable() or not text:
        raise SetupError("invalid_config", f"{field} is empty or has characters that no key has")
    return Secret(text)


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """Where (part of) a gateway was configured. ``line`` counts from 1; None where it is not known."""

    file: str
    line: int | None = None
    trust: Trust = "trusted"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a gateway, or why there is none.

    ``source``: where it comes from, as ``status`` shows it (a template as written, never a literal key).
    ``checked``: every place that was looked at. ``deferred``: for ``{command:}`` and ``{keyring:}``, called
    only when a live read is due; raises SetupError ``unresolved_template``. ``stamp``: what stands for the
    key in the configuration's identity: the key itself, or the template where the key is deferred.
    """

    secret: Secret | None = None
    deferred: Callable[[], Secret] | None = None
    error: SetupError | None = None
    source: str | None = None
    checked: tuple[str, ...] = ()
    stamp: Secret | None = None

    @property
    def configured(self) -> bool:
        return self.secret is not None or self.deferred is not None

    def resolve(self) -> Secret | None:
        """The key; runs a command or asks the keyring where it is deferred. None: asked without a key.

        Raises SetupError where there is none though one is needed.
        """
        if self.error is not None:
            raise self.error
        return self.deferred() if self.deferred is not None else self.secret


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint with one credential, under one stable id.

    ``base_url`` is checked and in canonical spelling. ``quota_path`` and ``auth`` are None where the preset's
    own apply. ``timeout`` and ``refresh`` are seconds. ``error``: why this gateway can't be asked as it is
    configured; such a gateway stays listed. ``key`` is a key text, or a Key as the sources found it.
    """

    id: str
    base_url: str | None = None
    preset: str = "neutral"
    label: str | None = None
    provider: str = "openai-compatible"
    key: Key = Key()
    quota_path: str | None = None
    auth: str | None = None
    timeout: float = 5.0
    refresh: int = 60
    allow_http: bool = False
    unattended: bool = False
    ca_file: str | None = None
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    meters: tuple[dict[str, Any], ...] = ()
    definitions: tuple[Definition, ...] = ()
    error: GaugewayError | None = None

    @property
    def origin(self) -> Origin | None:
        """Where its key may go; None while it has no base URL."""
        return None if self.base_url is None else Origin.of(self.base_url)

    @classmethod
    def of(
        cls,
        id: str,  # noqa: A002  (the word of the whole project)
        base_url: str,
        api_key: str | None = None,
        *,
        preset: str = "neutral",
        quota_path: str | None = None,
        auth: str | None = None,
        allow_http: bool = False,
        **settings: Any,
    ) -> Self:
        """A gateway from plain values, checked as a configured one is; for programs.

        ``api_key``: the key itself, no template; None asks without one. ``settings``: other fields as
        they are. Raises SetupError ``invalid_config`` or ``insecure_url``.
        """
        secret = None if api_key is None else check_key(api_key)
        return cls(
            id=check_id(id),
            base_url=parse_base_url(base_url, allow_http=allow_http),
            key=Key(secret=secret, stamp=secret, source=None if secret is None else "given by the program"),
            preset=preset,
            quota_path=None if quota_path is None else check_quota_path(quota_path),
            auth=None if auth is None else check_auth(auth),
            allow_http=allow_http,
            **settings,
        )

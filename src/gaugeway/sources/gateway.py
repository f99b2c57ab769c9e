"""One gateway as it was configured, with everything needed to ask it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from gaugeway.errors import GaugewayError, SetupError
from gaugeway.readings import DEFAULT_THRESHOLDS, Thresholds
from gaugeway.transport import Secret

Trust = Literal["trusted", "display-only"]


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

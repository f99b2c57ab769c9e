"""What a preset is handed, and what it gets back."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

import msgspec

from gaugeway.amounts import Fields
from gaugeway.errors import ReadError
from gaugeway.transport.origin import Origin
from gaugeway.transport.secret import Secret

Base = Literal["url", "origin"]

# False in one of these reports a failure, whatever else is there.
_SUCCESS = frozenset(("success", "status", "code"))

# How many visits ask at once, in all and at one origin; each has one socket.
MAX_SOCKETS = 100
MAX_SOCKETS_PER_ORIGIN = 8


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where one gateway is asked, with which key, within which bounds. ``timeout``: seconds per reading."""

    base_url: str
    origin: Origin
    secret: Secret | None = None
    auth: str = "bearer"
    timeout: float = 5.0
    ca_file: str | None = None


class Reply(msgspec.Struct, frozen=True):
    """An accepted answer. Header names are lower case; ``json`` is None where a status other than 200 came
    without JSON. ``path`` is what was asked, without its query, for messages.
    """

    status: int
    headers: Mapping[str, str]
    json: Any
    path: str = "the answer"

    def fields(self, *names: str, notes: list[str] | None = None) -> Fields:
        """The answer as an object that holds one of ``names`` (any, without names), and that does not deny
        success beside it (``"success": false``). Raises the ReadError of :meth:`refusal`.
        """
        root = Fields(self.json, notes=notes)
        if self._denies_success() or (names and not any(name in root for name in names)):
            raise self.refusal(f"{' or '.join(names)} is missing")
        return root

    def refusal(self, missing: str) -> ReadError:
        """Why an answer without what it must hold is no reading: the failure that it reports, else
        ``unexpected_shape``, saying what is ``missing``.
        """
        from gaugeway.transport.outcome import reported_failure  # 5 ms that only a failure costs

        failure = reported_failure(self)
        reports = isinstance(self.json, dict) and (self.json.get("error") or self._denies_success())
        return failure if reports or failure.refused else shape_error(missing)

    def _denies_success(self) -> bool:
        return (
            isinstance(self.json, dict)
            and not _SUCCESS.isdisjoint(self.json)
            and any(self.json.get(name) is False for name in _SUCCESS)
        )


class Ask(Protocol):
    """``await ask(path)``: one GET with the gateway's key, on its own origin, within the reading's bounds.

    ``base``: ``"url"`` puts the path under base_url; ``"origin"`` under base_url without a trailing
    ``/v1`` (other prefixes kept), where management routes live. A status outside ``accept`` raises the
    matching ReadError; a preset falls back by accepting 403 or 404.
    """

    async def __call__(self, path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply: ...


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A GET without the key, under the origin, that recognises a product. ``recognise`` returns the reason in
    words ("/health/liveliness answers ..."), or None: a positive shape, never a status alone.

    Presets that name the same path share one request.
    """

    path: str
    recognise: Callable[[Reply], str | None]


class Transport(Protocol):
    """Opens visits. ``async with transport.visit(target) as ask`` bounds everything asked inside it."""

    def visit(self, target: Target) -> AbstractAsyncContextManager[Ask]: ...


def shape_error(message: str) -> ReadError:
    """The error of a preset whose product answers, but not as that product does."""
    return ReadError("unexpected_shape", message)

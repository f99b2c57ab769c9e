"""What a preset is handed, and what it gets back."""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

import msgspec

from gaugeway.amounts import Fields
from gaugeway.errors import ReadError
from gaugeway.transport.origin import Origin
from gaugeway.transport.secret import Secret

Base = Literal["url", "origin"]

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
    without JSON.
    """

    status: int
    headers: Mapping[str, str]
    json: Any

    def fields(self) -> Fields:
        """The answer as an object; raises ReadError ``unexpected_shape`` where it is none."""
        return Fields(self.json)


class Ask(Protocol):
    """``await ask(path)``: one GET with the gateway's key, on its own origin, within the reading's bounds.

    ``base``: ``"url"`` puts the path under base_url; ``"origin"`` under base_url without a trailing
    ``/v1`` (other prefixes kept), where management routes live. A status outside ``accept`` raises the
    matching ReadError; a preset falls back by accepting 403 or 404.
    """

    async def __call__(self, path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply: ...


class Transport(Protocol):
    """Opens visits. ``async with transport.visit(target) as ask`` bounds everything asked inside it."""

    def visit(self, target: Target) -> AbstractAsyncContextManager[Ask]: ...


def shape_error(message: str) -> ReadError:
    """The error of a preset whose product answers, but not as that product does."""
    return ReadError("unexpected_shape", message)

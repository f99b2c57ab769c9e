"""Detection: the host's name, then keyless probes that all presets share, then a few reads with the key.

Only one origin is asked, with GETs alone, one after the other, at most eight, and no further than the first
answer of a known shape. What costs money is never asked: LiteLLM's /health with a key, for one, calls every
model, so probes carry no key.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from gaugeway.errors import ReadError
from gaugeway.readings import Answer
from gaugeway.transport import Ask, Base, Origin, Reply, Secret, Target, Transport
from gaugeway.transport.asking import Probe
from gaugeway.transport.outcome import message_of

MAX_REQUESTS = 8
MAX_WITH_KEY = 3
TIMEOUT = 10.0  # seconds for all keyless probes, and for each read with the key

FALLBACK = "headers"  # any proxy may show rate-limit headers: they say the least of what runs there
_ANSWERS = frozenset({200, *range(400, 600)})
_UNREACHABLE = frozenset({"dns", "connect", "tls", "timeout", "protocol"})
_KEY_REFUSED = frozenset({"unauthorized", "key_expired"})


class Product(Protocol):
    """What detection needs of a preset. One with a ``default_path`` can be tried with the key."""

    name: str
    default_path: str | None
    auth: str
    hosts: tuple[str, ...]
    probes: tuple[Probe, ...]


P = TypeVar("P", bound=Product)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request of the detection, and in words what came of it."""

    path: str
    with_key: bool
    outcome: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What runs at ``base_url`` (completed by ``/v1`` where that is where it answers), or None.

    ``answer``: the quota, where a read with the key is what recognised the product. ``refused``: the
    gateway's word that the key is not valid, after which nothing more was asked.
    """

    base_url: str
    preset: str | None = None
    reason: str
    answer: Answer | None = None
    refused: ReadError | None = None
    attempts: tuple[Attempt, ...] = ()


async def detect(
    base_url: str,
    transport: Transport,
    presets: Sequence[P],
    read: Callable[[P, Ask], Awaitable[Answer]],
    secret: Secret | None = None,
) -> Finding:
    """What runs at ``base_url``, as :func:`~gaugeway.detect.address.complete` gives it.

    ``read`` reads the quota with a preset that has a default path. Raises ReadError where the gateway can't
    be reached at all.
    """
    origin = Origin.of(base_url)
    looking = _Looking(base_url, origin, transport)
    for preset in presets:
        if origin.host in preset.hosts:
            return looking.finding(preset.name, reason=f"{origin.host} is its host")
    found = await looking.without_key(presets)
    if found is None and secret is not None:
        found = await looking.with_key(presets, read, secret)
    return found or looking.finding(reason="nothing that gaugeway knows answers there")


class _Looking(msgspec.Struct):
    """The requests of one detection, counted over its visits. ``answers``: those that took the key, by
    request; ``asked``: the last path that a preset asked for.
    """

    base_url: str
    origin: Origin
    transport: Transport
    attempts: list[Attempt] = []
    answers: dict[object, Reply | ReadError] = {}
    asked: str = ""

    def finding(self, preset: str | None = None, **facts: Any) -> Finding:
        return Finding(base_url=self.base_url, preset=preset, attempts=tuple(self.attempts), **facts)

    def visit(self, secret: Secret | None = None, auth: str = "bearer") -> AbstractAsyncContextManager[Ask]:
        target = Target(base_url=self.base_url, origin=self.origin, secret=secret, auth=auth, timeout=TIMEOUT)
        return self.transport.visit(target)

    async def without_key(self, presets: Sequence[Product]) -> Finding | None:
        """Each path once, for all presets that name it; the longest first, since /health says the least."""
        probes: dict[str, list[tuple[Product, Probe]]] = {}
        for preset in presets:
            for probe in preset.probes:
                probes.setdefault(probe.path, []).append((preset, probe))
        paths = sorted(probes, key=lambda path: -path.count("/"))
        bare = self.base_url == str(self.origin)
        async with self.visit() as ask:
            for path in paths[: MAX_REQUESTS - MAX_WITH_KEY - bare]:
                reply = await self._probe(ask, path)
                for preset, probe in probes[path]:
                    if reply is not None and (reason := probe.recognise(reply)) is not None:
                        return self.finding(preset.name, reason=reason)
            if bare:  # it is completed by /v1 where a model list, or the demand for a key, is there
                reply = await self._probe(ask, "/v1/models")
                if reply is not None and reply.status in {200, 401, 403} and isinstance(reply.json, dict):
                    self.base_url += "/v1"
        return None

    async def with_key(
        self, presets: Sequence[P], read: Callable[[P, Ask], Awaitable[Answer]], secret: Secret
    ) -> Finding | None:
        """Each preset that asks one known path; those that name the same path share its answer."""
        for preset in sorted(presets, key=lambda preset: preset.name == FALLBACK):
            if preset.default_path is None:
                continue
            async with self.visit(secret, preset.auth) as ask:
                try:
                    answer = await read(preset, partial(self._once, ask, preset.auth))
                except ReadError as error:
                    if error.code in _UNREACHABLE:
                        raise
                    if error.code in _KEY_REFUSED:
                        return self.finding(reason="the gateway does not accept the key", refused=error)
                    continue
            reason = f"{self.asked}, asked with the key, answers in its form"
            return self.finding(preset.name, reason=reason, answer=answer)
        return None

    async def _probe(self, ask: Ask, path: str) -> Reply | None:
        answer = await self._ask(ask(path, base="origin", accept=_ANSWERS), path, with_key=False)
        return None if isinstance(answer, ReadError) else answer

    async def _once(
        self, ask: Ask, auth: str, path: str, *, base: Base = "url", accept: Collection[int] = (200,)
    ) -> Reply:
        """An Ask that makes each request once, however many presets make it, and only so many."""
        self.asked = path
        request = (auth, path, base, frozenset(accept))
        if request not in self.answers:
            if len(self.answers) == MAX_WITH_KEY:
                raise ReadError("client_error", "as much as a detection may ask with the key was asked")
            asked = ask(path, base=base, accept=accept)
            self.answers[request] = await self._ask(asked, path, with_key=True)
        answer = self.answers[request]
        if isinstance(answer, ReadError):
            raise answer
        return answer

    async def _ask(self, asked: Awaitable[Reply], path: str, *, with_key: bool) -> Reply | ReadError:
        """What comes of one request, noted down. Raises ReadError where nobody is there."""
        answer: Reply | ReadError
        try:
            answer = await asked
            said = message_of(answer.json)
            outcome = f"answered {answer.status}" + (f": {said}" if said else "")
        except ReadError as error:
            if error.code in _UNREACHABLE:
                raise
            answer, outcome = error, error.message
        self.attempts.append(Attempt(path=path, with_key=with_key, outcome=outcome))
        return answer

"""Detection: the host's name, then keyless probes that all presets share, then a few reads with the key.

Only one origin is asked, with GETs alone, one after the other, at most eight, and no further than the first
answer of a known shape. What costs money is never asked: LiteLLM's /health with a key, for one, calls every
model, so probes carry no key.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from gaugeway.errors import ReadError
from gaugeway.readings import Answer
from gaugeway.transport import Ask, Base, Origin, Reply, Secret, Target, Transport, join
from gaugeway.transport.outcome import message_of

MAX_REQUESTS = 8
MAX_WITH_KEY = 3
TIMEOUT = 10.0  # seconds for all keyless probes, and for each read with the key

FALLBACK = "headers"  # any proxy may show rate-limit headers: they say the least of what runs there
_ANSWERS = frozenset({200, *range(400, 600)})
_UNREACHABLE = frozenset({"dns", "connect", "tls", "timeout", "protocol"})
_KEY_REFUSED = frozenset({"unauthorized", "key_expired"})


class Probe(Protocol):
    """A keyless GET; ``base`` is ``url``, ``origin`` or ``root``. ``recognise`` gives the reason, or None."""

    @property
    def path(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def recognise(self) -> Callable[[Reply], str | None]: ...


class Product(Protocol):
    """What detection needs of a preset. One with a ``default_path`` can be tried with the key."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def default_path(self) -> str | None: ...
    @property
    def auth(self) -> str: ...
    @property
    def hosts(self) -> tuple[str, ...]: ...
    @property
    def probes(self) -> Sequence[Probe]: ...


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
    title: str | None = None
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
    for preset in presets:
        if origin.host in preset.hosts:
            return Finding(
                base_url=base_url, preset=preset.name, title=preset.title, reason=f"{origin.host} is its host"
            )
    looking = _Looking(base_url, transport)
    found = await looking.without_key(presets)
    if found is None and secret is not None:
        found = await looking.with_key(presets, read, secret)
    return found or looking.finding(reason=_nothing(secret))


def _nothing(secret: Secret | None) -> str:
    if secret is None:
        return "nothing that can be recognised without a key answers there"
    return "nothing that gaugeway knows answers there"


class _Looking:
    """The requests of one detection, counted over its visits."""

    def __init__(self, base_url: str, transport: Transport) -> None:
        self.base_url = base_url
        self.origin = Origin.of(base_url)
        self.transport = transport
        self.attempts: list[Attempt] = []

    def finding(self, preset: Product | None = None, **facts: Any) -> Finding:
        return Finding(
            base_url=self.base_url,
            preset=None if preset is None else preset.name,
            title=None if preset is None else preset.title,
            attempts=tuple(self.attempts),
            **facts,
        )

    def target(self, base_url: str, secret: Secret | None = None, auth: str = "bearer") -> Target:
        return Target(base_url=base_url, origin=self.origin, secret=secret, auth=auth, timeout=TIMEOUT)

    async def without_key(self, presets: Sequence[Product]) -> Finding | None:
        """Each path once, for all presets that name it; the longest first, since /health says the least."""
        probes: dict[str, list[tuple[Product, Probe]]] = {}
        for preset in presets:
            for probe in preset.probes:
                probes.setdefault(self._path(probe), []).append((preset, probe))
        paths = sorted(probes, key=lambda path: -path.count("/"))
        bare = self.base_url == str(self.origin)
        most = MAX_REQUESTS - MAX_WITH_KEY - bare
        async with self.transport.visit(self.target(str(self.origin))) as ask:
            for path in paths[:most]:
                reply = await self._probe(ask, path)
                for preset, probe in probes[path]:
                    if reply is not None and (reason := probe.recognise(reply)) is not None:
                        return self.finding(preset, reason=reason)
            if bare:
                await self._find_version(ask)
        return None

    def _path(self, probe: Probe) -> str:
        """The probe's path on the origin, so that one visit can ask them all."""
        if probe.base == "root":
            return probe.path
        base: Base = "url" if probe.base == "url" else "origin"
        return join(self.base_url, probe.path, base).removeprefix(str(self.origin))

    async def _probe(self, ask: Ask, path: str) -> Reply | None:
        answer: Reply | ReadError
        try:
            answer = await ask(path, accept=_ANSWERS)
        except ReadError as error:
            if error.code in _UNREACHABLE:
                raise
            answer = error
        self.attempts.append(Attempt(path=path, with_key=False, outcome=_outcome(answer)))
        return None if isinstance(answer, ReadError) else answer

    async def _find_version(self, ask: Ask) -> None:
        """A URL without a path is completed by /v1 where a model list, or the demand for a key, is there."""
        reply = await self._probe(ask, "/v1/models")
        if reply is not None and reply.status in {200, 401, 403} and isinstance(reply.json, dict):
            self.base_url += "/v1"

    async def with_key(
        self, presets: Sequence[P], read: Callable[[P, Ask], Awaitable[Answer]], secret: Secret
    ) -> Finding | None:
        """Each preset that asks one known path; those that name the same path share its answer."""
        answers: dict[object, Reply | ReadError] = {}
        for preset in sorted(presets, key=lambda preset: preset.name == FALLBACK):
            if preset.default_path is None:
                continue
            async with self.transport.visit(self.target(self.base_url, secret, preset.auth)) as ask:
                once = _Once(ask, preset.auth, answers, self.attempts)
                try:
                    answer = await read(preset, once)
                except _EnoughError:
                    break
                except ReadError as error:
                    if error.code in _UNREACHABLE:
                        raise
                    if error.code in _KEY_REFUSED:
                        return self.finding(reason="the gateway does not accept the key", refused=error)
                    continue
            reason = f"{once.path}, asked with the key, answers in its form"
            return self.finding(preset, reason=reason, answer=answer)
        return None


class _EnoughError(Exception):
    """As many requests with the key as a detection may make."""


class _Once:
    """An Ask that makes each request once, however many presets make it, and only so many."""

    def __init__(
        self, ask: Ask, auth: str, answers: dict[object, Reply | ReadError], attempts: list[Attempt]
    ) -> None:
        self._ask = ask
        self._auth = auth
        self._answers = answers
        self._attempts = attempts
        self.path = ""  # the last one asked

    async def __call__(self, path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply:
        self.path = path
        request = (self._auth, path, base, frozenset(accept))
        if request not in self._answers:
            if len(self._answers) == MAX_WITH_KEY:
                raise _EnoughError
            try:
                self._answers[request] = await self._ask(path, base=base, accept=accept)
            except ReadError as error:
                self._answers[request] = error
            self._attempts.append(Attempt(path=path, with_key=True, outcome=_outcome(self._answers[request])))
        answer = self._answers[request]
        if isinstance(answer, ReadError):
            raise answer
        return answer


def _outcome(answer: Reply | ReadError) -> str:
    if isinstance(answer, ReadError):
        return answer.message
    said = message_of(answer.json)
    return f"answered {answer.status}" + (f": {said}" if said else "")

"""Recorded exchanges, replayed to a preset: the same cases in memory and over a loopback server."""

import asyncio
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from gaugeway.amounts import decode
from gaugeway.errors import ReadError
from gaugeway.presets import Options, Preset, find
from gaugeway.readings import Reading
from gaugeway.sources.gateway import Gateway
from gaugeway.transport import Ask, Base, Reply, Secret, join
from gaugeway.transport.outcome import error_for
from gaugeway.view.project import project

HOME = Path(__file__).parent
SECRET = Secret("sk-test-123")
MAX_REQUESTS = 8
# What differs between two runs of one case, or belongs to the configuration.
NOT_COMPARED = ("id", "label", "provider", "preset", "observed_at", "age_seconds", "next_read_at")


class Request(msgspec.Struct, frozen=True):
    """``path`` is the full path on the origin; ``params`` must be among the query's, others may be too."""

    path: str
    method: str = "GET"
    params: dict[str, str] = {}


class Recorded(msgspec.Struct, frozen=True):
    """One exchange. ``body`` is JSON exactly as it stands in the file, ``text`` any other body."""

    request: Request
    status: int = 200
    headers: dict[str, str] = {}
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    text: str = ""

    @property
    def content(self) -> bytes:
        return self.text.encode() if self.body is msgspec.UNSET else bytes(self.body)

    @property
    def is_json(self) -> bool:
        named = {name.lower(): value for name, value in self.headers.items()}.get("content-type")
        return self.body is not msgspec.UNSET if named is None else "json" in named

    @property
    def plain_headers(self) -> dict[str, str]:
        """The headers that an answer may be given again: not those about how this one was sent."""
        return {name: value for name, value in self.headers.items() if name.lower() not in _ON_THE_WAY}

    def reply(self, path: str = "") -> Reply:
        """As the transport hands it on: without JSON only where the status is not 200."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.is_json:
            try:
                return Reply(
                    self.status, headers, decode(SECRET.redact(self.content.decode()).encode()), path
                )
            except ReadError:
                if self.status == 200:
                    raise
        elif self.status == 200:
            raise ReadError("not_json", f"{self.request.path} answered without a JSON content type")
        return Reply(self.status, headers, None, path)


_ON_THE_WAY = {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}
NOT_FOUND = Recorded(Request(""), 404, {}, msgspec.Raw(b'{"detail": "Not Found"}'))


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case's ``exchange.json``. A request that no answer matches gets a 404."""

    answers: tuple[Recorded, ...]
    now: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)
    base_url: str = "https://gw.example.org/v1"
    options: dict[str, Any] = {}

    def answer_to(self, path: str, params: dict[str, str]) -> Recorded:
        for answer in self.answers:
            asked = answer.request
            if asked.method == "GET" and asked.path == path and asked.params.items() <= params.items():
                return answer
        return NOT_FOUND

    def options_for(self, preset: Preset) -> Options:
        return Options(
            quota_path=self.options.get("quota_path", preset.default_path or ""),
            host=urlsplit(self.base_url).hostname or "",
            meters=tuple(self.options.get("meters", ())),
        )


class Case(msgspec.Struct, frozen=True):
    """One folder ``tests/presets/<preset>/<case>/``."""

    preset: str
    name: str

    @property
    def folder(self) -> Path:
        return HOME / self.preset / self.name

    @property
    def exchange(self) -> Exchange:
        return msgspec.json.decode((self.folder / "exchange.json").read_bytes(), type=Exchange)

    @property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = json.loads((self.folder / "expected.json").read_bytes())
        return expected

    def __str__(self) -> str:
        return f"{self.preset}/{self.name}"


def cases(preset: str | None = None) -> Sequence[Case]:
    """Every case, or those of one preset, by name."""
    found = sorted(HOME.glob(f"{preset or '*'}/*/exchange.json"))
    return [Case(path.parent.parent.name, path.parent.name) for path in found]


class ReplayAsk:
    """An ``Ask`` that behaves like the transport's. ``asked`` lists the requests."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.asked: list[str] = []

    async def __call__(self, path: str, *, base: Base = "url", accept: Collection[int] = (200,)) -> Reply:
        url = urlsplit(join(self.exchange.base_url, path, base))
        self.asked.append(f"{url.path}?{url.query}" if url.query else url.path)
        assert len(self.asked) <= MAX_REQUESTS, self.asked
        shown = path.partition("?")[0]
        params = dict(parse_qsl(url.query, keep_blank_values=True))
        reply = self.exchange.answer_to(url.path, params).reply(shown)
        if reply.status in accept:
            return reply
        raise error_for(
            reply.status,
            reply.headers,
            reply.json,
            path=shown,
            now=self.exchange.now,
        )


async def read(preset: str, exchange: Exchange, ask: Ask) -> Reading | ReadError:
    """What the preset makes of the exchange. Anything it raises but a ReadError is a fault, and raised."""
    module = find(preset)
    try:
        answer = await module.read(ask, exchange.options_for(module), exchange.now)
    except ReadError as error:
        return error
    return Reading.of(answer, preset=preset, observed_at=exchange.now)


def shown(preset: str, exchange: Exchange, outcome: Reading | ReadError) -> dict[str, Any]:
    """What ``show --json`` says of the outcome, less what is not compared."""
    gateway = Gateway(id="case", preset=preset, base_url=exchange.base_url)
    reading = outcome if isinstance(outcome, Reading) else None
    error = outcome if isinstance(outcome, ReadError) else None
    view = json.loads(msgspec.json.encode(project(gateway, reading, error, now=exchange.now)))
    for meter in view["meters"]:
        del meter["forecast"]  # made of a history; one exchange has none
    return {name: value for name, value in view.items() if name not in NOT_COMPARED}


def replay(preset: str, exchange: Exchange) -> dict[str, Any]:
    """The exchange read and shown, in memory."""
    return shown(preset, exchange, asyncio.run(read(preset, exchange, ReplayAsk(exchange))))

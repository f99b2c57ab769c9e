"""One gateway, live: what its preset gets, and what becomes of what its preset does."""

import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace
from tests.collector.fakes import Clock, Network
from tests.store.values import NOW, gateway

from gaugeway.collector.reader import Reader
from gaugeway.errors import GaugewayError, ReadError, SetupError
from gaugeway.presets import Options, Preset
from gaugeway.readings import Answer, KeyFacts, Meter, Reading
from gaugeway.sources.gateway import Definition, Gateway, Key
from gaugeway.transport import Ask, Secret

SECRET = "sk-test-4711"
Read = Callable[[Ask, Options, datetime], Awaitable[Answer]]


def meter(name: str = "tokens", **rest: Any) -> Meter:
    return Meter.of(name=name, unit=rest.pop("unit", "tokens"), used=Decimal(1), **rest)


def preset(read: Read, **rest: Any) -> Preset:
    facts = {
        "name": "acme",
        "default_path": "/left",
        "auth": "raw",
        "min_refresh": 30,
        "verified": date(2026, 1, 1),
    }
    return cast("Preset", SimpleNamespace(read=read, **(facts | rest)))


def answering(answer: Answer | BaseException | None = None) -> Preset:
    async def read(ask: Ask, options: Options, now: datetime) -> Answer:
        if isinstance(answer, BaseException):
            raise answer
        return answer or Answer(meters=(meter(),))

    return preset(read)


async def read(one: Gateway, found: Preset, network: Network | None = None, **rest: Any) -> Reading:
    return await Reader(network or Network(), Clock(), find=lambda _: found, **rest).read(one)


async def failure(found: Preset, one: Gateway | None = None, **rest: Any) -> GaugewayError:
    with pytest.raises(GaugewayError) as raised:
        await read(one or gateway(key=SECRET), found, **rest)
    return raised.value


async def test_what_a_preset_gets() -> None:
    seen: list[Any] = []

    async def asking(ask: Ask, options: Options, now: datetime) -> Answer:
        seen.extend([(await ask("/left")).json, options, now])
        return Answer(meters=(meter(),), notes=("a note",))

    network = Network({"left": 3})
    tables = ({"name": "Tokens"},)
    one = gateway(key=SECRET, meters=tables, timeout=3.0, ca_file="/ca.pem")
    value = await read(one, preset(asking), network)
    assert seen == [{"left": 3}, Options(quota_path="/left", host="lab.example.org", meters=tables), NOW]
    assert (value.preset, value.observed_at, value.notes) == ("neutral", NOW, ("a note",))
    (target,) = network.visits
    assert (target.base_url, str(target.origin)) == ("https://lab.example.org/v1", "https://lab.example.org")
    assert (target.secret, target.auth, target.timeout, target.ca_file) == (
        Secret(SECRET),
        "raw",
        3.0,
        "/ca.pem",
    )


async def test_the_gateways_own_path_and_auth_come_first() -> None:
    network = Network()
    paths = []

    async def asking(ask: Ask, options: Options, now: datetime) -> Answer:
        paths.append(options.quota_path)
        return Answer(meters=(meter(),))

    await read(gateway(quota_path="/mine", auth="header:X-Key"), preset(asking), network)
    await read(gateway(), preset(asking, default_path=None), network)
    assert paths == ["/mine", ""]
    assert [target.auth for target in network.visits] == ["header:X-Key", "raw"]


async def test_a_preset_is_loaded_once_and_its_minimum_known_from_then() -> None:
    loaded = []

    def find(name: str) -> Preset:
        loaded.append(name)
        return answering()

    reader = Reader(Network(), Clock(), find=find)
    assert reader.min_refresh("neutral") == 0
    for _ in range(2):
        await reader.read(gateway())
    assert loaded == ["neutral"]
    assert reader.min_refresh("neutral") == 30


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (Answer(meters=()), "unexpected_shape", "nothing that could be measured"),
        (Answer(meters=(meter(), meter())), "preset_error", "two meters with the id key/tokens/-"),
        (KeyError("gone"), "preset_error", "preset neutral failed: KeyError: 'gone'"),
        (RecursionError("deep"), "preset_error", "RecursionError: deep"),
        (ValueError(f"not {SECRET}\x1b[31m at all"), "preset_error", "ValueError: not [key][31m at all"),
        (
            ReadError("unexpected_shape", f"data.{SECRET} is no number"),
            "unexpected_shape",
            "data.[key] is no",
        ),
    ],
    ids=["no meter", "equal ids", "exception", "recursion", "key in exception", "key in error"],
)
async def test_what_a_preset_does_wrong(wrong: Answer | BaseException, code: str, said: str) -> None:
    error = await failure(answering(wrong))
    assert isinstance(error, ReadError)
    assert error.code == code
    assert said in error.message
    assert SECRET not in f"{error}{error!r}{error.__cause__}"


async def test_an_error_keeps_its_hint_and_its_wait() -> None:
    said = ReadError("rate_limited", "no\x1b[31m\u202e", f"not with\n{SECRET}", retry_after=7)
    error = await failure(answering(said))
    assert isinstance(error, ReadError)
    assert (error.message, error.hint, error.retry_after) == ("no[31m", "not with [key]", 7)


async def test_no_key_and_no_control_characters_in_any_text() -> None:
    answer = Answer(
        meters=(
            meter(f"n{SECRET}", title="One\x1b[31m\ntwo", unit=f"u{SECRET}"),
            meter("b", model=f"m\u202e{SECRET}"),
        ),
        notes=(f"a {SECRET} b", "\u200bfine"),
        key=KeyFacts(name=SECRET, expires_at=NOW),
        subjects={"user": f"me\x07 {SECRET}"},
    )
    value = await read(gateway(key=SECRET), answering(answer))
    first, second = value.meters
    assert (first.name, first.title, first.unit, first.model) == ("n[key]", "One[31m two", "u[key]", None)
    assert second.model == "m[key]"
    assert value.notes == ("a [key] b", "fine")
    assert value.key == KeyFacts(name="[key]", expires_at=NOW)
    assert value.subjects == {"user": "me [key]"}


@pytest.mark.parametrize(
    "text", [f"{SECRET[:4]}\u200b{SECRET[4:]}", "x" * 990 + SECRET], ids=["joined", "cut"]
)
async def test_cleaning_neither_joins_a_key_nor_cuts_it(text: str) -> None:
    error = await failure(answering(ReadError("gateway_error", text)))
    value = await read(gateway(key=SECRET), answering(Answer(meters=(meter(),), notes=(text,))))
    for said in (error.message, *value.notes):
        assert SECRET[:8] not in said


async def test_harmless_text_stays_as_it_is_even_without_a_key() -> None:
    answer = Answer(meters=(meter(title="Größe"),), notes=("ünïcode",), key=KeyFacts(name=None))
    one = Gateway(id="lab", base_url="https://lab.example.org/v1")
    value = await read(one, answering(answer))
    assert (value.meters, value.notes, value.key.name) == (answer.meters, answer.notes, None)


async def test_a_preset_nobody_has() -> None:
    def find(name: str) -> Preset:
        raise SetupError("invalid_config", f"preset {name!r} is not known")

    with pytest.raises(SetupError, match=r"^preset 'neutral' is not known"):
        await Reader(Network(), Clock(), find=find).read(gateway())
    placed = replace(gateway(), definitions=(Definition(file="config.toml", line=3),))
    with pytest.raises(SetupError, match=r"^config\.toml:3: [a-z]+: preset 'neutral' is not known"):
        await Reader(Network(), Clock(), find=find).read(placed)


async def test_a_preset_that_breaks_while_loading_costs_its_gateway_only() -> None:
    def find(name: str) -> Preset:
        raise ImportError("no module named acme")

    with pytest.raises(ReadError, match="preset neutral failed: ImportError"):
        await Reader(Network(), Clock(), find=find).read(gateway())


def with_key(deferred: Callable[[], Secret]) -> Gateway:
    key = Key(deferred=deferred, stamp=Secret("{keyring:lab/me}"), source="{keyring:lab/me}")
    return Gateway(id="lab", base_url="https://lab.example.org/v1", key=key)


async def test_a_deferred_key_comes_from_a_thread_that_holds_nobody() -> None:
    where: list[threading.Thread] = []

    def resolve() -> Secret:
        where.append(threading.current_thread())
        return Secret(SECRET)

    network = Network()
    await read(with_key(resolve), answering(), network)
    assert network.visits[0].secret == Secret(SECRET)
    assert where[0] is not threading.current_thread()
    assert where[0].daemon


async def test_a_deferred_key_that_fails() -> None:
    def resolve() -> Secret:
        raise SetupError("unresolved_template", "locked")

    assert (await failure(answering(), with_key(resolve))).code == "unresolved_template"


async def test_a_deferred_key_that_never_comes() -> None:
    let_go = threading.Event()

    def resolve() -> Secret:
        let_go.wait()
        return Secret(SECRET)

    error = await failure(answering(), with_key(resolve), key_seconds=0.05)
    assert (error.code, error.message) == (
        "unresolved_template",
        "{keyring:lab/me} gave no key within 0.05 s",
    )
    let_go.set()


async def test_the_reading_is_as_old_as_its_end() -> None:
    clock = Clock()

    async def slow(ask: Ask, options: Options, now: datetime) -> Answer:
        clock.forward(3)
        at = datetime.fromtimestamp(NOW.timestamp() + 2, UTC)
        return Answer(meters=(meter(resets_at=at),))

    value = await Reader(Network(), clock, find=lambda _: preset(slow)).read(gateway())
    assert (value.observed_at - NOW).total_seconds() == 3
    assert value.meters[0].reset_due

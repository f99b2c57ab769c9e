"""The guarded GET against real sockets: what it sends, what it refuses, and how fast it lets go."""

import asyncio
import gzip
import itertools
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from aiohttp import web

from gaugeway.errors import GaugewayError, ReadError, SetupError
from gaugeway.testing.server import LoopbackServer
from gaugeway.transport import Origin, Reply, Secret, Target
from gaugeway.transport.asking import MAX_SOCKETS
from gaugeway.transport.http import MAX_REQUESTS, HttpTransport

KEY = "sk-test-abcdef123456"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def target(url: str, **rest) -> Target:
    defaults: dict[str, Any] = {"timeout": 2.0, "secret": Secret(KEY)}
    return Target(base_url=url, origin=Origin.of(url), **(defaults | rest))


async def get(url: str, path: str = "/quota", *, accept=(200,), environ=None, lookup=None, **rest) -> Reply:
    more = {} if lookup is None else {"lookup": lookup}
    async with (
        HttpTransport(environ or {}, clock=lambda: NOW, **more) as transport,
        transport.visit(target(url, **rest)) as ask,
    ):
        return await ask(path, accept=accept)


async def failure(url: str, path: str = "/quota", **rest) -> GaugewayError:
    with pytest.raises(GaugewayError) as caught:
        await get(url, path, **rest)
    assert KEY not in str(caught.value)
    return caught.value


def answers(body: bytes, kind: str = "application/json", status: int = 200, **headers: str):
    async def answer(_: web.BaseRequest) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers={"Content-Type": kind, **named})

    return answer


@asynccontextmanager
async def raw(script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> AsyncIterator[str]:
    """A server below HTTP: ``script`` gets the connection and writes what it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)  # type: ignore[misc]
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


# --- what is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ("bearer", "authorization", f"Bearer {KEY}"),
        ("raw", "authorization", KEY),
        ("header:x-bf-vk", "x-bf-vk", KEY),
    ],
)
async def test_one_get_with_the_key_in_one_place(auth, name, value):
    with LoopbackServer({"/v1/quota": {"ok": True}}) as server:
        reply = await get(f"{server.url}/v1", auth=auth)
    assert reply.json == {"ok": True}
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v1/quota")
    assert request.headers[name] == value
    assert [header for header, text in request.headers.items() if KEY in text] == [name]
    assert "cookie" not in request.headers


async def test_without_a_secret_nothing_is_sent():
    with LoopbackServer({"/quota": {}}) as server:
        await get(server.url, secret=None)
    assert "authorization" not in server.requests[0].headers


def test_netrc_is_never_read(tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    code = (
        "import asyncio, sys\n"
        "from gaugeway.transport import Origin, Target\n"
        "from gaugeway.transport.http import HttpTransport\n"
        "async def main(url):\n"
        "    import os\n"
        "    where = Target(base_url=url, origin=Origin.of(url))\n"
        "    async with HttpTransport(os.environ) as transport, transport.visit(where) as ask:\n"
        "        await ask('/quota')\n"
        "asyncio.run(main(sys.argv[1]))\n"
    )
    with LoopbackServer({"/quota": {}}) as server:
        environ = {"HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")}
        subprocess.run([sys.executable, "-c", code, server.url], env=environ, check=True)
    assert "authorization" not in server.requests[0].headers


async def test_cookies_are_not_kept():
    with LoopbackServer(answers(b"{}", Set_Cookie="session=1; Path=/")) as server:
        url = server.url.replace("127.0.0.1", "localhost")  # cookies are for names
        async with HttpTransport({}) as transport, transport.visit(target(url)) as ask:
            await ask("/a")
            await ask("/b")
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("key", ["a\nb", "a\rb", "ключ", "a\x00"])
async def test_a_key_no_header_can_carry_is_not_sent(key):
    with LoopbackServer({"/quota": {}}) as server:
        error = await failure(server.url, secret=Secret(key))
    assert isinstance(error, SetupError)
    assert key not in error.message
    assert server.requests == []


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:{port}@evil.example",
        "http://evil.example:{port}/v1",
        "http://evil@127.0.0.1:{port}",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
    ],
)
async def test_the_url_about_to_be_sent_is_checked_against_the_origin(base_url):
    """Whatever went wrong before: a base URL that is not of the bound origin is not asked."""
    with LoopbackServer({"/quota": {}}) as server:
        port = int(server.url.rpartition(":")[2])
        wrong = Target(
            base_url=base_url.format(port=port), origin=Origin("http", "127.0.0.1", port), secret=Secret(KEY)
        )
        async with HttpTransport({}) as transport, transport.visit(wrong) as ask:
            with pytest.raises(ReadError, match="nothing was sent"):
                await ask("/quota")
    assert server.requests == []


async def test_an_at_sign_in_a_path_leads_nowhere():
    with LoopbackServer({"/v1/@evil.example/quota": {}}) as server:
        await get(f"{server.url}/v1", "/@evil.example/quota")
    assert server.requests[0].path == "/v1/@evil.example/quota"


# --- redirects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_error_and_never_followed(status):
    with (
        LoopbackServer({"/quota": {"stolen": True}}) as thief,
        LoopbackServer(answers(b"", status=status, Location=f"{thief.url}/quota")) as server,
    ):
        error = await failure(server.url)
        assert len(server.requests) == 1
    assert error.code == "redirect"
    assert thief.requests == []


# --- what comes back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (answers(b"<html>login</html>", "text/html"), "not_json"),
        (answers(b'{"a": 1}', "text/plain"), "not_json"),
        (answers(b"", "application/json"), "not_json"),
        (answers(b'{"a": ', "application/json"), "not_json"),
        (answers(b'{"a": NaN}', "application/json"), "not_json"),
        (answers(b"[" * 100_000, "application/json"), "not_json"),
        (answers(b'"' + b"x" * 300_000 + b'"'), "too_large"),
        (answers(gzip.compress(b'"' + b"x" * 300_000 + b'"'), Content_Encoding="gzip"), "too_large"),
        (answers(gzip.compress(b" " * 200_000_000, 1), Content_Encoding="gzip"), "too_large"),
        (answers(gzip.compress(b'{"a": 1}')[:-8], Content_Encoding="gzip"), "protocol"),
        (answers(b"not gzip", Content_Encoding="gzip"), "protocol"),
        (answers(b'{"a": 1}', Content_Encoding="br"), "protocol"),
        (answers(b"{}", status=204), "gateway_error"),
        (answers(b'{"detail": "no"}', status=401), "unauthorized"),
        (answers(b'{"detail": "no"}', status=403), "forbidden"),
        (answers(b"gone", "text/plain", status=404), "not_found"),
        (answers(b"x" * 400_000, "text/plain", status=500), "server_error"),
        (answers(b"{}", status=429, Retry_After="Sun, 22 Nov 2026 10:05:00 GMT"), "rate_limited"),
    ],
    ids=itertools.count(),
)
async def test_faults_end_in_the_right_error(handler, code):
    with LoopbackServer(handler) as server:
        error = await failure(server.url)
    assert error.code == code
    if code == "rate_limited":
        assert isinstance(error, ReadError)
        assert error.retry_after == 300


async def test_a_gzip_bomb_is_never_unfolded():
    bomb = gzip.compress(b" " * 50_000_000, 1)
    with LoopbackServer(answers(bomb, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        try:
            assert (await failure(server.url)).code == "too_large"
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 5_000_000


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"a": 1}', {}),
        (gzip.compress(b'{"a": 1}'), {"Content_Encoding": "gzip"}),
        (zlib.compress(b'{"a": 1}'), {"Content_Encoding": "deflate"}),
        (zlib.compress(b'{"a": 1}', wbits=-15), {"Content_Encoding": "deflate"}),
        (b'{"a": 1}', {"Content_Encoding": "identity"}),
    ],
    ids=["plain", "gzip", "deflate", "raw-deflate", "identity"],
)
@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "application/vnd.x+json", "text/json"]
)
async def test_json_in_its_usual_wrappings(body, headers, kind):
    with LoopbackServer(answers(body, kind, **headers)) as server:
        assert (await get(server.url)).json == {"a": 1}


async def test_an_accepted_refusal_comes_back_with_or_without_json():
    with LoopbackServer(
        {"/a": answers(b'{"detail": "x"}', status=403), "/b": answers(b"<p>", "text/html", 404)}
    ) as server:
        assert (await get(server.url, "/a", accept={200, 403})).json == {"detail": "x"}
        reply = await get(server.url, "/b", accept={200, 404})
        assert (reply.status, reply.json) == (404, None)
        with pytest.raises(ReadError, match="not an object"):
            reply.fields()


async def test_a_broken_body_of_an_accepted_refusal_is_no_json():
    with LoopbackServer(answers(b"{", status=404)) as server:
        assert (await get(server.url, accept={404})).json is None


async def test_headers_are_lower_case():
    with LoopbackServer(answers(b"{}", X_RateLimit_Remaining="7")) as server:
        assert (await get(server.url)).headers["x-ratelimit-remaining"] == "7"


async def test_a_header_on_several_lines_is_one_list():
    async def twice(_: web.BaseRequest) -> web.Response:
        reply = web.json_response({})
        reply.headers.add("RateLimit", '"minute";r=5')
        reply.headers.add("RateLimit", '"day";r=50')
        reply.headers.add("Content-Type", "application/json")
        return reply

    with LoopbackServer(twice) as server:
        reply = await get(server.url)
    assert reply.headers["ratelimit"] == '"minute";r=5, "day";r=50'
    assert reply.json == {}


async def test_the_key_is_taken_out_of_what_comes_back():
    body = json.dumps({"key": KEY, KEY: 1, "list": [f"a {KEY} b", 5, None]})
    with LoopbackServer(answers(body.encode(), X_Echo=f"Bearer {KEY}")) as server:
        reply = await get(server.url)
    assert reply.json == {"key": "[key]", "[key]": 1, "list": ["a [key] b", 5, None]}
    assert reply.headers["x-echo"] == "Bearer [key]"


async def test_a_key_in_escapes_is_taken_out_too():
    escaped = "".join(f"\\u{ord(char):04x}" for char in KEY)
    with LoopbackServer(answers(f'{{"hidden": "{escaped}"}}'.encode())) as server:
        assert (await get(server.url)).json == {"hidden": "[key]"}


@pytest.mark.parametrize("key", [KEY, "SK-Test-" + "Mixed-Case-" * 8])
@pytest.mark.parametrize("header", ["Content-Type", "Content-Encoding"])
async def test_a_key_in_a_header_is_not_quoted_in_part_or_in_lower_case(key, header):
    headers: Any = {header: f"application/{key}"}
    with LoopbackServer(answers(b"{}", **headers)) as server:
        error = await failure(server.url, secret=Secret(key))
    assert key[:10].lower() not in str(error).lower()


async def test_the_key_is_taken_out_of_errors():
    body = json.dumps({"error": {"message": f"bad key {KEY}"}}).encode()
    with LoopbackServer(answers(body, status=401)) as server:
        assert "bad key [key]" in (await failure(server.url)).message


# --- bounds ------------------------------------------------------------------------------------------------


async def test_at_most_eight_requests():
    with LoopbackServer(answers(b"{}")) as server:
        async with HttpTransport({}) as transport, transport.visit(target(server.url)) as ask:
            for _ in range(MAX_REQUESTS):
                await ask("/")
            with pytest.raises(ReadError, match="more than 8"):
                await ask("/")
    assert len(server.requests) == MAX_REQUESTS


async def test_at_most_one_mebibyte_together():
    with LoopbackServer(answers(b'"' + b"x" * 250_000 + b'"')) as server:
        async with HttpTransport({}) as transport, transport.visit(target(server.url)) as ask:
            for _ in range(4):
                await ask("/")
            with pytest.raises(ReadError) as caught:
                await ask("/")
    assert caught.value.code == "too_large"


async def hang(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(30)


async def drip(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    for byte in (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n" + b" " * 9999
    ):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("script", [hang, drip])
async def test_one_deadline_holds_over_everything(script):
    async with raw(script) as url:
        start = time.monotonic()
        error = await failure(url, timeout=0.3)
    assert error.code == "timeout"
    assert time.monotonic() - start < 3  # the server would take 30 s and more


async def test_the_deadline_spans_all_requests():
    async def slow(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.2)
        return web.json_response({})

    with LoopbackServer(slow) as server:
        async with HttpTransport({}) as transport:

            async def five() -> None:
                async with transport.visit(target(server.url, timeout=0.5)) as ask:
                    for _ in range(5):
                        await ask("/")

            with pytest.raises(ReadError) as caught:
                await five()
    assert caught.value.code == "timeout"
    assert len(server.requests) <= 4


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (b"", "protocol"),
        (b"SSH-2.0-OpenSSH_9\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}", "protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, "protocol"),
    ],
)
async def test_what_is_not_http(script, code):
    async def say(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(script)
        await writer.drain()

    async with raw(say) as url:
        assert (await failure(url)).code == code


async def test_nobody_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert (await failure(url)).code == "connect"


async def test_a_name_that_does_not_resolve():
    def lookup(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert (await failure("https://gw.example.edu", lookup=lookup)).code == "dns"


async def test_a_name_that_is_no_name():
    def lookup(host, *_, **__):
        raise UnicodeError("label too long")

    assert (await failure("https://" + "a" * 80 + ".example", lookup=lookup)).code == "dns"


async def test_a_name_that_resolves_is_asked_there():
    asked = []

    def lookup(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with LoopbackServer({"/quota": {}}) as server:
        url = server.url.replace("127.0.0.1", "gw.example.edu")
        await get(url, lookup=lookup)
        assert server.requests[0].headers["host"] == url.removeprefix("http://")
    assert asked == ["gw.example.edu"]


async def test_localhost_is_this_machine_whatever_a_resolver_says():
    def lookup(*_, **__):
        raise AssertionError("localhost was looked up")

    with LoopbackServer({"/quota": {"ok": 1}}) as server:
        assert (await get(server.url.replace("127.0.0.1", "localhost"), lookup=lookup)).json == {"ok": 1}


HANGING = """
import asyncio, threading, time
from gaugeway.errors import ReadError
from gaugeway.transport import Origin, Target
from gaugeway.transport.http import HttpTransport

async def main():
    url = "https://gw.example.edu"
    hang = lambda *_, **__: threading.Event().wait(30) or []
    async with HttpTransport({}, lookup=hang) as transport:
        try:
            async with transport.visit(Target(base_url=url, origin=Origin.of(url), timeout=0.3)) as ask:
                await ask("/quota")
        except ReadError as error:
            print(error.code)

start = time.monotonic()
asyncio.run(main())
print(f"{time.monotonic() - start:.2f}")
"""


def test_a_hanging_resolver_never_holds_the_process():
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, check=True, timeout=20
    )
    code, took = done.stdout.split()
    assert code == "timeout"
    assert float(took) < 3  # the resolver would take 30 s
    assert time.monotonic() - started < 10


async def test_a_timeout_of_a_presets_own_is_not_the_gateways():
    async with HttpTransport({}) as transport:
        with pytest.raises(TimeoutError, match="mine"):
            async with transport.visit(target("http://127.0.0.1:1")):
                raise TimeoutError("mine")


async def test_idle_sockets_count_too():
    """As many origins as it takes: each leaves an idle socket behind."""
    opened, most = 0, 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened, most
        opened += 1
        most = max(most, opened)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                )
        except asyncio.IncompleteReadError:
            opened -= 1
            writer.close()

    hosts = [f"127.0.0.{number}" for number in range(1, MAX_SOCKETS + 11)]
    async with await asyncio.start_server(serve, hosts, 0) as server, HttpTransport({}) as transport:
        for one in server.sockets:
            host, port = one.getsockname()
            async with transport.visit(target(f"http://{host}:{port}")) as ask:
                await ask("/")
    assert most == MAX_SOCKETS


# --- TLS and proxies ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@asynccontextmanager
async def tls_server(authority, name="gw.example.edu") -> AsyncIterator[tuple[int, list[str]]]:
    seen: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, "127.0.0.1").configure_cert(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        server.close()


def to_loopback(host, port, **_):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


async def test_tls_is_verified(authority, ca_file):
    async with tls_server(authority) as (port, seen):
        url = f"https://gw.example.edu:{port}"
        assert (await failure(url, lookup=to_loopback)).code == "tls"
        assert seen == []
        assert (await get(url, lookup=to_loopback, ca_file=ca_file)).json == {}
        wrong = await failure(f"https://other.example.edu:{port}", lookup=to_loopback, ca_file=ca_file)
        assert wrong.code == "tls"
    assert len(seen) == 1


@pytest.mark.parametrize("content", [None, "not a certificate"])
async def test_a_ca_file_that_can_not_be_used_is_named(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    error = await failure("https://gw.example.edu", ca_file=str(path))
    assert (error.code, str(path) in error.message) == ("invalid_config", True)


async def test_plain_http_where_tls_is_spoken(authority):
    with LoopbackServer({"/quota": {}}) as server:
        url = server.url.replace("http://", "https://")
        assert (await failure(url)).code == "tls"


@asynccontextmanager
async def connect_proxy(to: int | None) -> AsyncIterator[tuple[str, list[str]]]:
    """A CONNECT proxy that tunnels everything to port ``to``, or refuses."""
    seen: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if to is None:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        away_reader, away_writer = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(pump(reader, away_writer), pump(away_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://user:proxy-pass@127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


async def test_https_goes_through_connect_and_the_proxy_sees_no_key(authority, ca_file):
    async with tls_server(authority) as (port, seen), connect_proxy(port) as (proxy, tunnelled):
        url = "https://gw.example.edu"
        await get(url, environ={"HTTPS_PROXY": proxy}, ca_file=ca_file)
    assert tunnelled[0].startswith("CONNECT gw.example.edu:443 ")
    assert KEY not in tunnelled[0]
    assert f"Bearer {KEY}" in seen[0]


async def test_a_proxy_that_refuses_is_named_without_its_password():
    async with connect_proxy(None) as (proxy, _):
        error = await failure("https://gw.example.edu", environ={"HTTPS_PROXY": proxy})
    assert error.code == "connect"
    assert "407" in error.message
    assert "proxy-pass" not in str(error)


async def test_a_proxy_that_is_not_there():
    error = await failure("https://gw.example.edu", environ={"HTTPS_PROXY": "http://127.0.0.1:1"})
    assert (error.code, "proxy" in error.message) == ("connect", True)


async def test_plain_http_and_loopback_never_use_a_proxy():
    variables = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    with LoopbackServer(answers(b"{}")) as thief, LoopbackServer({"/quota": {}}) as server:
        environ = dict.fromkeys(variables, thief.url)
        await get(server.url, environ=environ)
        with_name = server.url.replace("127.0.0.1", "gw.example.edu")
        await get(with_name, environ=environ, lookup=to_loopback)
    assert thief.requests == []
    assert len(server.requests) == 2


def test_no_thread_outlives_a_visit():
    with LoopbackServer({"/quota": {}}) as server:
        before = threading.active_count()
        asyncio.run(get(server.url.replace("127.0.0.1", "gw.example.edu"), lookup=to_loopback))
        assert threading.active_count() == before

"""What a server may do to the whole program: the right error, within the deadline, and no trace left."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.processes import Home

from gaugeway.testing import faults
from gaugeway.testing.server import Handler, LoopbackServer

TIMEOUT = 1.0
# Without its deadline each would take a minute. How soon after it a process is gone to the tenth of a second
# says collector/test_processes, from the request on: how long one takes to start says more of the machine.
SLACK = 10.0
# What is recognised by what it says is given time to say it: a busy machine takes more than a second to read
# 256 KiB in chunks of one byte.
PLENTY = 30.0

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@contextmanager
def below_http(say: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server whose connections are ``say``'s, each in a thread; yields its port."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(0.2)
            while not ended.is_set():
                try:
                    say(connection)
                except TimeoutError:
                    continue
                except OSError:
                    return

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=talk, args=(connection,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def once(head: bytes, then: bytes = b"", every: float = 0.0) -> Callable[[socket.socket], None]:
    """Answers the request with ``head``, and goes on with ``then`` for ever."""
    heard: set[int] = set()

    def say(connection: socket.socket) -> None:
        if connection.fileno() not in heard:
            connection.recv(65536)
            heard.add(connection.fileno())
            connection.sendall(head)
        if not then:
            time.sleep(0.05)
        for _ in range(50):
            connection.sendall(then)
            time.sleep(every)

    return say


def silent(_: socket.socket) -> None:
    time.sleep(0.05)


ANSWERS: dict[str, tuple[Handler, str]] = {
    "hanging": (faults.hanging(), "timeout"),
    "dripping": (faults.dripping(1.0), "timeout"),
    "truncated": (faults.truncated(), "protocol"),
    "closed": (faults.closed(), "protocol"),
    "garbage": (faults.garbage(), "protocol"),
    "huge headers": (faults.huge_headers(), "protocol"),
    "gzip bomb": (faults.gzip_bomb(), "too_large"),
    "brackets": (faults.brackets(), "not_json"),
    "html": (faults.html(), "not_json"),
    "wrong type": (faults.wrong_type(), "not_json"),
    "failure with 200": (faults.failure_with_200(), "gateway_error"),
    "zeros": (faults.zeros(), "unexpected_shape"),
    "401": (faults.unauthorized(), "unauthorized"),
    "429": (faults.too_many(), "rate_limited"),
}

SCRIPTS: dict[str, tuple[Callable[[socket.socket], object], str]] = {
    "silent": (silent, "timeout"),
    "headers that drip": (once(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.01), "timeout"),
    "headers without end": (once(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000), "protocol"),
    "100 for ever": (once(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "timeout"),
    "one byte per chunk": (
        once(JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 100),
        "too_large",
    ),
}


def read(home: Home, url: str, code: str = "timeout", **environ: str) -> tuple[str | None, float]:
    """The error's code, and how long the whole process took. ``code``: the one that is to be expected."""
    home.gateways({"g": url}, timeout=TIMEOUT if code == "timeout" else PLENTY)
    started = time.monotonic()
    done = home.run("show", "--json", **environ)
    took = time.monotonic() - started
    assert done.code == 1
    assert done.err == b""
    return done.error, took


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer(home: Home, name: str) -> None:
    handler, code = ANSWERS[name]
    with LoopbackServer(handler) as server:
        error, took = read(home, server.url, code)
    assert error == code
    assert took < TIMEOUT + SLACK


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_said_below_http(home: Home, name: str) -> None:
    script, code = SCRIPTS[name]
    with below_http(script) as port:
        error, took = read(home, f"http://127.0.0.1:{port}", code)
    assert error == code
    assert took < TIMEOUT + SLACK


def test_a_tls_handshake_that_never_comes(home: Home) -> None:
    with below_http(silent) as port:
        error, took = read(home, f"https://127.0.0.1:{port}")
    assert error == "timeout"
    assert took < TIMEOUT + SLACK


def test_a_proxy_that_never_answers(home: Home) -> None:
    with below_http(silent) as port:
        error, took = read(home, "https://gw.example.edu", HTTPS_PROXY=f"http://127.0.0.1:{port}")
    assert error == "timeout"
    assert took < TIMEOUT + SLACK


def test_a_host_that_does_not_let_connect(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        error, took = read(home, f"http://127.0.0.1:{server.getsockname()[1]}")
        for one in waiting:
            one.close()
    assert error == "timeout"
    assert took < TIMEOUT + SLACK


def test_a_resolver_that_never_answers(home: Home) -> None:
    """getaddrinfo itself hangs, in the C library, and can't be told to stop."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        nameserver.bind(("127.0.0.1", 0))
        hanging = home.path / "sitecustomize.py"
        hanging.write_text("import socket, time\nsocket.getaddrinfo = lambda *_, **__: time.sleep(60)\n")
        error, took = read(home, "https://gw.example.edu", PYTHONPATH=str(home.path))
    assert error == "timeout"
    assert took < TIMEOUT + SLACK


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_key_along(home: Home, status: int) -> None:
    with LoopbackServer({"/quota": faults.QUOTA}, host="127.0.0.2") as thief:
        answer = faults.answer({}, status, {"Location": f"{thief.url}/quota"})
        with LoopbackServer(answer) as server:
            assert read(home, server.url)[0] == "redirect"
            assert len(server.requests) == 1
    assert thief.requests == []


def test_one_bad_gateway_costs_itself_only(home: Home) -> None:
    with LoopbackServer(faults.hanging()) as bad, LoopbackServer({"/quota": faults.QUOTA}) as good:
        home.gateways({"bad": bad.url, "good": good.url}, timeout=TIMEOUT)
        done = home.run("show", "--json")
    assert [(one["id"], one["status"]) for one in done.gateways] == [("bad", "error"), ("good", "ok")]
    assert json.loads(done.out)["gateways"][1]["meters"][0]["remaining"] == "75000"

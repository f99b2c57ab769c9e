"""The plugins in the real OpenCode, on its screen: `gaugeway opencode install`, then turns with a gateway."""

import ctypes
import fcntl
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.opencode.host import VERSIONS, Home, Screen, Server, program, running
from tests.opencode.upstream import LIMIT, USE_TOOL, Upstream

from gaugeway.testing.server import LoopbackServer

_CLONE_NEWNET, _SIOCSIFFLAGS, _IFF_UP = 0x40000000, 0x8914, 1


@contextmanager
def opencode(
    version: str, folder: Path, *, detour: bool = False, **settings: Any
) -> Iterator[tuple[Screen, Upstream, Home]]:
    """OpenCode with our plugins, and the gateway it talks to."""
    binary, upstream = program(version), Upstream()
    with LoopbackServer(upstream) as server:
        home = Home(folder / "home", server.url, **settings)
        home.gaugeway("opencode", "install", "--yes")
        if detour:
            home.detour()
        with running(binary, home) as screen:
            yield screen, upstream, home


def ask(screen: Screen, upstream: Upstream, text: str) -> None:
    """One turn, up to its end."""
    turn = upstream.turns + 1
    screen.type(text, "Enter")
    screen.shows(rf"answer {turn} ends\.")


def left(upstream: Upstream) -> tuple[str, str]:
    """How the screen has to show what the gateway says now: a percentage and an amount."""
    return rf"{(LIMIT - upstream.used) * 100 / LIMIT:.0f}% left", rf"{upstream.used:.2f} of 10\.00 USD"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session(version: str, tmp_path: Path) -> None:
    with opencode(version, tmp_path) as (screen, upstream, _home):
        # The home screen
        upstream.cost = LIMIT * 15 / 100
        screen.shows("Test gateway 100% left")

        # A turn: sidebar and prompt show what the gateway says after it
        ask(screen, upstream, "hello")
        percent, amount = left(upstream)
        text = screen.shows("▼ Quota", rf"█+░+ {percent}", rf"(?s){amount}.*{percent} · {amount}")
        assert percent == "85% left"
        assert re.search(r"Build · Test Model.*85% left · 1\.50 of 10\.00 USD", text), text
        assert "Quota is" not in text

        # A gateway that books late: the second look sees it
        upstream.late = 1.5
        ask(screen, upstream, "again")
        screen.shows(r"70% left · 3\.00 of 10\.00 USD")
        upstream.late = 0

        # A click folds the section into one line
        screen.click("▼ Quota")
        screen.shows("▶ Test gateway 70% left")
        screen.click("▶ Test gateway")
        screen.shows("▼ Quota")

        # Both commands, without a model
        turns = upstream.turns
        screen.command("quota")
        screen.shows("esc closes", r"Test gateway\s.*neutral", r"Cost .*70% left\s+3\.00 of 10\.00 USD")
        screen.escape("esc closes")
        screen.command("quota_status")
        screen.shows("esc closes", r"api_key_configured\s+yes")
        screen.key("PageDown")
        screen.shows(r"last_attempt\s+ok")
        screen.escape("esc closes")
        assert upstream.turns == turns

        # The agent's tool answers with the gateway's number
        ask_tool(screen, upstream)

        # A level that changes is worth a toast
        upstream.cost = LIMIT * 85 / 100 - upstream.used
        ask(screen, upstream, "much")
        screen.shows("Quota is low", "Test gateway: 15% left", r"15% left · 8\.50 of 10\.00 USD")

        # 80 columns: no sidebar, and still the prompt and the dialogs
        screen.resize(80, 30)
        screen.hides("▼ Quota")
        upstream.cost = LIMIT * 12 / 100
        ask(screen, upstream, "a bit")
        text = screen.shows("Quota is nearly used up", r"3% left · 9\.70 of 10\.00 USD")
        assert "quota" in upstream.tools[-1]
        screen.command("quota")
        screen.shows("esc closes", r"Cost .*3% left\s+9\.70 of 10\.00 USD")
        screen.escape("esc closes")
        screen.command("quota_status")
        screen.shows("esc closes", r"api_key_configured\s+yes")
        screen.escape("esc closes")


def ask_tool(screen: Screen, upstream: Upstream) -> None:
    """The model asks in the middle of a turn, and hears what the turn has spent so far."""
    time.sleep(2)  # a reading of just now would do
    upstream.cost = LIMIT * 5 / 100
    screen.type(f"please {USE_TOOL}", "Enter")
    screen.shows("The tool said:")
    (said,) = upstream.tool_results
    assert "65% left  3.50 of 10.00 USD" in said
    screen.shows(r"60% left · 4\.00 of 10\.00 USD")


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_network_with_one_gateway_down_and_a_gaugeway_that_breaks(
    version: str, tmp_path: Path
) -> None:
    def session() -> None:
        with opencode(version, tmp_path, detour=True, down=True, agentTool=False) as (screen, upstream, home):
            screen.shows(r"Down \w+ · Test gateway 100% left")

            # The one that is down is one quiet line in its place
            upstream.cost = LIMIT / 4
            ask(screen, upstream, "hello")
            screen.shows(r"75% left · 2\.50 of 10\.00 USD", r"(?s)2\.50 of 10\.00 USD.*Down\s")
            assert "quota" not in upstream.tools[-1]  # nobody has turned it on

            # No answer: what there was stays, until there is one again
            home.detour("echo garbage")
            ask(screen, upstream, "again")
            text = screen.shows("gaugeway: no answer")
            assert re.search(r"75% left · 2\.50 of 10\.00 USD", text), text
            home.detour()
            ask(screen, upstream, "once more")
            screen.shows(r"25% left · 7\.50 of 10\.00 USD")
            screen.hides("gaugeway: no answer")

    in_a_namespace_without_a_network(session)


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_terminal(version: str, tmp_path: Path) -> None:
    binary, upstream = program(version), Upstream(cost="2.5")
    with LoopbackServer(upstream) as gateway:
        home = Home(tmp_path / "home", gateway.url)
        home.gaugeway("opencode", "install", "--yes")
        with Server(binary, home) as server:
            _, session = server.ask("POST", "/session", {})
            path = f"/session/{session['id']}"
            assert {"quota", "quota_status"} <= {one["name"] for one in server.ask("GET", "/command")[1]}
            for name, word in (("quota", "100% left"), ("quota_status", "api_key_configured")):
                # OpenCode calls it a failure; the answer is in the conversation
                status, _ = server.ask("POST", f"{path}/command", {"command": name, "arguments": ""})
                assert status != 200
                messages = server.ask("GET", f"{path}/message")[1]
                assert word in messages[-1]["parts"][0]["text"]
            assert upstream.turns == 0

            # The model has the tool, and has not seen what the commands said
            time.sleep(2)  # a reading of just now would do
            parts = [{"type": "text", "text": f"please {USE_TOOL}"}]
            status, _ = server.ask("POST", f"{path}/message", {"parts": parts})
            assert status == 200
            assert "quota" in upstream.tools[-1]
            (said,) = upstream.tool_results
            assert "75% left" in said
            assert not any("api_key_configured" in text for text in upstream.heard)


def in_a_namespace_without_a_network(run: Callable[[], None]) -> None:
    """``run`` where there is nothing but loopback: this thread and whatever it starts."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    failures: list[BaseException] = []

    def alone() -> None:
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(_CLONE_NEWNET) != 0:
                pytest.skip(f"needs network namespaces: {os.strerror(ctypes.get_errno())}")
            with socket.socket() as one:
                fcntl.ioctl(one, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))
            run()
        except BaseException as failure:  # noqa: BLE001  (it belongs to the test's thread)
            failures.append(failure)

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()
    for failure in failures:
        raise failure

"""Apprise itself, with real receivers on loopback: HTTP and SMTP."""

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from tests.notify.values import FACTS, channel, environment

from gaugeway.errors import DeliveryError
from gaugeway.notify.by_apprise import send_to_apprise
from gaugeway.notify.send import sender
from gaugeway.testing.server import LoopbackServer

# Of mimetypes and the like that its plugins load.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

SECRET = "hunter2secret"


@pytest.fixture
def posted() -> list[Any]:
    return []


@pytest.fixture
def server(posted: list[Any]) -> Iterator[LoopbackServer]:
    async def take(request: web.BaseRequest) -> web.StreamResponse:
        posted.append(await request.json())
        return web.Response(status=503 if request.path.startswith("/busy") else 200)

    with LoopbackServer(take) as made:
        yield made


def json_url(server: LoopbackServer, path: str = "/x") -> str:
    return server.url.replace("http://", f"json://user:{SECRET}@") + path


def test_a_json_service(server, posted, tmp_path) -> None:
    env = environment(tmp_path, NOTIFY=json_url(server))
    sender(channel(tmp_path, "apprise", "{env:NOTIFY}"), env)(FACTS)
    (told,) = posted
    assert (told["title"], told["message"], told["type"]) == (FACTS.title, FACTS.text, "failure")


@pytest.mark.parametrize(
    ("changed", "kind"),
    [({"level": "low"}, "warning"), ({"event": "recovered"}, "success"), ({"event": "test"}, "info")],
)
def test_its_kinds(server, posted, changed, kind) -> None:
    send_to_apprise(json_url(server), msgspec.structs.replace(FACTS, **changed))
    assert posted[0]["type"] == kind


@pytest.mark.parametrize(
    ("format", "shown"), [("html", "&lt;b&gt;[x](y)"), ("markdown", r"\[x\]\(y\)"), ("text", "<b>[x](y)")]
)
def test_what_a_gateway_says_is_no_markup(server, posted, format: str, shown: str) -> None:  # noqa: A002
    facts = msgspec.structs.replace(FACTS, title="Campus <b>", text="<b>[x](y)")
    send_to_apprise(json_url(server, f"/x?format={format}"), facts)
    assert shown in posted[0]["message"]
    assert posted[0]["title"] == "Campus <b>"  # a field of its own, and text in every format


def test_a_title_that_becomes_a_part_of_the_body_is_no_markup_either(server, posted, monkeypatch) -> None:
    """As with Telegram, which has no place for titles."""
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "title_maxlen", 0)
    facts = msgspec.structs.replace(FACTS, title="Campus <i>", text="<b>")
    send_to_apprise(json_url(server, "/x?format=html"), facts)
    assert posted[0]["title"] == ""
    assert "Campus &lt;i&gt;" in posted[0]["message"].replace("&nbsp;", " ")
    assert "<i>" not in posted[0]["message"]


def why(url: str, **rest: Any) -> str:
    with pytest.raises(DeliveryError) as caught:
        send_to_apprise(url, FACTS, **rest)
    return str(caught.value.message)


def test_why_it_failed_and_never_where_to(server, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)
    assert why(json_url(server, "/busy")) == "the service answered 503"
    assert why(f"json://user:{SECRET}@127.0.0.1:1/") == "there is no connection to the service"
    assert why(f"nonsense://{SECRET}") == "its URL is none that Apprise knows"
    assert why(f"slack://{SECRET}") == "its URL is none that Apprise knows"
    out, err = capfd.readouterr()
    assert SECRET not in out + err + caplog.text
    assert logging.getLogger("apprise").propagate is True


def test_a_service_that_hangs_costs_the_deadline(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        assert (
            why(f"json://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3) == "took longer than 0.3 seconds"
        )
        assert time.monotonic() - started < 5


def test_mail(tmp_path: Path) -> None:
    """Through a real SMTP server."""
    smtp = pytest.importorskip("aiosmtpd.controller", reason="needs aiosmtpd")
    letters: list[Message] = []

    class Keep:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            letters.append(message_from_bytes(envelope.content))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = smtp.Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=gaugeway@example.org&to=me@example.org"
        sender(channel(tmp_path, "apprise", url), environment(tmp_path))(FACTS)
    finally:
        controller.stop()
    (letter,) = letters
    assert letter["Subject"] == FACTS.title
    assert letter["To"] == "me@example.org"


def test_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['apprise'] = None\n"
        "from tests.notify.values import FACTS\n"
        "from gaugeway.notify.by_apprise import send_to_apprise\n"
        "try: send_to_apprise('json://x', FACTS)\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "needs the package apprise (install the extra `alerts`: pipx install '.[alerts]')\n"


def test_a_fault_inside_a_service(tmp_path, monkeypatch) -> None:
    def notify(*_: Any, **__: Any) -> bool:
        raise TypeError(SECRET)

    monkeypatch.setattr("apprise.Apprise.notify", notify)
    with pytest.raises(DeliveryError, match="Apprise failed: TypeError"):
        send_to_apprise("json://127.0.0.1", FACTS)

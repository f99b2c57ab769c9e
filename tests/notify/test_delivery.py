"""The outbox is worked off: in order, once, with back-off, and not at night."""

import os
import signal
import subprocess
import sys
import time as clock_time
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.collector.fakes import Clock
from tests.notify.values import FACTS, channel
from tests.store.values import NOW, T

from gaugeway.alerts.facts import Facts
from gaugeway.errors import DeliveryError
from gaugeway.notify.delivery import FIRST_PAUSE, LONGEST_PAUSE, deliver
from gaugeway.sources.alerting import Alerts, Channel, Quiet
from gaugeway.store import SqliteStore, open_store
from gaugeway.store.outbox import LEASE, Letter, Plan, Raised


def post(store: SqliteStore, *titles: str, name: str = "phone", same: bool = False, at: float = T) -> None:
    """Messages in the outbox, each about another meter unless ``same``."""
    letters = [
        Letter(
            channel=name,
            gateway_id="lab",
            matter="same" if same else title,
            facts=msgspec.json.encode(msgspec.structs.replace(FACTS, title=title)).decode(),
        )
        for title in titles
    ]
    row = Raised(rule=f"{titles} {at}", gateway_id="lab", meter_id="", rank=1, since=at, changed_at=at)
    store.outbox.claim(["lab"], lambda _: Plan({row.key: row}, letters), at)


class Desk:
    """Delivers, and keeps what was sent; ``failing``: what a channel answers instead."""

    def __init__(self, folder: Path, *, quiet: Quiet | None = None) -> None:
        self.store = SqliteStore.in_memory()
        self.clock = Clock()
        phone = channel(folder, "desktop", True)
        mail = msgspec.structs.replace(phone, name="mail")
        self.alerts = Alerts(channels=(phone, mail), quiet=quiet)
        self.sent: list[tuple[str, str]] = []
        self.failing: dict[str, Exception] = {}
        self.resolving: Callable[[], object] = lambda: None  # what happens before anything is sent

    def sender(self, one: Channel) -> Callable[[Facts], None]:
        self.resolving()
        return partial(self.send, one)

    def send(self, one: Channel, facts: Facts) -> None:
        self.sent.append((one.name, facts.title))
        if one.name in self.failing:
            raise self.failing[one.name]

    def deliver(self) -> int:
        return deliver(
            self.alerts,
            self.store.outbox,
            sender=self.sender,
            compose=lambda facts, now: msgspec.structs.replace(facts, title=f"{facts.title} {now:%H:%M}"),
            clock=self.clock,
        )


@pytest.fixture
def desk(tmp_path: Path):
    made = Desk(tmp_path)
    yield made
    made.store.close()


def test_everything_due_goes_out_once_and_in_order(desk: Desk) -> None:
    post(desk.store, "low", "critical", same=True)
    post(desk.store, "other", name="mail", at=T + 1)
    desk.clock.forward(2)
    assert desk.deliver() == 0
    assert desk.sent == [("phone", "low 10:00"), ("phone", "critical 10:00"), ("mail", "other 10:00")]
    assert desk.deliver() == 0
    assert len(desk.sent) == 3
    assert desk.store.outbox.waiting() == []


def test_a_failing_channel_is_retried_with_back_off_and_holds_no_other_up(desk: Desk) -> None:
    post(desk.store, "a", "b")
    post(desk.store, "c", name="mail", at=T)
    desk.failing["phone"] = DeliveryError("answered 500")
    assert desk.deliver() == 1
    assert desk.sent == [("phone", "a 10:00"), ("mail", "c 10:00")]
    pauses = []
    for _ in range(16):
        at = min(one.next_at for one in desk.store.outbox.waiting())
        assert at is not None
        desk.clock.now = NOW.fromtimestamp(at, NOW.tzinfo)
        assert desk.deliver() == 1
        again = min(one.next_at for one in desk.store.outbox.waiting())
        assert again is not None
        pauses.append(again - at)
    assert pauses[:2] == [2 * FIRST_PAUSE, 2 * FIRST_PAUSE]  # each of the two, in turn
    assert pauses[-1] == LONGEST_PAUSE
    assert pauses == sorted(pauses)
    errors = {entry.error for entry in desk.store.outbox.waiting()}
    assert errors == {"answered 500"}
    desk.failing.clear()
    desk.clock.forward(LONGEST_PAUSE + 1)
    assert desk.deliver() == 0
    assert desk.store.outbox.waiting() == []


def test_in_quiet_hours_nothing_goes_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, quiet=Quiet(time(11), time(12), NOW.tzinfo))
    post(desk.store, "a")
    desk.failing["phone"] = DeliveryError("answered 500")
    desk.deliver()
    desk.failing.clear()
    desk.clock.forward(3600)
    assert desk.deliver() == 0
    assert len(desk.sent) == 1
    assert not desk.store.outbox.due(["phone", "mail"], desk.clock().timestamp())
    desk.clock.forward(3600)
    assert desk.deliver() == 0
    assert desk.sent[1:] == [("phone", "a 12:00")]


def test_what_breaks_while_sending_costs_one_message(desk: Desk) -> None:
    post(desk.store, "a")
    post(desk.store, "b", name="mail", at=T)
    desk.failing["phone"] = RuntimeError("https://secret.example.org/token")
    assert desk.deliver() == 1
    (waits,) = desk.store.outbox.waiting()
    assert waits.error == "RuntimeError while sending"


def test_what_somebody_else_took_over_meanwhile_is_left_to_him(desk: Desk) -> None:
    """A process that slept through its lease, with a URL from a keyring that was locked."""
    post(desk.store, "a")

    def sleep() -> None:
        desk.clock.forward(LEASE + 1)
        assert desk.store.outbox.take(["phone"], "other", desk.clock().timestamp()) is not None

    desk.resolving = sleep
    assert desk.deliver() == 0
    assert desk.sent == []
    (entry,) = desk.store.outbox.waiting()
    assert (entry.attempts, entry.error) == (0, None)
    desk.store.outbox.delivered(entry, "other", desk.clock().timestamp())
    assert desk.store.outbox.waiting() == []


def test_finding_out_where_a_channel_leads_takes_nothing_off_the_time_for_sending(desk: Desk) -> None:
    post(desk.store, "a")
    desk.resolving = lambda: desk.clock.forward(LEASE - 1)

    def send(one: Channel, facts: Facts) -> None:
        now = desk.clock().timestamp()
        assert desk.store.outbox.take(["phone"], "other", now + LEASE - 1) is None
        desk.sent.append((one.name, facts.title))

    desk.send = send  # type: ignore[method-assign]
    assert desk.deliver() == 0
    assert len(desk.sent) == 1


def test_what_a_newer_gaugeway_wrote_is_left_to_it(desk: Desk) -> None:
    row = Raised(rule="x", gateway_id="lab", meter_id="", rank=1, since=T, changed_at=T)
    letter = Letter(channel="phone", gateway_id="lab", matter="m", facts='{"schema": 2}')
    desk.store.outbox.claim(["lab"], lambda _: Plan({row.key: row}, [letter]), T)
    assert desk.deliver() == 1
    assert desk.sent == []
    assert desk.store.outbox.waiting()[0].error == "ValidationError while sending"


HOME = """
[gateways.lab]
base_url = "{url}/lab"
api_key = "sk-test-1"
[alerts.channels.script]
command = ["{python}", "{script}"]
"""
SCRIPT = """
import json, os, sys, time
facts = json.load(sys.stdin)
with open({log!r}, "a") as log:
    log.write(facts["level"] + "\\n")
time.sleep({pause})
"""
RACE = """
import sys
from datetime import UTC, datetime
from gaugeway.cli.main import main
from gaugeway.cli.context import App

app = App(spawn=lambda arguments: None)
sys.stdin.readline()
main(["show", "--refresh", "--json"], app)
main(["alerts", "deliver"], app)
"""


def world(folder: Path, url: str, *, pause: float = 0.0) -> dict[str, str]:
    config = folder / "config.toml"
    script = folder / "script.py"
    script.write_text(SCRIPT.format(log=str(folder / "log"), pause=pause))
    config.write_text(HOME.format(url=url, python=sys.executable, script=script))
    return {**os.environ, "GAUGEWAY_CONFIG": str(config), "GAUGEWAY_STATE_DIR": str(folder / "state")}


def log(folder: Path) -> list[str]:
    file = folder / "log"
    return file.read_text().split() if file.exists() else []


def test_twenty_processes_tell_a_crossing_once(tmp_path: Path) -> None:
    """Each reads live, decides, and delivers."""
    from gaugeway.testing.server import LoopbackServer

    with LoopbackServer({"/lab/quota": {"tokens": {"limit": 100, "used": 97}}}) as server:
        environ = world(tmp_path, server.url)
        many: list[subprocess.Popen[Any]] = [
            subprocess.Popen(
                [sys.executable, "-c", RACE],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environ,
                cwd=tmp_path,
            )
            for _ in range(20)
        ]
        for process in many:
            assert process.stdin is not None
            process.stdin.write(b"\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120)[1] for process in many]
    assert said == [b""] * 20
    assert log(tmp_path) == ["critical"]


def test_a_killed_deliverer_is_taken_over(tmp_path: Path) -> None:
    from gaugeway.testing.server import LoopbackServer

    with LoopbackServer({"/lab/quota": {"tokens": {"limit": 100, "used": 97}}}) as server:
        environ = world(tmp_path, server.url, pause=10)
        command = [sys.executable, "-m", "gaugeway"]
        run: dict[str, Any] = {"env": environ, "cwd": tmp_path, "stdout": subprocess.DEVNULL}
        read = "from gaugeway.cli.main import main; from gaugeway.cli.context import App;"
        read += "main(['show'], App(spawn=lambda arguments: None))"
        subprocess.run([sys.executable, "-c", read], check=True, **run)
        with subprocess.Popen([*command, "alerts", "deliver"], start_new_session=True, **run) as doomed:
            for _ in range(100):
                if log(tmp_path):
                    break
                clock_time.sleep(0.1)
            os.killpg(doomed.pid, signal.SIGKILL)
        world(tmp_path, server.url)
        subprocess.run([*command, "alerts", "deliver"], check=True, **run)
        assert log(tmp_path) == ["critical"]  # its lease runs still
        store = open_store(tmp_path / "state", now=lambda: NOW, warn=pytest.fail)
        later = Clock()
        later.now = datetime.now(NOW.tzinfo) + timedelta(seconds=LEASE)
        (entry,) = store.outbox.waiting()
        assert store.outbox.due(["script"], later().timestamp())
        sent: list[str] = []
        deliver(
            Alerts(channels=(msgspec.structs.replace(channel(tmp_path, "desktop", True), name="script"),)),
            store.outbox,
            sender=lambda _: lambda facts: sent.append(facts.level),
            compose=lambda facts, now: facts,
            clock=later,
        )
        assert sent == ["critical"]
        assert store.outbox.waiting() == []
        assert [one.id for one in store.outbox.sent(5)] == [entry.id]
        store.close()

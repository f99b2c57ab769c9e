"""What is answered, asked, and left alone, as one process after another sees it."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collector.fakes import QUOTA, World, failing, used
from tests.store.values import NOW, gateway, keep, reading

from gaugeway.collector import State, collect, stored
from gaugeway.collector.state import Attempt
from gaugeway.errors import SetupError, StoreError
from gaugeway.readings import Meter
from gaugeway.sources.gateway import Gateway, Key
from gaugeway.store import open_store
from gaugeway.transport import Secret

LAB, CAMPUS = gateway("lab"), gateway("campus")


@pytest.fixture
def world():
    made = World()
    yield made
    made.store.close()


def keyless(code: str = "no_key", **rest) -> Gateway:
    error = SetupError(code, "no key for lab", "set the variable LAB_API_KEY")
    return Gateway(id="lab", base_url="https://lab.example.org/v1", key=Key(error=error), **rest)


def test_no_gateways(world: World) -> None:
    assert world.collect() == []


def test_a_first_reading(world: World) -> None:
    state = world.one(LAB)
    assert used(state) == 12
    assert state.gateway is LAB
    assert state.error is None
    assert state.next_read_at == NOW + timedelta(seconds=60)
    assert state.reading is not None
    assert state.reading.observed_at == NOW
    assert state.reading.preset == "neutral"


def test_a_fresh_reading_is_not_asked_again(world: World) -> None:
    world.one(LAB)
    world.clock.forward(59)
    state = world.one(LAB)
    assert used(state) == 12
    assert state.next_read_at == NOW + timedelta(seconds=60)
    assert world.asked() == 1
    world.clock.forward(1)
    world.one(LAB)
    assert world.asked() == 1


@pytest.mark.parametrize("answer", [QUOTA, failing("unauthorized")], ids=["reading", "failure"])
def test_a_clock_that_is_set_back_does_not_stop_the_reading(world: World, answer: object) -> None:
    world.network.answer = answer
    world.one(LAB)
    world.clock.forward(-3600)
    world.network.answer = {"tokens": {"limit": 100, "used": 13}}
    state = world.one(LAB)
    assert (used(state), state.error) == (13, None)
    assert state.next_read_at == world.clock() + timedelta(seconds=60)
    assert world.asked() == 2


def test_states_come_in_order_and_are_told_as_they_are_known(world: World) -> None:
    world.one(CAMPUS)
    told: list[State] = []
    states = world.collect(LAB, CAMPUS, keyless(), on_state=told.append)
    assert [state.gateway.id for state in states] == ["lab", "campus", "lab"]
    assert [(state.gateway.id, state.error is None) for state in told] == [
        ("campus", True),
        ("lab", False),
        ("lab", True),
    ]
    assert world.network.opened == 2


def test_max_age_replaces_refresh(world: World) -> None:
    world.one(LAB)
    world.clock.forward(30)
    world.one(LAB, max_age=40)
    assert world.asked() == 1
    world.one(LAB, max_age=20)
    assert world.asked() == 1
    world.clock.forward(600)
    world.one(LAB, max_age=3600)
    assert world.asked() == 0


def test_refresh_asks_now(world: World) -> None:
    world.one(LAB)
    world.clock.forward(1)
    world.network.answer = {"tokens": {"limit": 100, "used": 13}}
    assert used(world.one(LAB, refresh=True)) == 13
    assert world.asked() == 2


def test_a_failure_leaves_the_last_good_reading(world: World) -> None:
    world.one(LAB)
    world.clock.forward(60)
    world.network.answer = failing()
    state = world.one(LAB)
    assert used(state) == 12
    assert state.error is not None
    assert state.error.code == "server_error"
    again = world.one(LAB)
    assert again.error is not None
    assert (again.error.code, again.error.message, again.error.hint) == (
        state.error.code,
        state.error.message,
        state.error.hint,
    )
    assert again.next_read_at == state.next_read_at
    assert world.asked() == 2


def test_a_failure_without_a_reading_is_told_once_and_then_backed_off(world: World) -> None:
    world.network.answer = failing("unauthorized")
    state = world.one(LAB)
    assert state.reading is None
    assert state.error is not None
    assert state.error.code == "unauthorized"
    world.clock.forward(1)
    later = world.one(LAB)
    assert later.reading is None
    assert later.error is not None
    assert later.error.code == "backing_off"
    assert "unauthorized" in later.error.message
    assert later.error.hint == state.error.hint
    assert later.next_read_at == state.next_read_at
    assert later.next_read_at is not None
    assert later.next_read_at > world.clock() + timedelta(seconds=600)
    assert world.asked() == 1


def test_back_off_survives_the_process(tmp_path: Path) -> None:
    asked = []
    for _ in range(2):
        world = World(open_store(tmp_path, now=lambda: NOW, warn=pytest.fail))
        world.network.answer = failing()
        world.one(LAB)
        world.clock.forward(1)
        asked.append(world.asked())
        world.store.close()
    assert asked == [1, 0]


def test_refresh_overrides_plain_back_off_but_not_retry_after(world: World) -> None:
    world.network.answer = failing("unauthorized")
    world.one(LAB)
    world.network.answer = failing("rate_limited", retry_after=100)
    world.clock.forward(1)
    world.one(LAB, refresh=True)
    assert world.asked() == 2
    world.clock.forward(50)
    state = world.one(LAB, refresh=True)
    assert state.error is not None
    assert state.error.code == "backing_off"
    assert state.next_read_at == NOW + timedelta(seconds=101)
    assert world.asked() == 0
    world.clock.forward(50)
    world.network.answer = QUOTA
    assert world.one(LAB).error is None
    assert world.asked() == 1


def test_another_key_is_asked_at_once_and_shows_no_other_keys_reading(world: World) -> None:
    world.one(LAB)
    world.network.answer = failing("unauthorized")
    rotated = gateway("lab", key="sk-test-new")
    state = world.one(rotated)
    assert state.reading is None
    assert world.asked() == 2
    assert used(world.one(LAB)) == 12


def test_a_passed_reset_expires_the_meter_and_makes_the_gateway_due(world: World) -> None:
    keep(world.store, LAB, reading(resets_in=20))
    world.clock.forward(20)
    world.network.answer = failing()
    state = world.one(LAB)
    assert used(state) is None, "shown as expired in the seconds of jitter"
    world.clock.forward(10)
    assert world.one(LAB).reading is not None
    assert world.asked() == 1
    world.clock.forward(60)
    world.network.answer = {"tokens": {"limit": 100, "used": 0}}
    assert used(world.one(LAB)) == 0


def test_a_reset_that_is_due_waits_for_refresh(world: World) -> None:
    at = (NOW - timedelta(minutes=5)).timestamp()
    world.network.answer = {"tokens": {"limit": 100, "used": 99, "resets_at": int(at)}}
    state = world.one(LAB)
    assert state.reading is not None
    meter: Meter = state.reading.meters[0]
    assert meter.used == 99
    assert meter.reset_due
    assert meter.window.resets_at is None
    world.clock.forward(59)
    assert used(world.one(LAB)) == 99
    assert world.asked() == 1
    world.clock.forward(1)
    world.one(LAB)
    assert world.asked() == 1


@pytest.mark.parametrize("code", ["no_key", "unresolved_template"])
def test_without_a_key_another_processs_reading_is_shown(world: World, code: str) -> None:
    world.one(LAB)
    world.clock.forward(3600)
    state = world.one(keyless(code))
    assert used(state) == 12
    assert state.error is not None
    assert state.error.code == code
    assert "LAB_API_KEY" in state.error.hint
    assert state.next_read_at is None
    assert world.asked() == 1
    assert len(world.store.heads(["lab"])) == 1, "nothing of it is stored"


def test_without_a_key_an_ambiguous_reading_is_not_shown(world: World) -> None:
    world.one(LAB)
    world.one(gateway("lab", key="sk-test-other"))
    state = world.one(keyless())
    assert state.reading is None
    assert state.error is not None
    assert state.error.code == "no_key"


def test_without_a_key_a_failure_of_another_identity_does_not_make_it_ambiguous(world: World) -> None:
    world.one(LAB)
    world.network.answer = failing("unauthorized")
    world.one(gateway("lab", key="sk-test-other"))
    assert used(world.one(keyless())) == 12


def test_without_a_key_the_reading_of_another_origin_or_id_is_not_shown(world: World) -> None:
    world.one(gateway("lab", base_url="https://other.example.org/v1"))
    world.one(gateway("other", base_url="https://lab.example.org/v1"))
    assert world.one(keyless()).reading is None


@pytest.mark.parametrize("code", ["invalid_config", "insecure_url"])
def test_what_is_configured_wrong_shows_no_other_processs_reading(world: World, code: str) -> None:
    world.one(LAB)
    assert world.one(gateway("lab", error=SetupError(code, "no"))).reading is None
    assert world.one(keyless("invalid_config")).reading is None


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (gateway("lab", error=SetupError("invalid_config", "timeout is no number")), "invalid_config"),
        (keyless("invalid_config"), "invalid_config"),
        (Gateway(id="lab"), "no_base_url"),
        (
            Gateway(
                id="lab", key=Key(error=SetupError("no_key", "no key")), error=SetupError("no_base_url", "x")
            ),
            "no_base_url",
        ),
        (Gateway(id="lab", key=Key(error=SetupError("no_key", "no key"))), "no_base_url"),
        (gateway("lab", preset="nonsense"), "invalid_config"),
    ],
    ids=[
        "error",
        "key error",
        "no base URL",
        "no base URL and no key",
        "no key and no base URL",
        "no preset",
    ],
)
def test_what_cannot_be_asked_says_why_and_leaves_nothing(world: World, one: Gateway, code: str) -> None:
    for _ in range(2):
        lab, campus = world.collect(one, CAMPUS)
        assert lab.reading is None
        assert lab.error is not None
        assert lab.error.code == code
        assert lab.next_read_at is None
        assert campus.error is None
    assert [head for head in world.store.heads(["lab"]) if head.attempted_at is not None] == []
    assert [head for head in world.store.heads(["lab"]) if head.lease_until is not None] == []


def test_a_deferred_key_is_resolved_only_where_it_is_needed(world: World) -> None:
    calls = []

    def ask_the_keyring() -> Secret:
        calls.append(1)
        return Secret("sk-test-kept")

    key = Key(deferred=ask_the_keyring, stamp=Secret("{keyring:lab/me}"), source="{keyring:lab/me}")
    one = Gateway(id="lab", base_url="https://lab.example.org/v1", key=key)
    world.one(one)
    world.one(one)
    assert len(calls) == 1
    assert world.network.visits[0].secret == Secret("sk-test-kept")


def test_a_deferred_key_that_fails_is_a_fact_of_this_process(world: World) -> None:
    def locked() -> Secret:
        raise SetupError("unresolved_template", "the keyring is locked")

    def with_key(deferred) -> Gateway:
        key = Key(deferred=deferred, stamp=Secret("{keyring:lab/me}"))
        return Gateway(id="lab", base_url="https://lab.example.org/v1", key=key)

    world.one(with_key(lambda: Secret("sk-test-1")))
    world.clock.forward(60)
    state = world.one(with_key(locked))
    assert used(state) == 12
    assert state.error is not None
    assert state.error.code == "unresolved_template"
    world.one(with_key(lambda: Secret("sk-test-1")))
    assert world.asked() == 2, "no back-off"


def test_a_newer_minimum_of_the_preset_holds(world: World) -> None:
    state = world.one(gateway("lab", preset="headers", refresh=5, base_url="https://lab.example.org/v1"))
    assert state.reading is None
    world.clock.forward(299)
    world.one(gateway("lab", preset="headers", refresh=5), refresh=True)
    assert world.asked() == 1
    world.clock.forward(1)
    world.one(gateway("lab", preset="headers", refresh=5), refresh=True)
    assert world.asked() == 1


def test_what_is_stored_can_be_had_without_asking(world: World) -> None:
    world.network.answer = failing()
    (never,) = stored([LAB], store=world.store, clock=world.clock)
    assert (never.reading, never.error, never.next_read_at, never.last_attempt) == (None, None, None, None)
    world.one(LAB)
    (early,) = stored([LAB], store=world.store, clock=world.clock)
    world.clock.forward(3600)
    (late,) = stored([LAB], store=world.store, clock=world.clock)
    for state, code in ((early, "server_error"), (late, "server_error")):
        assert state.error is not None
        assert state.error.code == code
        assert state.last_attempt == Attempt(at=NOW, outcome="server_error")
    assert world.asked() == 1


def test_the_last_attempt_is_told(world: World) -> None:
    assert world.one(LAB).last_attempt == Attempt(at=NOW, outcome="ok")
    world.clock.forward(60)
    world.network.answer = failing()
    world.one(LAB)
    world.clock.forward(1)
    at = NOW + timedelta(seconds=60)
    assert world.one(LAB).last_attempt == Attempt(at=at, outcome="server_error")


def test_a_store_that_breaks_is_an_error_and_not_a_hang(world: World) -> None:
    world.store.close()
    with pytest.raises(StoreError):
        world.one(LAB)


LIGHT = """
import sys
bare = set(sys.modules)
from datetime import UTC, datetime
from pathlib import Path
from gaugeway.collector import collect
from gaugeway.sources.gateway import Gateway
from gaugeway.store import open_store
store = open_store(Path(sys.argv[1]), now=lambda: datetime.now(UTC), warn=print)
(state,) = collect(
    [Gateway.of("lab", "https://lab.example.org/v1", "sk-test-123")],
    store=store, transport=None, clock=lambda: datetime.fromisoformat("2026-11-22T10:00:30+00:00"),
)
assert state.reading is not None and state.error is None
print(*set(sys.modules) - bare)
"""


def test_the_cached_path_loads_no_event_loop_no_client_and_no_preset(tmp_path: Path) -> None:
    store = open_store(tmp_path, now=lambda: NOW, warn=pytest.fail)
    keep(store, Gateway.of("lab", "https://lab.example.org/v1", "sk-test-123"), reading())
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(tmp_path)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "gaugeway.store.sqlite" in loaded
    assert not loaded & {"asyncio", "aiohttp", "concurrent.futures", "ssl", "hashlib", "importlib.metadata"}
    assert not [name for name in loaded if name.startswith("gaugeway.presets")]


def test_a_thousand_gateways_are_kept_in_few_transactions(tmp_path: Path) -> None:
    store = open_store(tmp_path, now=lambda: NOW, warn=pytest.fail)
    begun: list[str] = []
    store._db.set_trace_callback(lambda text: begun.append(text) if text.startswith("BEGIN IMM") else None)
    world = World(store)
    many = [gateway(f"g{number}") for number in range(1000)]
    assert len(world.collect(*many)) == 1000
    assert len(begun) < 20
    assert {
        used(state) for state in collect(many, store=store, transport=world.network, clock=world.clock)
    } == {12}
    assert world.asked() == 1000
    store.close()

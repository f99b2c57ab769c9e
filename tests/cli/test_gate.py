"""``gaugeway gate`` before a job."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from tests.cli.world import World

from gaugeway.amounts import stamp
from gaugeway.gates.decision import Decision
from gaugeway.testing.server import LoopbackServer


def test_go_stop_and_unknown(world: World) -> None:
    world.gateways(campus="")
    assert world.run("gate", "--need", "4.50USD") == (0, "go: campus: Cost has 37.65 USD left\n", "")
    assert world.run("gate", "--need", "40USD")[:2] == (
        1,
        "stop: campus: Cost has 37.65 USD left, 40.00 USD needed\n",
    )
    code, out, _ = world.run("gate", "--need", "200000tokens")
    assert (code, out) == (
        3,
        "unknown: campus: it counts in USD, which 200,000 tokens can't be compared with\n",
    )


@pytest.mark.parametrize(("fail", "code"), [("open", 0), ("closed", 1)])
def test_what_unknown_means_is_the_callers_choice(world: World, fail: str, code: int) -> None:
    world.gateways(broken="/no")
    got, out, _ = world.run("gate", "--fail", fail)
    assert got == code
    assert out.endswith(f"(--fail {fail})\n")
    assert world.run("gate")[0] == 3


def test_json(world: World) -> None:
    world.gateways(campus="")
    code, out, _ = world.run("gate", "--need", "40USD", "--json")
    msgspec.json.decode(out, type=Decision)
    document = json.loads(out)
    assert code == 1
    assert document == {
        "schema": "gaugeway.gate/1",
        "generated_at": "2026-11-22T10:00:00Z",
        "verdict": "stop",
        "exit_code": 1,
        "need": "40.00 USD",
        "possible_at": None,
        "reasons": [
            {
                "code": "too_little",
                "message": "campus: Cost has 37.65 USD left, 40.00 USD needed",
                "gateway": "campus",
                "meter": "key/cost/-",
                "unit": "USD",
                "remaining": "37.65",
                "need": "40",
                "possible_at": None,
            }
        ],
    }


def test_the_gateway_of_a_model(world: World) -> None:
    world.gateways(campus="", other="/other")
    assert world.run("gate", "--model", "campus/gpt-x", "--need", "1USD")[0] == 0
    code, out, _ = world.run("gate", "--model", "nobody/gpt-x", "--need", "1USD")
    assert (code, out) == (3, "unknown: no gateway belongs to the provider 'nobody'\n")


class Budget:
    """A gateway whose budget is used up until its reset, as its own clock tells."""

    def __init__(self, world: World, resets_at: datetime) -> None:
        self._world, self._resets_at = world, resets_at

    async def __call__(self, _: web.BaseRequest) -> web.StreamResponse:
        over = self._world.clock.now >= self._resets_at
        resets_at = self._resets_at + timedelta(days=1 if over else 0)
        return web.json_response(
            {"cost": {"limit": 5, "used": 0 if over else 5, "resets_at": stamp(resets_at)}}
        )


@pytest.mark.parametrize(("wait", "code", "slept"), [("2h", 0, 3600), ("30m", 1, 0)])
def test_it_waits_for_a_reset_that_comes_in_time(world: World, wait: str, code: int, slept: float) -> None:
    began = world.clock.now
    with LoopbackServer(Budget(world, began + timedelta(hours=1))) as server:
        world.config(f'[gateways.lab]\nbase_url = "{server.url}"\napi_key = "sk-test-123"\n')
        got, out, err = world.run("gate", "--need", "1USD", "--or-wait", wait)
    assert got == code
    assert (world.clock.now - began).total_seconds() == slept
    if code == 0:
        assert out == "go: lab: Cost has 5.00 USD left\n"
        assert err == "gaugeway: waiting: lab: Cost is used up; it resets in 1 h\n"
    else:
        assert out == "stop: lab: Cost is used up; it resets in 1 h\n"


def test_a_window_that_ended_a_moment_ago_is_read_anew(world: World) -> None:
    resets_at = world.clock.now + timedelta(seconds=30)
    with LoopbackServer(Budget(world, resets_at)) as server:
        world.config(f'[gateways.lab]\nbase_url = "{server.url}"\napi_key = "sk-test-123"\n')
        assert world.run("gate")[0] == 1
        world.clock.now = resets_at
        assert world.run("gate")[:2] == (0, "go: lab: Cost has 100% left\n")


def test_as_a_step_of_github(world: World) -> None:
    world.gateways(campus="")
    file = world.home / "output"
    world.environ["GITHUB_OUTPUT"] = str(file)
    code, out, _ = world.run("gate", "--need", "40USD", "--as", "github")
    assert (code, out) == (1, "::error title=Quota::campus: Cost has 37.65 USD left, 40.00 USD needed\n")
    assert "verdict<<" in file.read_text()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--need", "nothing"], 3),
        (["--need", "4.50"], 3),
        (["--json", "--as", "github"], 3),
        (["--or-wait", "soon"], 3),
        (["--or-wait", "1mo"], 3),
        (["--as", "claude-hook", "--bogus"], 1),
        (["--as=claude-hook", "--fail=closed", "--bogus"], 2),
        (["nobody"], 3),
    ],
)
def test_wrong_usage_is_no_verdict(world: World, args: list[str], code: int) -> None:
    world.gateways(campus="")
    assert world.run("gate", *args)[0] == code


@pytest.mark.parametrize(
    ("need", "event", "code", "out", "err"),
    [
        ("1USD", "PreToolUse", 0, "", ""),
        ("40USD", "PreToolUse", 2, "", "Quota: campus: Cost has 37.65 USD left, 40.00 USD needed\n"),
        ("1USD", "UserPromptSubmit", 0, "Quota: campus: Cost has 37.65 USD left\n", ""),
        ("9tokens", "PreToolUse", 1, "", "Quota not known: campus: it counts in USD"),
    ],
)
def test_as_a_hook_of_claude_code(  # noqa: PLR0917
    tmp_path: Path, world: World, need: str, event: str, code: int, out: str, err: str
) -> None:
    """A process, with the JSON on its standard input that the host documents."""
    world.gateways(campus="")
    config = world.home / ".config" / "gaugeway" / "config.toml"
    told = {
        "session_id": "abc",
        "transcript_path": str(tmp_path / "t.jsonl"),
        "cwd": str(tmp_path),
        "permission_mode": "default",
        "hook_event_name": event,
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        "tool_use_id": "toolu_1",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gaugeway",
            "--config",
            str(config),
            "gate",
            "--need",
            need,
            "--as",
            "claude-hook",
        ],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout == out
    assert done.stderr.startswith(err)
    assert bool(done.stderr) == bool(err)

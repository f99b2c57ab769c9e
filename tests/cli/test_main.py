"""The command as a process: what it loads, how it ends, and what a terminal sees."""

import asyncio
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import pytest
from aiohttp import web
from tests.cli.world import KEY, QUOTA, World

from gaugeway import __version__
from gaugeway.cli.main import COMMANDS, group, main
from gaugeway.testing.server import LoopbackServer

GAUGEWAY = (sys.executable, "-m", "gaugeway")
HEAVY = (
    "rich",
    "aiohttp",
    "asyncio",
    "gaugeway.presets",
    "tomlkit",
    "ssl",
    "platformdirs",
    "logging",
)
LOADED = """
import sys
from gaugeway.cli.main import main
code = main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


async def slow(_: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(0.6)
    return web.json_response(QUOTA)


async def hang(_: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


def surroundings(world: World, **more: str) -> Mapping[str, str]:
    return os.environ | {"HOME": str(world.home), "GAUGEWAY_STATE_DIR": str(world.home / "state")} | more


def process(world: World, *args: str, command: Sequence[str] = GAUGEWAY, **more: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*command, *args], env=surroundings(world, **more), capture_output=True, check=False, timeout=30
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def on_terminal(world: World, *args: str, width: int = 100, **more: str) -> tuple[int, str]:
    """Exit code, and everything that was written to the terminal, control sequences included."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*GAUGEWAY, *args],
        env=surroundings(world, TERM="xterm", COLUMNS=str(width), **more),
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ) as running:
        os.close(follower)
        text = b""
        until = time.monotonic() + 30
        while time.monotonic() < until and select.select([leader], [], [], 30)[0]:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # Linux's way to say that the other end is closed
                break
            text += piece
    os.close(leader)
    return running.returncode, text.decode()


@pytest.mark.parametrize("command", [("show", "--json"), ("--json",), ("status", "--json", "none")])
def test_what_the_store_answers_as_json_loads_nothing_heavy(world: World, command: Sequence[str]) -> None:
    world.gateways(campus="")
    assert process(world, "show")[0] == 0
    world.asked()
    code, out, err = process(world, *command, command=[sys.executable, "-c", LOADED])
    if "status" in command:
        assert code == 2
    else:
        assert (code, json.loads(out)["gateways"][0]["status"]) == (0, "ok")
    loaded = set(err.split())
    assert "gaugeway.cli.main" in loaded
    heavy = HEAVY if "status" not in command else ("rich", "aiohttp", "asyncio")
    assert [name for name in heavy if name in loaded] == []
    assert world.asked() == 0


def test_a_command_loads_no_other(world: World) -> None:
    _, _, err = process(world, "show", command=[sys.executable, "-c", LOADED])
    loaded = {name.rpartition(".")[2] for name in err.split() if name.startswith("gaugeway.cli.")}
    assert loaded.isdisjoint(set(COMMANDS) - {"show"})


def test_version_and_help(world: World) -> None:
    assert process(world, "--version") == (0, f"gaugeway {__version__}\n", "")
    for option in ("-h", "--help"):
        code, out, _ = process(world, option)
        assert code == 0
        assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in COMMANDS)
    code, out, _ = process(world, "--json", "--help")
    assert code == 0
    assert "--max-age" in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_its_name_says(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(80)


@pytest.mark.parametrize(
    ("args", "reader"), [(("show",), "true"), (("--json",), "true"), (("status",), "true")]
)
def test_a_reader_that_goes_away_is_no_news(world: World, args: Sequence[str], reader: str) -> None:
    world.gateways(campus="")
    line = f'{" ".join(GAUGEWAY)} {" ".join(args)} | {reader}; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", line], env=surroundings(world), capture_output=True, check=True, timeout=30
    )
    assert done.stderr == b""
    assert done.stdout.strip() in {b"141", b"0"}  # 0 where it had written before the reader was gone


def test_an_interrupt_is_130_and_no_traceback(world: World) -> None:
    with LoopbackServer({"/quota": hang}) as server:
        world.config(f'[gateways.a]\nbase_url = "{server.url}"\napi_key = "{KEY}"\ntimeout = 30\n')
        with subprocess.Popen(
            [*GAUGEWAY, "show"], env=surroundings(world), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            until = time.monotonic() + 10
            while not server.requests and time.monotonic() < until:
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=10)
    assert (running.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert b"interrupted" in err


def test_what_is_wrong_with_the_setup_is_said_without_a_traceback(world: World) -> None:
    code, _, err = process(world, "detect", "ftp://nowhere.example.org")
    assert code in {1, 2}
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["campus"], "no command 'campus'; is it an id? `gaugeway show campus`"),
        (["stats"], "no command 'stats'; did you mean `gaugeway status`?"),
        (["--config"], "'--config' requires an argument"),
    ],
)
def test_what_is_typed_wrong_is_put_right(
    args: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert said in capsys.readouterr().err


def test_ids_are_completed(world: World) -> None:
    world.gateways(campus="", cloud="", lab="")
    for words, completed in (
        ("gaugeway show c", ["campus", "cloud"]),
        ("gaugeway status l", ["lab"]),
        ("gaugeway --json l", ["lab"]),
        ("gaugeway s", ["show", "status"]),
    ):
        code, out, _ = process(
            world, _GAUGEWAY_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
        )
        assert code == 0
        assert [line.removeprefix("plain,") for line in out.split()] == completed
    assert world.asked() == 0


def test_an_ascii_pipe_gets_ascii(world: World) -> None:
    world.gateways(campus="")
    code, out, _ = process(world, "show", PYTHONIOENCODING="ascii")
    assert code == 0
    assert out.isascii()
    assert "#" in out
    assert "12.35 of 50.00 USD" in out


def test_a_terminal_gets_colours_unless_it_does_not_want_them(world: World) -> None:
    world.gateways(campus="")
    assert process(world, "show")[0] == 0
    code, text = on_terminal(world, "show")
    assert code == 0
    assert "\x1b[32m" in text
    code, text = on_terminal(world, "show", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", text)
    assert "12.35 of 50.00 USD" in text


def test_a_terminal_sees_who_is_waited_for_and_the_others_at_once(world: World) -> None:
    with LoopbackServer({"/a/quota": QUOTA, "/b/quota": slow}) as server:
        world.config(
            "".join(
                f'[gateways.{name}]\nbase_url = "{server.url}/{name}"\napi_key = "{KEY}"\n' for name in "ab"
            )
        )
        code, text = on_terminal(world, "show", width=80)
    assert code == 0
    waiting, last = text.rindex("asking b"), text.rindex("● ")
    assert text.index("asking ") < text.index("● ") < waiting < last
    # What is left in the end is both gateways and no spinner.
    final = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text[waiting:])
    assert final.count("12.35 of 50.00 USD") >= 2
    assert "asking" not in final[len("asking b") :]


def test_a_pipe_gets_the_end_alone_and_the_terminal_the_waiting(world: World, tmp_path: Path) -> None:
    with LoopbackServer({"/quota": slow}) as server:
        world.config(f'[gateways.a]\nbase_url = "{server.url}"\napi_key = "{KEY}"\n')
        leader, follower = pty.openpty()
        done = subprocess.run(
            [*GAUGEWAY, "--json"],
            env=surroundings(world, TERM="xterm", COLUMNS="80"),
            stdout=subprocess.PIPE,
            stderr=follower,
            check=True,
            timeout=30,
        )
        os.close(follower)
        said = os.read(leader, 65536).decode()
        os.close(leader)
    assert json.loads(done.stdout)["gateways"][0]["status"] == "ok"
    assert "asking a" in said
    assert "12.35" not in said

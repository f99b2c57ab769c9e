"""``gaugeway demo``: the whole path over HTTP, and nothing of the user's."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gaugeway.cli.context import App
from gaugeway.cli.demo import environment
from gaugeway.cli.main import main
from gaugeway.sources.environment import Environment
from gaugeway.sources.openai_compatible import discover
from gaugeway.testing.gateway import DemoGateway

CONFIG = DemoGateway().config("http://127.0.0.1:1")


@pytest.fixture
def mine(tmp_path: Path) -> Environment:
    """A user with a gateway of their own."""
    home = tmp_path / "home"
    config = home / ".config" / "gaugeway" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[gateways.my-own]\nbase_url = "https://gw.example.org"\n')
    return Environment(environ={"TERM": "xterm", "MY_OWN_API_KEY": "sk-test-123"}, home=home, cwd=home)


def test_it_shows_every_product_and_one_that_fails(
    mine: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"], App(mine)) == 0
    out, err = capsys.readouterr()
    for label in ("Campus", "OpenRouter", "Lab", "Model hub", "DeepSeek", "Cluster", "Old project"):
        assert label in out
    assert "unauthorized" in out
    assert "my-own" not in out
    assert "http://127.0.0.1:" in err


def test_it_leaves_the_users_folders_alone(mine: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(mine.home.rglob("*"))
    main(["demo"], App(mine))
    assert sorted(mine.home.rglob("*")) == before


def test_the_surroundings_hold_the_demo_alone(mine: Environment, tmp_path: Path) -> None:
    env = environment(mine, tmp_path, CONFIG)
    assert set(env.environ) == {"TERM", "GAUGEWAY_CONFIG", "GAUGEWAY_STATE_DIR"}
    found = discover(env)
    assert not found.problems
    assert "my-own" not in [gateway.id for gateway in found.gateways]
    assert env.state_dir().is_relative_to(tmp_path)


def test_serving_it_answers_another_shell_until_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gaugeway"]
    with subprocess.Popen(
        [*command, "demo", "--serve"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stderr is not None
        exports: dict[str, str] = {}
        for line in serving.stderr:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                exports[name] = value
            if line.startswith("gaugeway show"):
                break
        again = subprocess.run(
            [*command, "show", "lab", "--json", "--refresh"],
            env=os.environ | exports,
            cwd=tmp_path,
            capture_output=True,
            check=True,
            timeout=20,
        )
        assert json.loads(again.stdout)["gateways"][0]["status"] == "ok"
        serving.send_signal(signal.SIGINT)
        assert serving.wait(10) == 0
    assert not Path(exports["GAUGEWAY_CONFIG"]).exists()

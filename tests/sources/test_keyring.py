"""``{keyring:SERVICE/USER}`` with the real package and a back end of our own."""

import subprocess
import sys
from collections.abc import Iterator

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from tests.sources.world import World

from gaugeway.errors import SetupError
from gaugeway.sources.openai_compatible import discover


class Memory(KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise keyring.errors.KeyringLocked("sk-test-said")
        return {("corp/llm", "me"): "sk-test-ring"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def _memory() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    yield
    keyring.set_keyring(before)


def config(template: str) -> dict[str, str]:
    text = f"[gateways.a]\nbase_url = 'https://a.example'\napi_key = '{template}'"
    return {"~/.config/gaugeway/config.toml": text}


@pytest.mark.usefixtures("_memory")
def test_a_key_of_the_keyring(tmp_path):
    (gateway,) = discover(World(tmp_path, config("{keyring:corp/llm/me}"), {}, "~/").env).gateways
    key = gateway.key
    assert (key.source, key.secret, key.configured) == ("{keyring:corp/llm/me}", None, True)
    assert key.stamp is not None
    assert key.stamp.reveal() == "{keyring:corp/llm/me}"
    secret = key.resolve()
    assert secret is not None
    assert secret.reveal() == "sk-test-ring"


@pytest.mark.usefixtures("_memory")
@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{keyring:corp/llm/you}", "is not in the keyring"),
        ("{keyring:locked/me}", "got no answer from the keyring: KeyringLocked"),
        ("{keyring:corp}", "must read SERVICE/USER"),
        ("{keyring:corp/}", "must read SERVICE/USER"),
    ],
)
def test_no_key_of_the_keyring(tmp_path, template, said):
    (gateway,) = discover(World(tmp_path, config(template), {}, "~/").env).gateways
    with pytest.raises(SetupError, match=said) as caught:
        gateway.key.resolve()
    assert caught.value.code == "unresolved_template"
    assert template in caught.value.message
    assert "sk-test" not in str(caught.value)


def test_without_the_package_the_extra_is_named(tmp_path):
    world = World(tmp_path, config("{keyring:corp/me}"), {}, "~/")
    code = (
        "import sys; sys.modules['keyring'] = None\n"
        "from pathlib import Path; from gaugeway.sources.environment import Environment\n"
        "from gaugeway.sources.openai_compatible import discover\n"
        "home = Path(sys.argv[1])\n"
        "(gateway,) = discover(Environment(environ={}, home=home, cwd=home)).gateways\n"
        "try: gateway.key.resolve()\n"
        "except Exception as error: print(error.code, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(world.home)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("unresolved_template ")
    assert "pip install 'gaugeway[keyring]'" in done.stdout

"""What finding gateways may cost: every status line and every `show` from the store pays for it."""

import subprocess
import sys
import time

from tests.sources.world import World

from gaugeway.sources.openai_compatible import discover

HEAVY = (
    "aiohttp", "asyncio", "rich", "click", "platformdirs", "tomlkit", "keyring", "importlib.metadata",
    "subprocess", "shlex", "shutil", "difflib", "threading", "gaugeway.presets",
)  # fmt: skip

OPENCODE = """{"provider": {"a": {"options": {"baseURL": "https://a.example", "apiKey": "{env:KEY}"}}},
  "experimental": {"quotaToast": {"openaiCompatibleGateways": [{"providerId": "a"}]}}}"""
CONFIG = '[gateways.b]\nbase_url = "https://b.example"\napi_key = "{command:echo sk-test}"\n'


def test_nothing_heavy_is_imported(tmp_path):
    files = {"~/.config/opencode/opencode.json": OPENCODE, "~/.config/gaugeway/config.toml": CONFIG}
    world = World(tmp_path, files, {}, "~/")
    code = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path; from gaugeway.sources.environment import Environment\n"
        "from gaugeway.sources.openai_compatible import discover\n"
        "home = Path(sys.argv[1])\n"
        "found = discover(Environment(environ={'KEY': 'sk-test'}, home=home, cwd=home))\n"
        "assert len(found.gateways) == 2\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"sys_path = {sys.path!r}; import sys; sys.path[:] = sys_path\n{code}",
         str(world.home)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not set(done.stdout.split()) & set(HEAVY)


def test_without_a_config_not_even_toml_is_imported(tmp_path):
    code = (
        "import sys; before = set(sys.modules)\n"
        "from pathlib import Path; from gaugeway.sources.environment import Environment\n"
        "from gaugeway.sources.openai_compatible import discover\n"
        "home = Path(sys.argv[1]); discover(Environment(environ={}, home=home, cwd=home))\n"
        "print('tomli' in set(sys.modules) - before, 'gaugeway.sources.config' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False True"


def test_a_thousand_gateways_are_found_quickly(tmp_path):
    config = "".join(
        f'[gateways.gw-{number}]\nbase_url = "https://h{number}.example/v1"\napi_key = "{{env:KEY}}"\n'
        for number in range(1000)
    )
    world = World(tmp_path, {"~/.config/gaugeway/config.toml": config}, {"KEY": "sk-test"}, "~/")
    best = 1.0
    for _ in range(3):
        started = time.process_time()
        found = discover(world.env)
        best = min(best, time.process_time() - started)
    assert len(found.gateways) == 1000
    assert best < 0.6  # 0.05 s of CPU where it was written, more under coverage; a quadratic step: seconds

"""The plugins' own tests, which node runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_plugins_pass_their_own_tests() -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    command = [str(ROOT / "scripts" / "check_javascript"), "test"]
    done = subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "# fail 0" in done.stdout

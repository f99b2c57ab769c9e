"""``make new-preset``: what it makes passes every test that presets must pass."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "new_preset.py"
TESTS = ("replay.py", "wire.py", "conftest.py", "test_cases.py", "test_battery.py")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree with the sources, the battery, and the cases of one preset."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests/presets").mkdir(parents=True)
    for name in TESTS:
        shutil.copy(ROOT / "tests/presets" / name, tmp_path / "tests/presets")
    return tmp_path


def make(tree: Path, name: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), name, "--root", str(tree)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_new_preset_passes_the_battery(tree: Path) -> None:
    made = make(tree, "acme-cloud")
    assert made.returncode == 0, made.stderr
    assert (tree / "src/gaugeway/presets/acme_cloud.py").exists()
    # Not measured: the copy's lines are not ours.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "pytest", "-q", "-k", "acme-cloud", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(
        command,
        cwd=tree,
        env=environ | {"PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.parametrize("name", ["Acme", "acme_cloud", "-acme", "../acme", "acme--cloud", ""])
def test_a_bad_name_is_refused(tree: Path, name: str) -> None:
    made = make(tree, name)
    assert made.returncode == 2
    assert list((tree / "tests/presets").glob("*/")) == []


def test_an_existing_preset_is_never_overwritten(tree: Path) -> None:
    before = (tree / "src/gaugeway/presets/litellm.py").read_text()
    made = make(tree, "litellm")
    assert (made.returncode, "exists already" in made.stderr) == (2, True)
    assert (tree / "src/gaugeway/presets/litellm.py").read_text() == before

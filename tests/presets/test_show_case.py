"""scripts/show_case.py: what an author reviews and keeps is what the test compares."""

import json
import subprocess
import sys

from tests.presets.replay import HOME, Case


def test_a_case_is_shown_as_it_is_expected() -> None:
    script = HOME.parents[1] / "scripts" / "show_case.py"
    case = Case("openrouter", "normal")
    command = [sys.executable, str(script), str(case.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == case.expected


def test_without_a_folder_it_says_how() -> None:
    script = HOME.parents[1] / "scripts" / "show_case.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, "Usage:" in done.stderr) == (1, True)

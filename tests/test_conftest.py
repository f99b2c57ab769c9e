"""The rules of the test run itself."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SKIPS = """
import pytest
@pytest.mark.skipif(True, reason="needs docker")
def test_with_a_tool(): ...
@pytest.mark.skip(reason="only on Windows")
def test_elsewhere(): ...
"""
MODULE = 'import pytest; pytest.skip("needs node", allow_module_level=True)'


@pytest.mark.parametrize(
    ("ci", "outcomes"),
    [("", {"skipped": 3}), ("true", {"errors": 2, "skipped": 1})],
    ids=["at home", "in CI"],
)
def test_a_skip_for_a_missing_tool_fails_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text())
    pytester.makepyfile(test_skips=SKIPS, test_module=MODULE)
    pytester.runpytest("-p", "no:asyncio", "--continue-on-collection-errors").assert_outcomes(**outcomes)


def test_nothing_of_the_users_is_visible() -> None:
    assert not (Path.home() / ".config").exists()
    assert os.environ["GAUGEWAY_STATE_DIR"].startswith(str(Path.home()))
    assert not [name for name in os.environ if name.endswith(("_API_KEY", "_PROXY"))]

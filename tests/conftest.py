"""What holds for every test: nothing of the user's is seen, and CI leaves nothing out."""

import os
import shutil
from collections.abc import Callable, Iterator

import hypothesis
import pytest

# How long one example takes says more of the machine's load than of the code.
hypothesis.settings.register_profile("gaugeway", deadline=None)
hypothesis.settings.load_profile("gaugeway")

_OF_THE_USER = ("XDG_", "GAUGEWAY_", "OPENCODE", "OPENAI_", "OPENROUTER_", "LITELLM_")


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty home, no proxies, no keys: for this process and for those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_OF_THE_USER) or name.upper().endswith(("_API_KEY", "_PROXY")):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        patch.setenv("GAUGEWAY_STATE_DIR", str(home / "state"))
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Where a program is that a test needs; without it the test is skipped, or fails in CI."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"needs {name}")
        return found

    return find


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """A test that is skipped because a tool is missing is a failure in CI."""
    return _needed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _needed((yield))


def _needed(report):
    if report.skipped and os.environ.get("CI") and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith("needs "):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI: {reason}"
    return report

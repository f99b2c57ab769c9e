import json
import os
from typing import IO, Any

import msgspec
import pytest
from tests.gates.test_github import decision

from gaugeway.gates import hook
from gaugeway.gates.decision import Decision, Reason


def made(verdict: Any) -> Decision:
    code: Any = {"go": "enough", "stop": "too_little", "unknown": "no_reading"}[verdict]
    reason = Reason(code=code, message=f"Campus: {code}")
    return msgspec.structs.replace(decision(), verdict=verdict, reasons=(reason,))


@pytest.mark.parametrize(
    ("verdict", "fail", "event", "code", "out", "err"),
    [
        ("go", None, "PreToolUse", 0, "", ""),
        ("go", None, "UserPromptSubmit", 0, "Quota: Campus: enough", ""),
        ("stop", None, "PreToolUse", 2, "", "Quota: Campus: too_little"),
        ("stop", "open", "PreToolUse", 2, "", "Quota: Campus: too_little"),
        ("unknown", None, "PreToolUse", 1, "", "Quota not known: Campus: no_reading"),
        ("unknown", "open", "SessionStart", 0, "Quota: Campus: no_reading", ""),
        ("unknown", "closed", "PreToolUse", 2, "", "Quota: Campus: no_reading"),
        ("stop", "closed", "Stop", 0, "", "Campus: too_little"),
        ("stop", None, "SubagentStop", 0, "", "Campus: too_little"),
        ("stop", None, "", 2, "", "Quota: Campus: too_little"),
    ],
)
def test_answer(verdict: str, fail: str | None, event: str, *, code: int, out: str, err: str) -> None:
    assert hook.answer(made(verdict), event, fail=fail) == hook.Answer(code, out, err)


class Piped:
    """Standard input that a host has written ``text`` to; it stays open unless ``closed``."""

    def __init__(self, text: bytes, *, closed: bool) -> None:
        self._reader, self._writer = os.pipe()
        os.write(self._writer, text)
        if closed:
            os.close(self._writer)
        self.stream: IO[bytes] = os.fdopen(self._reader, "rb")
        self.closed = closed

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._reader

    def close(self) -> None:
        self.stream.close()
        if not self.closed:
            os.close(self._writer)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "left open"])
@pytest.mark.parametrize(
    ("text", "event"),
    [
        (json.dumps({"hook_event_name": "PreToolUse", "session_id": "s", "tool_input": {}}), "PreToolUse"),
        ('{"hook_event_name": 5}', ""),
        ("[]", ""),
        ("{", ""),
        ("", ""),
    ],
)
def test_the_event_is_read_without_waiting_for_long(
    text: str, event: str, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = Piped(text.encode(), closed=closed)
    monkeypatch.setattr("sys.stdin", stdin)
    assert hook.event() == event
    stdin.close()


def test_without_standard_input_there_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert hook.event() == ""

"""A decision as a hook of Claude Code gives it: exit 2 blocks, and the model reads why on stderr; every other
code lets it go on.
"""

import json
import os
import select
import sys
from typing import Any, NamedTuple

from gaugeway.gates.decision import Decision

BLOCKS, LETS_GO = 2, 1
_CONTEXT = frozenset({"SessionStart", "UserPromptSubmit"})  # where stdout becomes context of the model
_ENDING = frozenset({"Stop", "SubagentStop"})  # where a refusal would keep the agent working
_WAIT, _MOST = 0.5, 1024 * 1024  # seconds, bytes: what the host writes is there at once


class Answer(NamedTuple):
    """What the hook ends with."""

    code: int
    out: str = ""
    err: str = ""


def answer(decision: Decision, event: str, *, fail: str | None) -> Answer:
    """``event``: the hook's ``hook_event_name``, empty where it is not known."""
    text = "; ".join(reason.message for reason in decision.reasons if reason.verdict == decision.verdict)
    if event in _ENDING:
        return Answer(0, err=text)
    if decision.verdict == "go" or (decision.verdict == "unknown" and fail == "open"):
        return Answer(0, out=f"Quota: {text}" if event in _CONTEXT else "")
    if decision.verdict == "stop" or fail == "closed":
        return Answer(BLOCKS, err=f"Quota: {text}")
    return Answer(LETS_GO, err=f"Quota not known: {text}")


def event() -> str:
    """The event that the host writes to stdin as JSON; empty without one. Never waits for long."""
    try:
        if sys.stdin is None or sys.stdin.isatty():
            return ""
        told: Any = json.loads(_piped(sys.stdin.fileno()))
    except (OSError, ValueError, RecursionError):
        return ""
    name = told.get("hook_event_name") if isinstance(told, dict) else None
    return name if isinstance(name, str) else ""


def _piped(descriptor: int) -> bytes:
    text = b""
    while len(text) < _MOST and select.select([descriptor], [], [], _WAIT)[0]:
        chunk = os.read(descriptor, 65536)
        if not chunk:
            break
        text += chunk
    return text

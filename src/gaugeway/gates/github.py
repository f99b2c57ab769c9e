"""A decision as a step of GitHub Actions shows it: annotations, the step's summary, and its outputs.

Text of a gateway can begin no command, no output and no table cell of its own. The escapes are those of
GitHub's workflow commands: ``%``, CR and LF.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from gaugeway.gates.decision import Decision

_COMMANDS = {"go": "notice", "stop": "error", "unknown": "warning"}
_MOST = 10  # annotations of one kind that a step may have
_MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>()#+-!|~"})


def annotations(decision: Decision) -> str:
    """The workflow commands, a line each, for stdout: of a go one says enough."""
    most = 1 if decision.verdict == "go" else _MOST
    return "\n".join(
        f"::{_COMMANDS[reason.verdict]} title=Quota::{_data(reason.message)}"
        for reason in decision.reasons[:most]
    )


def write(decision: Decision, environ: Mapping[str, str]) -> None:
    """Appends to the files that the runner names, where it does."""
    for variable, text in (("GITHUB_STEP_SUMMARY", summary(decision)), ("GITHUB_OUTPUT", outputs(decision))):
        if file := environ.get(variable):
            with Path(file).open("a", encoding="utf-8") as out:
                out.write(text)


def summary(decision: Decision) -> str:
    need = "" if decision.need is None else f" (needed: {_cell(decision.need)})"
    rows = [("", "gateway", "what", "possible"), ("---",) * 4]
    rows += [
        (one.verdict, _cell(one.gateway), _cell(one.message), _cell(one.possible_at))
        for one in decision.reasons
    ]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"### Quota: {decision.verdict}{need}\n\n{table}\n"


def outputs(decision: Decision) -> str:
    first = decision.reasons[0]
    values = {
        "verdict": decision.verdict,
        "reason": first.code,
        "message": first.message,
        "gateway": first.gateway,
        "remaining": first.remaining,
        "unit": first.unit,
        "possible-at": decision.possible_at,
    }
    end = f"end-{os.urandom(8).hex()}"  # no text of a gateway can guess where it ends
    return "".join(f"{name}<<{end}\n{value or ''}\n{end}\n" for name, value in values.items())


def _cell(text: str | None) -> str:
    return (text or "").translate(_MARKDOWN)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

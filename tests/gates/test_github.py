import re
from pathlib import Path

from tests.gates.cases import NOW, SOON, meter, state

from gaugeway.amounts import stamp
from gaugeway.gates import github
from gaugeway.gates.decision import SCHEMA, Decision, decide, possible_at
from gaugeway.gates.need import Need

NASTY = "50%\r\n::error::x | `a` <b> [c](d) #1 @all"


def decision(label: str = "Campus") -> Decision:
    need = Need.of("4.50USD")
    states = [state(meter(limit=5, used=2, resets_at=SOON), label=label)]
    verdict, reasons = decide(states, need, now=NOW)
    return Decision(
        schema=SCHEMA,
        generated_at=stamp(NOW),
        verdict=verdict,
        exit_code=1,
        need=str(need),
        possible_at=possible_at(reasons),
        reasons=reasons,
    )


def read_outputs(text: str) -> dict[str, str]:
    """As the runner reads GITHUB_OUTPUT: ``name<<DELIMITER``, lines, ``DELIMITER``."""
    lines, found = iter(text.splitlines()), {}
    for line in lines:
        name, end = line.split("<<")
        value = []
        for inner in lines:
            if inner == end:
                break
            value.append(inner)
        found[name] = "\n".join(value)
    return found


def test_annotation() -> None:
    assert github.annotations(decision()) == (
        "::error title=Quota::Campus: Budget has 3.00 USD left, 4.50 USD needed; it resets in 1 h"
    )


def test_no_text_begins_a_command_of_its_own() -> None:
    (line,) = github.annotations(decision(NASTY)).splitlines()
    assert line.startswith("::error title=Quota::50%25%0D%0A::error::x")


def test_files_are_appended_to(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.write_text("before<<E\nx\nE\n")
    github.write(decision(), {name: str(file) for name, file in files.items()})
    assert read_outputs(files["GITHUB_OUTPUT"].read_text()) == {
        "before": "x",
        "verdict": "stop",
        "reason": "too_little",
        "message": "Campus: Budget has 3.00 USD left, 4.50 USD needed; it resets in 1 h",
        "gateway": "campus",
        "remaining": "3",
        "unit": "USD",
        "possible-at": "2026-11-22T11:00:00Z",
    }
    assert "### Quota: stop (needed: 4.50 USD)" in files["GITHUB_STEP_SUMMARY"].read_text()


def test_outside_of_the_runner_no_file_is_written() -> None:
    github.write(decision(), {"GITHUB_OUTPUT": ""})


def test_no_text_leaves_its_cell() -> None:
    row = github.summary(decision(NASTY.replace("\r\n", " "))).splitlines()[-2]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert not re.search(r"(?<!\\)[`<\[#]", row)

"""The coverage floors of `make test`: lines of the whole, branches of the packages that must not err."""

import json
import sys
from pathlib import Path
from typing import Any

LINES = 95.0
BRANCHES = dict.fromkeys(("readings", "amounts", "presets", "transport", "sources"), 95.0)


def percent(files: list[dict[str, Any]], what: str) -> float:
    """``what``: "lines" or "branches". Nothing to cover counts as covered."""
    covered, total = {
        "lines": ("covered_lines", "num_statements"),
        "branches": ("covered_branches", "num_branches"),
    }[what]
    count = sum(one["summary"][total] for one in files)
    return 100 * sum(one["summary"][covered] for one in files) / count if count else 100.0


def check(report: dict[str, Any]) -> tuple[list[str], bool]:
    """One line per floor, and whether all hold."""
    rows = [("src", "lines", percent(list(report["files"].values()), "lines"), LINES)]
    for package, floor in BRANCHES.items():
        files = [one for path, one in report["files"].items() if f"/gaugeway/{package}/" in f"/{path}"]
        rows.append((package, "branches", percent(files, "branches"), floor))
    said = [
        f"{'ok  ' if have >= floor else 'LOW '} {name:<10} {what:<9} {have:6.2f} % (floor {floor:.0f})"
        for name, what, have, floor in rows
    ]
    return said, all(have >= floor for _, _, have, floor in rows)


def main(path: str) -> int:
    said, good = check(json.loads(Path(path).read_text()))
    print("\n".join(said))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

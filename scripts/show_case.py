"""Prints what a case's exchange is read as, for its author to review and keep as expected.json.

Usage: python scripts/show_case.py tests/presets/neutral/normal
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.presets.replay import Case, replay


def main(folders: list[str]) -> None:
    for folder in map(Path, folders):
        case = Case(folder.resolve().parent.name, folder.resolve().name)
        sys.stdout.write(json.dumps(replay(case.preset, case.exchange), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))

"""Makes a preset that works from the start: one file and one folder of cases, to be changed to the product.

Usage: python scripts/new_preset.py NAME
"""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = Path(__file__).resolve().parent / "preset_template"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Make a new preset: one file and one folder of cases.")
    parser.add_argument("name", help="lower case, digits and dashes: acme-gateway")
    parser.add_argument("--root", type=Path, default=ROOT, help="the working tree (default: this one)")
    options = parser.parse_args(arguments)
    module: Path = options.root / "src/gaugeway/presets" / f"{options.name.replace('-', '_')}.py"
    cases: Path = options.root / "tests/presets" / options.name
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", options.name):
        parser.error(f"{options.name!r}: a name is lower case letters, digits and single dashes")
    if module.exists() or cases.exists():
        parser.error(f"{options.name} exists already: {module if module.exists() else cases}")
    today = datetime.now(UTC)
    text = Template((TEMPLATE / "preset.py.txt").read_text()).substitute(
        name=options.name,
        title=options.name.replace("-", " ").capitalize(),
        year=today.year,
        month=today.month,
        day=today.day,
    )
    module.write_text(text)
    for case in sorted(path for path in TEMPLATE.iterdir() if path.is_dir()):
        for file in case.iterdir():
            target = cases / case.name / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.read_text())
    print(f"{module}: what is asked, and how the answer is read")
    print(
        f"{cases}/: recorded answers and what they mean; `python scripts/show_case.py FOLDER` shows a new one"
    )
    print(f"then: pytest tests/presets -k {options.name}")


if __name__ == "__main__":
    main(sys.argv[1:])

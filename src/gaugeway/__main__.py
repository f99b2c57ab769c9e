"""The process ``gaugeway``, also as ``python -m gaugeway``."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from gaugeway.cli.main import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()

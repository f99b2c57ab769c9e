"""The process ``gaugeway``, also as ``python -m gaugeway``."""

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # A short process makes little garbage: looking for it is a sixth of an answer from the store.
    gc.disable()
    try:
        from gaugeway.cli.main import main as run

        code = run()
    except KeyboardInterrupt:  # while modules are being loaded
        code = 130
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()

"""The process ``gaugeway``, also as ``python -m gaugeway``."""

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # A short process makes little garbage: looking for it is a sixth of an answer from the store.
    gc.disable()
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are being loaded
        code = 130
    gc.freeze()
    sys.exit(code)


def _run(words: list[str]) -> int:
    at, config = 0, ""
    while at < len(words) and words[at].partition("=")[0] == "--config":  # as the command line itself has it
        if "=" in words[at]:
            at, config = at + 1, words[at][9:]
        else:
            at, config = at + 2, "".join(words[at + 1 : at + 2])
    if words[at : at + 1] == ["line"]:  # for prompts: past everything that they can't afford
        from gaugeway.lines.line import run as line

        return line(words[at + 1 :], config)
    from gaugeway.cli.main import main as command

    return command()


if __name__ == "__main__":
    main()

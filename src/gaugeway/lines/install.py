"""`gaugeway line --install HOST`: prints what goes where, or puts it there. Nobody waits for it."""

import sys
from difflib import unified_diff
from pathlib import Path

from gaugeway.errors import SetupError
from gaugeway.lines.arguments import Arguments
from gaugeway.lines.stanzas import Stanza, stanza
from gaugeway.sources.environment import Environment
from gaugeway.sources.files import read, replace
from gaugeway.sources.trust import WorkTrees


def install(wanted: Arguments, config: str, env: Environment | None = None) -> int:
    """Exits with 1 where it could not be written."""
    try:
        return _install(wanted, config, Environment.of_process() if env is None else env)
    except SetupError as error:
        for text in filter(None, (error.message, error.hint)):
            _say(text)
        return 1


def _install(wanted: Arguments, config: str, env: Environment) -> int:
    assert wanted.install is not None
    made = stanza(wanted.install, _command(wanted, config or _named_config(env), env), env)
    if made is None:
        print("plain text has no configuration of its own: run `gaugeway line` wherever a line is wanted")
        return 0
    print(f"# {made.place.name}\n{made.text}", end="")
    if env.environ.get("GAUGEWAY_STATE_DIR"):
        _say(f"GAUGEWAY_STATE_DIR is set here: {wanted.install} needs it too, to show what is read here")
    ask = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if not (wanted.write or ask):
        return 0
    WorkTrees(env).check(made.place)
    return _write(made, ask=ask and not wanted.write)


def _write(made: Stanza, *, ask: bool) -> int:
    path = made.place.path.resolve()  # through a link: dotfiles are often elsewhere
    before = read(path)
    if before is None and made.instead_of:
        what, usual = f"there is no {path}", f"copy {made.instead_of} there first, then run this again"
        raise SetupError("invalid_config", what, usual)
    after = made.edit(before or b"")
    if after == before:
        _say(f"{path} has it already, just so")
        return 0
    if ask:
        old, new = (text.decode("utf-8", "replace").splitlines() for text in (before or b"", after))
        print("\n".join(unified_diff(old, new, str(path), str(path), lineterm="", n=1)))
        if _answer(f"Write this to {path}? [Y/n] ") not in {"", "y", "yes"}:
            _say("nothing was written")
            return 0
    copy = path.with_name(f"{path.name}.before-gaugeway")
    if not (before is None or made.executable or copy.exists()):  # a copy of a program would be run too
        replace(copy, before)
        _say(f"what was there before is in {copy}")
    replace(path, after, keep_mode=True)
    if made.executable:
        path.chmod(0o755)
    _say(f"written to {path}; now: {made.after}")
    _say(f"to be rid of it: {made.undo}")
    return 0


def _answer(question: str) -> str:
    try:
        return input(question).strip().lower()
    except EOFError:  # Ctrl-D
        print()
        return "no"


def _named_config(env: Environment) -> str:
    """What a host would have to know of this shell. A repository's word does not become the user's: nothing
    that is typed after ``--config`` is doubted.
    """
    named = env.named("GAUGEWAY_CONFIG")
    return str(named.path) if named and WorkTrees(env).trust(named) == "trusted" else ""


def _command(wanted: Arguments, config: str, env: Environment) -> list[str]:
    """The line that was asked for, to be run by its host."""
    assert wanted.install is not None
    # Absolute: a bar often has another PATH than the shell. `python -m gaugeway` has no program of its own.
    own = Path(sys.argv[0]).absolute()
    program = [str(own)] if own.name == "gaugeway" else [sys.executable, "-P", "-m", "gaugeway"]
    words = [*program, *(["--config", str(env.path(config))] if config else [])]
    words += ["line", "--for", wanted.install]
    words += [word for gateway in wanted.gateways for word in ("--gateway", gateway)]
    words += [] if wanted.width is None else ["--width", str(wanted.width)]
    return [*words, *([] if wanted.format is None else ["--format", wanted.format])]


def _say(text: str) -> None:
    print(f"gaugeway: {text}", file=sys.stderr)

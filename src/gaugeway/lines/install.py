"""`gaugeway line --install HOST`: prints what goes where, or puts it there. Nobody waits for it."""

import shutil
import sys
from difflib import unified_diff
from pathlib import Path

from gaugeway.errors import SetupError
from gaugeway.lines.arguments import Arguments
from gaugeway.lines.stanzas import Stanza, stanza
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.files import replace
from gaugeway.sources.trust import WorkTrees

_NAMERS = ("STARSHIP_CONFIG", "ZDOTDIR", "CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME")
_SHELLS = frozenset({"tmux", "zsh", "starship"})  # have the PATH of the user's shell; bars often do not


def install(wanted: Arguments, config: str, env: Environment | None = None) -> int:
    """Exits with 1 where it could not be written."""
    assert wanted.install is not None
    env = Environment.of_process() if env is None else env
    try:
        made = stanza(wanted.install, _command(wanted, config or _named_config(env), env), env)
    except SetupError as error:
        return _refused(error)
    if made is None:
        print("plain text has no configuration of its own: run `gaugeway line` wherever a line is wanted")
        return 0
    print(f"# {made.path}\n{made.text}", end="")
    if env.environ.get("GAUGEWAY_STATE_DIR"):
        _say(f"GAUGEWAY_STATE_DIR is set here: {wanted.install} needs it too, to show what is read here")
    ask = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if not (wanted.write or ask):
        return 0
    try:
        _check_place(made.path, env)
        return _write(made, ask=ask and not wanted.write)
    except SetupError as error:
        return _refused(error)


def _refused(error: SetupError) -> int:
    _say(error.message)
    if error.hint:
        _say(error.hint)
    return 1


def _check_place(path: Path, env: Environment) -> None:
    """A repository that sets variables (through its .envrc, say) must not choose the file that is edited."""
    places = {name: env.path(value) for name in _NAMERS if (value := env.environ.get(name))}
    named = next((name for name, place in places.items() if path.is_relative_to(place)), None)
    if WorkTrees(env).trust(Place(path, named)) != "trusted":
        raise SetupError(
            "invalid_config",
            f"{path} is inside the current git work tree, and {named} names it",
            "go to another folder first, or add the lines yourself",
        )


def _write(made: Stanza, *, ask: bool) -> int:
    path = made.path.resolve()  # through a link: dotfiles are often elsewhere
    try:
        before = Place(path).read()
    except OSError as error:
        raise SetupError("invalid_config", f"{path} can't be read: {error.strerror}") from None
    after = made.edit(before)
    if after == before:
        _say(f"{path} has it already, just so")
        return 0
    if ask:
        print(_diff(path, before or b"", after))
        if _answer(f"Write this to {path}? [Y/n] ") not in {"", "y", "yes"}:
            _say("nothing was written")
            return 0
    copy = path.with_name(f"{path.name}.before-gaugeway")
    if before is not None and made.mark.encode() not in before and not copy.exists():
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
    own = str(Path(sys.argv[0]).absolute())
    found = shutil.which("gaugeway", path=env.environ.get("PATH"))
    if Path(own).name != "gaugeway":  # `python -m gaugeway`
        program = [sys.executable, "-P", "-m", "gaugeway"]
    elif wanted.install in _SHELLS and found is not None and Path(found).samefile(own):
        program = ["gaugeway"]
    else:
        program = [own]
    words = [*program, *(["--config", str(env.path(config))] if config else [])]
    words += ["line", "--for", wanted.install]
    for gateway in wanted.gateways:
        words += ["--gateway", gateway]
    if wanted.width is not None:
        words += ["--width", str(wanted.width)]
    if wanted.format is not None:
        words += ["--format", wanted.format]
    return words


def _diff(path: Path, before: bytes, after: bytes) -> str:
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
    return "\n".join(unified_diff(old, new, str(path), str(path), lineterm="", n=1))


def _say(text: str) -> None:
    print(f"gaugeway: {text}", file=sys.stderr)

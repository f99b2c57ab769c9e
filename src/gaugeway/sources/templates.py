"""Templates in trusted settings: ``{env:}``, ``{file:}``, ``{command:}`` and ``{keyring:}``.

They may stand inside a longer text. One that is unknown, empty or does not resolve is an error that names
it as written; what a command prints, a file holds or a variable says is never quoted.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.settings import Setting
from gaugeway.sources.trust import WorkTrees

COMMAND_SECONDS = 10.0
MAX_BYTES = 8192

# Braces may stand inside (`awk '{print $2}'`); the last one is empty where a template is not closed.
_TEMPLATE = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*):((?:[^{}]|\{[^{}]*\})*+)(\}?)")
_DEFERRED = frozenset({"command", "keyring"})


class Template(msgspec.Struct, frozen=True):
    kind: str
    argument: str

    def __str__(self) -> str:
        return f"{{{self.kind}:{self.argument}}}"


class Text(msgspec.Struct, frozen=True):
    """A setting's text, taken apart. Nothing is read or run before :meth:`resolve`."""

    parts: tuple[str | Template, ...]
    setting: Setting

    @classmethod
    def of(cls, setting: Setting, *, deferred: bool = False) -> "Text":
        """``deferred``: the kinds that run something are allowed too, in gaugeway's own config.

        Raises SetupError ``invalid_config`` for a value that is not text, ``unresolved_template`` for a
        template that is unknown, empty or not closed.
        """
        return cls(tuple(_split(setting, deferred=deferred)), setting)

    @property
    def deferred(self) -> bool:
        """It runs a command or asks the keyring, so it waits until a live read is due."""
        return not _DEFERRED.isdisjoint([part.kind for part in self.parts if isinstance(part, Template)])

    @property
    def shown(self) -> str:
        """The templates as written, other text as ``...``."""
        return "".join("..." if isinstance(part, str) else str(part) for part in self.parts)

    def resolve(self, env: Environment) -> str:
        """The text with every template's value. Raises SetupError ``unresolved_template``."""
        return "".join(
            part if isinstance(part, str) else _value(part, self.setting, env) for part in self.parts
        )


def expand(setting: Setting, env: Environment) -> str:
    """A setting's text with ``{env:}`` and ``{file:}`` resolved; raises SetupError as `Text` does."""
    text = setting.text()
    return Text.of(setting).resolve(env) if "{" in text else text


def _split(setting: Setting, *, deferred: bool) -> Iterator[str | Template]:
    text, at = setting.text(), 0
    for match in _TEMPLATE.finditer(text):
        kind, argument, closed = match.groups()
        if not closed:
            what = f"{setting}: a template {{{kind}:...}} is not closed"
            raise SetupError("unresolved_template", what)
        if match.start() > at:
            yield text[at : match.start()]
        template = Template(kind, argument)
        _check(template, setting, deferred=deferred)
        yield template
        at = match.end()
    if at < len(text):
        yield text[at:]


def _check(template: Template, setting: Setting, *, deferred: bool) -> None:
    if template.kind not in {"env", "file", *_DEFERRED}:
        raise _unresolved(template, setting, "is a kind of template that is not known")
    if template.kind in _DEFERRED and not setting.layer.own:
        raise _unresolved(template, setting, "is only known in gaugeway's own config")
    if template.kind in _DEFERRED and not deferred:
        raise _unresolved(template, setting, "may only stand in api_key")
    if not template.argument.strip():
        raise _unresolved(template, setting, "names nothing")


def _value(template: Template, setting: Setting, env: Environment) -> str:
    try:
        if template.kind == "env":
            value = env.environ.get(template.argument, "")
        elif template.kind == "file":
            value = _file(env.path(template.argument, setting.layer.folder))
        elif template.kind == "command":
            value = run(template.argument, env, setting.layer.folder)
        else:
            value = _keyring(template.argument)
    except _Unresolved as problem:
        raise _unresolved(template, setting, str(problem), problem.hint) from None
    if not value:
        raise _unresolved(template, setting, "is empty" if template.kind != "env" else "is not set, or empty")
    return value


class _Unresolved(Exception):  # noqa: N818  (never leaves this module: it becomes a SetupError)
    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.hint = hint


def _unresolved(template: Template, setting: Setting, what: str, hint: str | None = None) -> SetupError:
    return SetupError("unresolved_template", f"{setting}: {template} {what}", hint)


def _file(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise _Unresolved("is not a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        raise _Unresolved("can't be read") from None
    return _decode(content).strip()  # editors and `echo` end it with a newline


def run(command: str, env: Environment, folder: Path, seconds: float = COMMAND_SECONDS) -> str:
    """The first line a command prints. It is split like a shell's words but run without one, in ``folder``,
    with stdin closed, for at most ``seconds`` and 8 KiB.
    """
    import shlex
    import subprocess
    import threading

    try:
        words = shlex.split(command)
    except ValueError:
        raise _Unresolved("has an open quote") from None
    try:
        process = subprocess.Popen(  # noqa: S603  (the user's own command, without a shell)
            [_program(words[0], env), *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(env.environ),
            cwd=folder,
        )
    except (OSError, ValueError) as error:
        raise _Unresolved(f"can't be run: {type(error).__name__}") from None
    output: list[bytes] = []
    stdout: Any = process.stdout

    # A thread, since pipes have no timeout on every platform. It may outlive us where the command left
    # a child behind that keeps the pipe open.
    def finish() -> None:
        with stdout:
            content = stdout.read(MAX_BYTES + 1)
        if len(content) <= MAX_BYTES:
            process.wait()
        output.append(content)

    worker = threading.Thread(target=finish, daemon=True)
    worker.start()
    worker.join(seconds)
    late = not output
    process.kill()
    process.wait()
    if late:
        raise _Unresolved(f"took longer than {seconds:g} seconds")
    lines = _decode(output[0]).splitlines()
    if process.returncode != 0:
        raise _Unresolved(f"ended with status {process.returncode}")
    return lines[0].strip() if lines else ""


def _program(name: str, env: Environment) -> str:
    """The program's path. Entries of PATH that are relative or inside the current git work tree are left out:
    what runs would be a repository's choice.
    """
    import os
    import shutil

    if os.path.dirname(name):  # noqa: PTH120  (Path drops a leading "./")
        return name
    trees = WorkTrees(env)
    folders = [
        entry
        for entry in env.environ.get("PATH", os.defpath).split(os.pathsep)
        if Path(entry).is_absolute() and trees.trust(Place(Path(entry), "PATH")) == "trusted"
    ]
    if (found := shutil.which(name, path=os.pathsep.join(folders))) is None:
        raise _Unresolved("names a program that is not found")
    return found


def _keyring(argument: str) -> str:
    service, _, user = argument.rpartition("/")
    if not service or not user:
        raise _Unresolved("must read SERVICE/USER")
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise _Unresolved(
            "needs the keyring package", "install it: pip install 'gaugeway[keyring]'"
        ) from None
    try:
        found = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise _Unresolved(f"got no answer from the keyring: {type(error).__name__}") from None
    if found is None:
        raise _Unresolved("is not in the keyring")
    return str(found)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _Unresolved("gives more than 8 KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Unresolved("is not text in UTF-8") from None

"""Templates in trusted settings: ``{env:}``, ``{file:}``, ``{command:}`` and ``{keyring:}``.

They may stand inside a longer text. One that is unknown, empty or does not resolve is an error that names
it as written; what a command prints, a file holds or a variable says is never quoted.
"""

import re
from typing import Any

import msgspec

from gaugeway.sources.environment import Environment
from gaugeway.sources.settings import Setting, SettingError
from gaugeway.sources.trust import find_program

COMMAND_SECONDS = 10.0
MAX_BYTES = 8192

# Braces may stand inside (`awk '{print $2}'`); the last one is empty where a template is not closed.
_TEMPLATE = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*):((?:[^{}]|\{[^{}]*\})*+)(\}?)")
_DEFERRED = frozenset({"command", "keyring"})


class Template(msgspec.Struct, frozen=True):
    kind: str
    argument: str
    setting: Setting

    def __str__(self) -> str:
        return f"{{{self.kind}:{self.argument}}}"

    def wrong(self, what: str, hint: str | None = None) -> SettingError:
        return SettingError(self.setting, f"has {self}, which {what}", hint, code="unresolved_template")

    def check(self, *, deferred: bool) -> None:
        """Whether it may stand there; ``deferred``: where kinds that run something may. Raises SetupError."""
        known = ("env", "file", *sorted(_DEFERRED)) if self.setting.layer.own else ("env", "file")
        if self.kind not in {*known, *_DEFERRED}:
            raise self.wrong("is a kind of template that is not known", f"known are {', '.join(known)}")
        if self.kind in _DEFERRED and not (deferred and self.setting.layer.own):
            raise self.wrong("may only stand in gaugeway's own config, for a key or a channel")
        if not self.argument.strip():
            raise self.wrong("names nothing")

    def value(self, env: Environment) -> str:
        """What it stands for. Raises SetupError."""
        if self.kind == "env":
            if text := env.environ.get(self.argument):
                return text
            raise self.wrong("is not set, or empty")
        read = {"file": _file, "command": run, "keyring": _keyring}[self.kind]
        if text := read(self, env):
            return text
        raise self.wrong("is empty")


class Text(msgspec.Struct, frozen=True):
    """A setting's text, taken apart. Nothing is read or run before :meth:`resolve`."""

    parts: tuple[str | Template, ...]

    @classmethod
    def of(cls, setting: Setting, *, deferred: bool = False) -> "Text":
        """``deferred``: the kinds that run something are allowed too, in gaugeway's own config.

        Raises SetupError ``invalid_config`` for a value that is not text, ``unresolved_template`` for a
        template that is unknown, empty or not closed.
        """
        text, at = setting.text(), 0
        parts: list[str | Template] = []
        for match in _TEMPLATE.finditer(text):
            kind, argument, closed = match.groups()
            if not closed:
                what = f"has a template {{{kind}:...}} that is not closed"
                raise SettingError(setting, what, code="unresolved_template")
            template = Template(kind, argument, setting)
            template.check(deferred=deferred)
            parts += [text[at : match.start()], template]
            at = match.end()
        return cls((*parts, text[at:]))

    @property
    def deferred(self) -> bool:
        """It runs a command or asks the keyring, so it waits until a live read is due."""
        return not _DEFERRED.isdisjoint([part.kind for part in self.parts if isinstance(part, Template)])

    @property
    def shown(self) -> str:
        """The templates as written, other text as ``...``."""
        return "".join("..." if isinstance(part, str) else str(part) for part in self.parts if part)

    def resolve(self, env: Environment) -> str:
        """The text with every template's value. Raises SetupError ``unresolved_template``."""
        return "".join(part if isinstance(part, str) else part.value(env) for part in self.parts)


def expand(setting: Setting, env: Environment) -> str:
    """A setting's text with ``{env:}`` and ``{file:}`` resolved; raises SetupError as `Text` does."""
    text = setting.text()
    return Text.of(setting).resolve(env) if "{" in text else text


def _file(template: Template, env: Environment) -> str:
    path = env.path(template.argument, template.setting.layer.folder)
    env.note(f"f:{path}")
    try:
        if not path.is_file():  # a pipe would be waited for
            raise template.wrong("is not a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        raise template.wrong("can't be read") from None
    return _decode(template, content).strip()  # editors and `echo` end it with a newline


def run(template: Template, env: Environment, seconds: float = COMMAND_SECONDS) -> str:
    """The first line a command prints. It is split like a shell's words but run without one, in the folder of
    its file, with stdin closed, for at most ``seconds`` and 8 KiB.
    """
    import shlex
    import subprocess
    import threading

    try:
        words = shlex.split(template.argument)
        program = find_program(words[0], env)
        if program is None:
            raise template.wrong("names a program that is not found")
        process = subprocess.Popen(  # noqa: S603  (the user's own command, without a shell)
            [program, *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(env.environ),
            cwd=template.setting.layer.folder,
        )
    except (OSError, ValueError) as error:
        raise template.wrong(f"can't be run: {error}") from None
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
        raise template.wrong(f"took longer than {seconds:g} seconds")
    lines = _decode(template, output[0]).splitlines()
    if process.returncode != 0:
        raise template.wrong(f"ended with status {process.returncode}")
    return lines[0].strip() if lines else ""


def _keyring(template: Template, _: Environment) -> str:
    service, _slash, user = template.argument.rpartition("/")
    if not service or not user:
        raise template.wrong("must read SERVICE/USER")
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise template.wrong(
            "needs the keyring package", "install it: pip install 'gaugeway[keyring]'"
        ) from None
    try:
        found = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise template.wrong(f"got no answer from the keyring: {type(error).__name__}") from None
    if found is None:
        raise template.wrong("is not in the keyring")
    return str(found)


def _decode(template: Template, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise template.wrong("gives more than 8 KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise template.wrong("is not text in UTF-8") from None

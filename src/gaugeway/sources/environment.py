"""Where this process may look: environment variables, home, current folder, and the folders they give."""

import os
import sys
from collections.abc import Iterator, Mapping
from errno import EFBIG
from pathlib import Path
from typing import Self

import msgspec

APP = "gaugeway"
MAX_FILE = 1024 * 1024  # bytes; what is larger is no configuration, and would take long to find out


class Place(msgspec.Struct, frozen=True):
    """A file or folder to read. ``variable``: the environment variable that named it, if one did; such a
    place is trusted only outside the current work tree (see `trust`).
    """

    path: Path
    variable: str | None = None

    def __truediv__(self, name: str) -> "Place":
        return Place(self.path / name, self.variable)

    @property
    def name(self) -> str:
        """The path for messages: bytes that are not UTF-8 can't be printed."""
        return str(self.path).encode("utf-8", "replace").decode()

    def read(self) -> bytes | None:
        """The file's bytes; None where there is none. Raises OSError, also for more than 1 MiB."""
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_FILE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if len(data) > MAX_FILE:
            raise OSError(EFBIG, "it is larger than 1 MiB")
        return data


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What a process knows of its surroundings. ``platform`` as in ``sys.platform``."""

    environ: Mapping[str, str]
    home: Path
    cwd: Path
    platform: str = "linux"

    @classmethod
    def of_process(cls) -> Self:
        try:
            home = Path.home()
        except RuntimeError:  # a container's user without an entry and without HOME
            home = Path("/")
        try:
            cwd = Path.cwd()
        except OSError:  # the folder was deleted under the shell's feet
            cwd = home
        return cls(environ=os.environ, home=home, cwd=cwd, platform=sys.platform)

    def path(self, text: str, folder: Path | None = None) -> Path:
        """``text`` as an absolute path: ``~`` is home, the rest is relative to ``folder`` (default: cwd)."""
        if text == "~" or text.startswith(("~/", "~\\")):
            return self.home / text[2:]
        return (folder or self.cwd) / text

    def named(self, variable: str) -> Place | None:
        """The place an environment variable names; None where it is unset or empty."""
        text = self.environ.get(variable)
        return Place(self.path(text), variable) if text else None

    def config_files(self) -> Iterator[Place]:
        """Where the user's own config.toml may be, the strongest first, whether it exists or not. The last
        one is no variable's word.
        """
        if named := self.named("GAUGEWAY_CONFIG"):
            yield named
        yield self._own_folder("config", "XDG_CONFIG_HOME", ".config") / "config.toml"
        yield Place(self.home / ".config" / APP / "config.toml")

    def state_dir(self) -> Path:
        """Where readings are kept. No key, URL, path or command is ever taken from there."""
        named = self.named("GAUGEWAY_STATE_DIR")
        return (named or self._own_folder("state", "XDG_STATE_HOME", ".local/state")).path

    def opencode_config_dirs(self) -> Iterator[Place]:
        """OpenCode's user-level config folders, the weakest first."""
        # OpenCode itself reads the Linux-style folder on every platform, so that one has the last word.
        yield from self._opencode_native()
        yield self._xdg("XDG_CONFIG_HOME", ".config") / "opencode"

    def opencode_auth_files(self) -> Iterator[Place]:
        """Where OpenCode keeps credentials; the first that has an entry counts."""
        yield self._xdg("XDG_DATA_HOME", ".local/share") / "opencode" / "auth.json"
        for folder in self._opencode_native():
            yield folder / "auth.json"

    def _opencode_native(self) -> Iterator[Place]:
        if self.platform == "darwin":
            yield Place(self.home / "Library" / "Application Support" / "opencode")
        elif self.platform == "win32":
            for variable in ("LOCALAPPDATA", "APPDATA"):
                if folder := self.named(variable):
                    yield folder / "opencode"

    def _own_folder(self, kind: str, variable: str, default: str) -> Place:
        if self.platform not in {"darwin", "win32"}:
            return self._xdg(variable, default) / APP
        # Reads the process's own environment: the folders of these two are the system's to tell.
        if self.platform == "darwin":
            from platformdirs.macos import MacOS as Folders
        else:
            from platformdirs.windows import Windows as Folders  # type: ignore[assignment]
        folders = Folders(APP, appauthor=False)
        path = folders.user_config_path if kind == "config" else folders.user_state_path
        return Place(path, variable if self.environ.get(variable) else None)

    def _xdg(self, variable: str, default: str) -> Place:
        path, usual = Path(self.environ.get(variable, "")), self.home / default
        if not path.is_absolute() or path == usual:  # the specification has relative ones ignored
            return Place(usual)
        return Place(path, variable)

"""A user's machine as data: files under a home, variables, a current folder."""

from collections.abc import Mapping
from pathlib import Path

from gaugeway.sources.environment import Environment


class World:
    """``files``: paths that begin with ``~/`` (the home) or ``/`` (beside it), to their text. ``$ROOT``
    stands for the folder all of it lies in. Folders are made for names that end with a slash.
    """

    def __init__(self, root: Path, files: Mapping[str, str], environ: Mapping[str, str], cwd: str) -> None:
        self.root = root
        self.home = root / "home"
        self.home.mkdir()
        for name, text in files.items():
            path = self.path(name)
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if text.startswith("-> "):
                path.symlink_to(self.text(text[3:]))
            elif not name.endswith("/"):
                path.write_text(self.text(text), encoding="utf-8")
        self.path(cwd).mkdir(parents=True, exist_ok=True)
        self.env = Environment(
            environ={name: self.text(value) for name, value in environ.items()},
            home=self.home,
            cwd=self.path(cwd),
        )

    def path(self, name: str) -> Path:
        return self.home / name[2:] if name.startswith("~/") else self.root / name.lstrip("/")

    def text(self, text: str) -> str:
        return text.replace("$ROOT", str(self.root))

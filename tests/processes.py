"""The command as its users have it: real processes in a home of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

KEY = "sk-test-Abc123-" + "Xyz" * 12
GAUGEWAY = (sys.executable, "-m", "gaugeway")


class Done(NamedTuple):
    """How a process ended. ``out`` and ``err`` are what it wrote, undecoded."""

    code: int
    out: bytes
    err: bytes

    @property
    def gateways(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["gateways"]
        return found

    @property
    def error(self) -> str | None:
        """The code of the first gateway's error."""
        error = self.gateways[0]["error"]
        return None if error is None else str(error["code"])


class Home:
    """A user's home, with gaugeway's config and state in their usual places."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / ".config" / "gaugeway" / "config.toml"
        self.state = path / ".local" / "state" / "gaugeway"

    def gateways(self, urls: Mapping[str, str], key: str = KEY, **settings: object) -> None:
        """Configures a gateway at each of these base URLs, by id."""
        rest = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            "".join(
                f'[gateways.{name}]\nbase_url = "{url}"\napi_key = "{key}"\n{rest}'
                for name, url in urls.items()
            )
        )

    def start(self, *args: str, prefix: Sequence[str] = (), **environ: str) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in os.environ if name.startswith(("PATH", "COV", "PYTHON"))}
        return subprocess.Popen(
            [*prefix, *GAUGEWAY, *args],
            env=kept | {"HOME": str(self.path)} | environ,
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            restore_signals=True,
        )

    def run(self, *args: str, prefix: Sequence[str] = (), **environ: str) -> Done:
        with self.start(*args, prefix=prefix, **environ) as process:
            out, err = process.communicate(timeout=60)
        return Done(process.returncode, out, err)

"""The real OpenCode in a terminal of its own (tmux on a private socket): typed to, clicked on, and read."""

import contextlib
import fcntl
import http.client
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from tests.opencode.upstream import KEY

VERSIONS = ("1.15.13", "1.18.33")
GAUGEWAY = Path(sys.executable).with_name("gaugeway")
PATIENCE = 90  # seconds; a shared machine is slow at times, and what is there is seen at once
_ROOT = Path(__file__).resolve().parents[2]
# It would fetch at start, and install a package into each config folder that has plugins.
_OFFLINE = {
    **dict.fromkeys(
        (
            "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_LSP_DOWNLOAD",
            "OPENCODE_DISABLE_SHARE", "OPENCODE_DISABLE_DEFAULT_PLUGINS",
        ),
        "1",
    ),
    "NPM_CONFIG_FETCH_RETRIES": "0",
    "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9",
}  # fmt: skip


def program(version: str) -> Path:
    """OpenCode's binary, from npm, kept in ``build/``. Skips the test where it cannot be had."""
    for tool in ("npm", "tmux", "rg"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("OpenCode's package for Linux on x86-64 is what is tested")
    folder = _ROOT / "build" / "opencode" / version
    binary = folder / "node_modules" / "opencode-linux-x64" / "bin" / "opencode"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes, one download
        if not binary.exists():
            package = f"opencode-linux-x64@{version}"
            command = ["npm", "install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit"]
            done = subprocess.run(
                [*command, "--prefix", str(folder), package], capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"needs {package} from npm: {done.stderr[-300:]}")
    return binary


class Home:
    """A home folder with OpenCode's config for a gateway at ``url``, ``Test gateway``. ``down``: there is
    another one where nothing listens. Further settings are those of ``experimental.quotaToast``.
    """

    def __init__(self, folder: Path, url: str, *, down: bool = False, **quota_toast: Any) -> None:
        self.folder = folder
        self.config = folder / ".config" / "opencode"
        self.project = folder / "project"
        self.config.mkdir(parents=True)
        self.project.mkdir()
        self.environ = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **_OFFLINE,
        }
        model = {"name": "Test Model", "limit": {"context": 32000, "output": 2048}}
        provider = {
            "npm": "@ai-sdk/openai-compatible",
            "name": "Test",
            "options": {"baseURL": f"{url}/v1", "apiKey": KEY},
            "models": {"small": model},
        }
        gateways = [{"providerId": "test", "label": "Test gateway"}]
        if down:
            nowhere = {"providerId": "down", "label": "Down", "baseURL": "http://127.0.0.1:1/v1"}
            gateways.append(nowhere)
            self.environ["DOWN_API_KEY"] = KEY
        settings = {"openaiCompatibleGateways": gateways, "agentTool": True, **quota_toast}
        config = {
            "autoupdate": False, "share": "disabled", "enabled_providers": ["test"],
            "model": "test/small", "small_model": "test/small", "provider": {"test": provider},
            "experimental": {"quotaToast": settings},
        }  # fmt: skip
        (self.config / "opencode.json").write_text(json.dumps(config))

    def gaugeway(self, *arguments: str) -> str:
        """What our own program prints in this home."""
        command = [str(GAUGEWAY), *arguments]
        return subprocess.run(
            command, env=self.environ, cwd=self.project, capture_output=True, text=True, check=True
        ).stdout

    def detour(self, command: str = f'exec {GAUGEWAY} "$@"') -> None:
        """From now on the plugins run a script, and its next runs do ``command``."""
        script, ask = self.folder / "detour", self.config / "gaugeway" / "ask.js"
        new = script.with_suffix(".new")
        new.write_text(f"#!/bin/sh\n{command}\n")
        new.chmod(0o755)
        new.replace(script)  # one that runs goes on as it was
        line = f"const GAUGEWAY = {json.dumps([str(script)])}"
        text, count = re.subn(r"(?m)^const GAUGEWAY = .*$", line, ask.read_text())
        assert count == 1
        ask.write_text(text)


class Screen:
    """OpenCode on a terminal of ``width`` by ``height`` cells."""

    poll = 0.1  # seconds between two looks

    def __init__(self, binary: Path, home: Home, width: int, height: int) -> None:
        self._socket = f"gaugeway-{uuid.uuid4().hex[:8]}"
        self._environ = home.environ
        variables = [f"{name}={value}" for name, value in home.environ.items()]
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
            "-c", str(home.project), "env", "-i", *variables, str(binary),
        )  # fmt: skip

    def _tmux(self, *arguments: str, stdin: str | None = None) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        done = subprocess.run(
            command, env=self._environ, input=stdin, capture_output=True, text=True, check=True
        )
        return done.stdout

    def text(self, *, colours: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def shows(self, *patterns: str, within: float = PATIENCE) -> str:
        """Waits until each regular expression matches somewhere on the screen. The screen."""
        return self._until(
            lambda text: all(re.search(one, text) for one in patterns), f"no {patterns}", within
        )

    def hides(self, pattern: str, within: float = PATIENCE) -> str:
        return self._until(lambda text: not re.search(pattern, text), f"still {pattern!r}", within)

    def _until(self, fine: Any, failure: str, within: float) -> str:
        end = time.monotonic() + within
        while not fine(text := self.text()):
            if time.monotonic() > end:
                pytest.fail(f"{failure} on this screen:\n{text}")
            time.sleep(self.poll)
        return text

    def type(self, text: str, *keys: str) -> None:
        if text:
            self._tmux("send-keys", "-l", text)
            self.shows(re.escape(text))  # Enter that comes too early is part of a paste
        for key in keys:
            self._tmux("send-keys", key)

    def key(self, key: str) -> None:
        self._tmux("send-keys", key)

    def command(self, name: str) -> None:
        """A slash command, from the list that OpenCode offers for it."""
        self.type(f"/{name}")
        self.shows(rf"/{name}\s+\w.*\n")
        self.key("Enter")

    def escape(self, gone: str) -> None:
        """Closes what shows ``gone``. A key that came at once would be taken as Alt and that key."""
        self.key("Escape")
        self.hides(gone)

    def click(self, text: str) -> None:
        row, line = next((row, line) for row, line in enumerate(self.text().splitlines(), 1) if text in line)
        for end in "Mm":  # pressed, released; two reads, as from a hand
            self._tmux("load-buffer", "-b", "mouse", "-", stdin=f"\x1b[<0;{line.index(text) + 2};{row}{end}")
            self._tmux("paste-buffer", "-r", "-b", "mouse")
            time.sleep(0.2)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._tmux("kill-server")


@contextlib.contextmanager
def running(binary: Path, home: Home, width: int = 150, height: int = 45) -> Iterator[Screen]:
    screen = Screen(binary, home, width, height)
    try:
        yield screen
    finally:
        screen.close()


class Server:
    """`opencode serve`: what web and desktop talk to."""

    def __init__(self, binary: Path, home: Home) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [str(binary), "serve", "--hostname", "127.0.0.1", "--port", str(self._port)],
            env=home.environ,
            cwd=home.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        for line in self._process.stdout:  # a request that comes before may never be answered
            if "listening" in line:
                return self
        pytest.fail("opencode serve has ended")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status, and the JSON that comes with 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if response.status == 200 else None
        finally:
            connection.close()

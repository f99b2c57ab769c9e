"""Commands as they meet a person: on a terminal."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Self


class Terminal:
    """One command on a pseudo terminal, and who types there."""

    def __init__(self, home: Path, *args: str, **environ: str) -> None:
        inherited = {
            name: os.environ[name] for name in os.environ if name.startswith(("PATH", "COV", "PYTHON"))
        }
        self._fd, child = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gaugeway", *args],
            stdin=child,
            stdout=child,
            stderr=child,
            env=inherited | {"HOME": str(home), "COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"} | environ,
            cwd=home,
            start_new_session=True,
        )
        os.close(child)
        self.seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 20
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._fd], [], [], 0.2)[0]:
                self.seen += os.read(self._fd, 4096).decode()

    def wait_until_hidden(self) -> None:
        deadline = time.monotonic() + 20
        while termios.tcgetattr(self._fd)[3] & termios.ECHO:
            assert time.monotonic() < deadline, self.seen
            time.sleep(0.01)

    def type(self, text: str) -> None:
        os.write(self._fd, f"{text}\n".encode())

    def end(self) -> int:
        try:
            while data := os.read(self._fd, 4096):
                self.seen += data.decode()
        except OSError:  # how Linux says that the other side is closed
            pass
        return self._process.wait(20)

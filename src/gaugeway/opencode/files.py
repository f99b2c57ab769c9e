"""The plugin files as this version writes them, and what became of those that were written."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from gaugeway import __version__

SHIPPED = Path(__file__).with_name("files")
TUI = "gaugeway/tui.js"

_PLACEHOLDER = '"@GAUGEWAY@"'
_HEADER = re.compile(rb"// gaugeway (\S+) ([0-9a-f]{16}), written by [^\n]*\n")
_COMMAND = re.compile(rb'^const GAUGEWAY = (\["(?:[^\n])*\])', re.MULTILINE)

State = Literal["current", "outdated", "changed", "missing"]
"""``current``: as this version writes it. ``outdated``: as another version wrote it, or for another command.
``changed``: not as it was written, or never ours."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin file in a config folder. ``version``: the gaugeway that wrote it, where that is known."""

    path: str
    state: State
    version: str | None


def written(command: Sequence[str]) -> Mapping[str, bytes]:
    """The files to write, by their path under the config folder. ``command``: how they run gaugeway.

    The first line says who wrote the file, and has a checksum of the rest: so a change is noticed, by
    whichever version looks.
    """
    said = msgspec.json.encode(command).decode()
    files = {}
    for path in sorted(SHIPPED.rglob("*.js")):
        body = path.read_text(encoding="utf-8").replace(_PLACEHOLDER, said).encode()
        header = f"// gaugeway {__version__} {_checksum(body)}, written by `gaugeway opencode install`\n"
        files[path.relative_to(SHIPPED).as_posix()] = header.encode() + body
    return files


def state_of(data: bytes | None, wanted: bytes | None) -> tuple[State, str | None]:
    """What became of a file that should be ``wanted``, or not be at all; and which version wrote it."""
    if data is None:
        return "missing", None
    header = _HEADER.match(data)
    version = header[1].decode("utf-8", "replace") if header else None
    if data == wanted:
        return "current", version
    if header and header[2].decode() == _checksum(data[header.end() :]):
        return "outdated", version
    return "changed", version


def command_of(data: bytes) -> tuple[str, ...] | None:
    """How a file that was written runs gaugeway; None where it does not say."""
    if match := _COMMAND.search(data):
        try:
            return msgspec.json.decode(match[1], type=tuple[str, ...])
        except msgspec.DecodeError:
            pass
    return None


def _checksum(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]

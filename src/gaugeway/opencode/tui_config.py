"""The entry in OpenCode's tui.json or tui.jsonc that loads the TUI plugin: found, added, taken out.

Bytes to bytes. OpenCode reads both files and adds their plugins up.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from gaugeway.errors import SetupError
from gaugeway.opencode.files import TUI
from gaugeway.sources import jsonc
from gaugeway.sources.jsonc_edit import with_item, with_member, without

# The strongest last. Where there is none the .jsonc is made: OpenCode moves the theme and the keys of an old
# opencode.json into a new tui.json, but only while there is none
# (packages/opencode/src/config/tui-migrate.ts).
NAMES = ("tui.json", "tui.jsonc")
_PLUGIN = "plugin"
_SCHEMA = "https://opencode.ai/tui.json"
_HINT = "mend the file; `gaugeway opencode status` checks again"


def with_entry(data: bytes | None, folder: Path, file: str) -> bytes:
    """The text of the config in ``folder`` with our entry; None and an empty one become a new text.

    Raises SetupError ``invalid_config`` naming ``file`` (and the line, where it does not parse).
    """
    entry = _entry(folder)
    if data is None or not data.strip():
        said = msgspec.json.encode(entry).decode()
        return f'{{\n  "$schema": "{_SCHEMA}",\n  "{_PLUGIN}": [{said}]\n}}\n'.encode()
    document = _read(data, file)
    if _indexes(document, folder):
        return data
    if document.value.get(_PLUGIN) is None:
        if _PLUGIN in document.value:
            raise SetupError("invalid_config", f"{file}: {_PLUGIN} is not a list")
        return with_member(document, (), _PLUGIN, [entry], file)
    return with_item(document, (_PLUGIN,), entry, file)


def without_entry(data: bytes, before: bytes | None, folder: Path, file: str) -> bytes | None:
    """The text without our entries; None where the file is ours alone. ``before``: the text before we came,
    as far as that is known. Raises as :func:`with_entry`.
    """
    if data == with_entry(before, folder, file):
        return before
    document = _read(data, file)
    mine = _indexes(document, folder)
    if not mine:
        return data
    had_list = before is None or (bool(before.strip()) and _PLUGIN in _read(before, file).value)
    if len(mine) == len(document.value[_PLUGIN]) and not had_list:
        return without(document, (_PLUGIN,), file)
    for index in reversed(mine):
        document = _read(without(document, (_PLUGIN, index), file), file)
    return document.data


def line_of(data: bytes | None, folder: Path, file: str) -> int | None:
    """The line of our entry; None where there is none. Raises as :func:`with_entry`."""
    document = _read(data or b"{}", file)
    return next((document.line((_PLUGIN, index)) for index in _indexes(document, folder)), None)


def _read(data: bytes, file: str) -> jsonc.Document:
    try:
        document = jsonc.read(data, file)
    except jsonc.ParseError as error:
        error.hint = _HINT
        raise
    if not isinstance(document.value, dict):
        raise SetupError("invalid_config", f"{file}:{document.line(())}: is not an object", _HINT)
    return document


def _indexes(document: jsonc.Document, folder: Path) -> list[int]:
    """Where the list has an entry that leads to our file, with options or without."""
    listed = document.value.get(_PLUGIN)
    return [
        index
        for index, item in enumerate(listed if isinstance(listed, list) else ())
        if _leads(item[0] if isinstance(item, list) and item else item, folder)
    ]


def _leads(spec: Any, folder: Path) -> bool:
    if not isinstance(spec, str):
        return False
    path = unquote(urlsplit(spec).path) if spec.startswith("file://") else spec
    return spec == _entry(folder) or folder / path == folder / TUI


def _entry(folder: Path) -> str:
    # Relative, so that the folder may move; but what a .opencode folder says is relative to its parent.
    return str(folder / TUI) if folder.name == ".opencode" else f"./{TUI}"

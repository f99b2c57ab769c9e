"""Edits of JSONC that touch one item and nothing else: no comment, no space, no other byte changes.

Bytes to bytes. What was added is laid out like its neighbours; taking it out again gives back the same bytes.
"""

import re
from operator import itemgetter
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources import jsonc
from gaugeway.sources.jsonc import Document, KeyPath

_GAP = re.compile(rb"(?:[ \t\r\n]++|//[^\r\n]*+|/\*.*?\*/)*+", re.DOTALL)
_SAME_LINE = re.compile(rb"(?:[ \t]++|/\*[^\r\n]*?\*/)*+(?://[^\r\n]*+)?")
_INDENT = re.compile(rb"(?:^|[\r\n])([ \t]+)\S")
_STEPS = re.compile(rb"\n( *)")
_KEY = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)

Edit = tuple[int, int, bytes]
"""Half-open range of bytes, and what takes its place."""


def with_item(document: Document, path: KeyPath, item: Any, file: str) -> bytes:
    """The text with ``item`` at the end of the list at ``path``.

    Raises SetupError ``invalid_config`` naming ``file`` where there is no list, or where the edit would
    change other values.
    """
    container = _at(document.value, path)
    if not isinstance(container, list):
        raise SetupError("invalid_config", f"{_named(path, file)} is not a list")
    text = msgspec.json.encode(item)
    wanted = _wanted(document, path, [*container, jsonc.read(text).value])
    return _made(document, _added(document, path, text), wanted, file)


def with_member(document: Document, path: KeyPath, key: str, value: Any, file: str) -> bytes:
    """The text with a new ``key`` at the end of the object at ``path``. Raises as :func:`with_item` does,
    also where the key is there already.
    """
    container = _at(document.value, path)
    if not isinstance(container, dict):
        raise SetupError("invalid_config", f"{_named(path, file)} is not an object")
    if key in container:
        raise SetupError("invalid_config", f"{file} has {key} already")
    text = msgspec.json.encode(value)
    wanted = _wanted(document, path, {**container, key: jsonc.read(text).value})
    return _made(document, _added(document, path, msgspec.json.encode(key) + b": " + text), wanted, file)


def without(document: Document, path: KeyPath, file: str) -> bytes:
    """The text without the item or member at ``path``, and without its comma. Raises as :func:`with_item`."""
    parent, part = path[:-1], path[-1]
    container = _at(document.value, parent)
    if isinstance(container, list):
        rest: Any = [item for index, item in enumerate(container) if index != part]
    else:
        rest = {key: item for key, item in container.items() if key != part}
    wanted = _wanted(document, parent, rest)
    if isinstance(container, dict) and _is_twice(document, path):
        raise _refused(file)
    try:
        return _made(document, _removed(document, path, tidy=True), wanted, file)
    except SetupError:  # the line's end belongs to a comment: leave the item's room empty
        return _made(document, _removed(document, path, tidy=False), wanted, file)


def _added(document: Document, path: KeyPath, text: bytes) -> list[Edit]:
    data, spans = document.data, _children(document, path)
    start, end = document.spans[path]
    start, end = start + 1, end - 1  # what is between the brackets
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    if not spans:
        if b"\n" not in data[start:end]:
            return [(start, start, text)]
        indent = _indent(data, end) + _unit(data)
        return [(start, start, _line(text, newline, indent, _unit(data)))]
    begin, last = _begin(document, path, len(spans) - 1), spans[-1][1]
    before = spans[-2][1] if len(spans) > 1 else start
    comma = _gap(data, last)
    trailing = data[comma : comma + 1] == b","
    if b"\n" not in data[before:begin] and b"\n" not in data[last:end]:
        return [(comma + 1, comma + 1, b" " + text + b",")] if trailing else [(last, last, b", " + text)]
    after = comma + 1 if trailing else last
    match = _SAME_LINE.match(data, after, end)
    assert match is not None
    line = _line(text, newline, _indent(data, begin), _unit(data))
    if trailing:
        return [(match.end(), match.end(), line + b",")]
    return [(last, last, b","), (match.end(), match.end(), line)]


def _line(text: bytes, newline: bytes, indent: bytes, unit: bytes) -> bytes:
    """An item or member on a line of its own; an object is laid out over several."""
    if text.endswith(b"}"):
        key = _KEY.match(text)
        start = 0 if key is None else key.end() + len(b": ")
        value = b"\n" + msgspec.json.format(text[start:], indent=1)
        value = _STEPS.sub(lambda steps: newline + indent + unit * len(steps[1]), value)
        text = text[:start] + value.removeprefix(newline + indent)
    return newline + indent + text


def _removed(document: Document, path: KeyPath, *, tidy: bool) -> list[Edit]:
    """``tidy``: with the beginning of its line, so that no empty line stays."""
    data, parent = document.data, path[:-1]
    spans = _children(document, parent)
    index = spans.index(document.spans[path])
    begin, end = _begin(document, parent, index), spans[index][1]
    if tidy:
        begin = _line_begin(data, begin)
    edits = [(begin, end, b"")]
    comma = _gap(data, end)
    if data[comma : comma + 1] == b",":
        edits.append((comma, comma + 1, b""))
    elif index > 0:
        comma = _gap(data, spans[index - 1][1])
        edits.append((comma, comma + 1, b""))
    return edits


def _made(document: Document, edits: list[Edit], wanted: Any, file: str) -> bytes:
    pieces, at = [], 0
    for start, end, text in sorted(edits, key=itemgetter(0)):  # of two at one place the first stays first
        pieces += [document.data[at:start], text]
        at = end
    data = b"".join([*pieces, document.data[at:]])
    try:
        if jsonc.read(data, file).value == wanted:
            return data
    except jsonc.JsoncError:
        pass
    raise _refused(file)


def _refused(file: str) -> SetupError:
    return SetupError("invalid_config", f"{file} can't be edited without changing something else in it")


def _named(path: KeyPath, file: str) -> str:
    return f"{file}: {'.'.join(map(str, path)) or 'its value'}"


def _wanted(document: Document, path: KeyPath, container: Any) -> Any:
    """The document's value with ``container`` at ``path``."""
    if not path:
        return container

    def replaced(value: Any, rest: KeyPath) -> Any:
        if not rest:
            return container
        copy: Any = list(value) if isinstance(value, list) else dict(value)
        copy[rest[0]] = replaced(value[rest[0]], rest[1:])
        return copy

    return replaced(document.value, path)


def _at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value


def _children(document: Document, path: KeyPath) -> list[tuple[int, int]]:
    container = _at(document.value, path)
    parts = range(len(container)) if isinstance(container, list) else container
    return sorted(document.spans[*path, part] for part in parts)


def _begin(document: Document, path: KeyPath, index: int) -> int:
    """Where the item at ``index`` of the container begins: its key, in an object."""
    data, spans = document.data, _children(document, path)
    at = _gap(data, document.spans[path][0] + 1 if index == 0 else spans[index - 1][1])
    return _gap(data, at + 1) if data[at : at + 1] == b"," else at


def _is_twice(document: Document, path: KeyPath) -> bool:
    """Whether a member's key stands there twice: then its value does not follow the key at its beginning."""
    value, data = document.spans[path], document.data
    begin = _begin(document, path[:-1], _children(document, path[:-1]).index(value))
    key = _KEY.match(data, begin)
    assert key is not None
    return _gap(data, _gap(data, key.end()) + 1) != value[0]


def _gap(data: bytes, at: int) -> int:
    """The end of blank space and comments."""
    match = _GAP.match(data, at)
    assert match is not None
    return match.end()


def _line_begin(data: bytes, at: int) -> int:
    """Back over the blank space before ``at``, and over one line break before that."""
    at = len(data[:at].rstrip(b" \t"))
    return at - 2 if data.endswith(b"\r\n", 0, at) else at - 1 if data.endswith(b"\n", 0, at) else at


def _indent(data: bytes, at: int) -> bytes:
    """The blank space that the line of ``at`` begins with."""
    line = data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1 : at]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _unit(data: bytes) -> bytes:
    """One step of indentation, as the file has it."""
    match = _INDENT.search(data)
    return match[1] if match else b"  "

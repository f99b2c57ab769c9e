"""JSON on one line, written by hand: the module costs a prompt twice what all of the line does."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def text(value: str) -> str:
    return '"' + "".join([_ESCAPES.get(char) or _escaped(char) for char in value]) + '"'


def _escaped(char: str) -> str:
    return char if char.isprintable() else "".join(f"\\u{unit:04x}" for unit in _units(ord(char)))


def _units(code: int) -> "Sequence[int]":
    """UTF-16 code units: JSON's escapes know no others."""
    if code < 0x10000:
        return [code]
    code -= 0x10000
    return [0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)]


def document(members: "Mapping[str, str | Sequence[str] | int]") -> str:
    return "{" + ", ".join([f"{text(name)}: {_value(value)}" for name, value in members.items()]) + "}"


def _value(value: "str | Sequence[str] | int") -> str:
    if isinstance(value, str):
        return text(value)
    return str(value) if isinstance(value, int) else "[" + ", ".join([text(one) for one in value]) + "]"

"""Several JSONC files as one tree: read in order, later wins, objects merge deeply, lists are replaced.

Every leaf still knows the file it came from: relative paths, line numbers and trust depend on it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from gaugeway.sources import jsonc
from gaugeway.sources.environment import Place
from gaugeway.sources.gateway import Trust
from gaugeway.sources.settings import Problem, Setting


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was read. ``file``: its path, or the name of the variable that held the text."""

    document: jsonc.Document
    file: str
    folder: Path
    trust: Trust


class Leaf(msgspec.Struct, frozen=True):
    """A text, number, flag, null or list, where it stood in the file that won."""

    value: Any
    layer: Layer
    path: jsonc.KeyPath

    def setting(self) -> Setting:
        return self.layer_setting(self.value, self.path)

    def layer_setting(self, value: Any, path: jsonc.KeyPath) -> Setting:
        """The setting at ``path``, at or under this leaf (an item of a list)."""
        return Setting(
            value=value,
            file=self.layer.file,
            line=self.layer.document.line(path),
            field=dotted(path),
            folder=self.layer.folder,
        )


Tree: TypeAlias = dict[str, "Tree | Leaf"]


def read_file(place: Place, trust: Trust, problems: list[Problem]) -> Layer | None:
    """The file as a layer; None where there is none. What is wrong with it goes into ``problems``."""
    file = str(place.path)
    try:
        data = place.path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problems.append(Problem(file=file, field="", message=f"can't be read: {error.strerror}"))
        return None
    return read_text(data, file, place.path.parent, trust, problems)


def read_text(data: bytes, file: str, folder: Path, trust: Trust, problems: list[Problem]) -> Layer | None:
    try:
        document = jsonc.read(data, file)
    except jsonc.JsoncError as error:
        # Only a file of the user's own is worth an exit code: no repository decides about that.
        fatal = trust == "trusted"
        message = f"is not JSON: {error.what} (column {error.column})"
        problems.append(Problem(file=file, line=error.line, field="", message=message, fatal=fatal))
        return None
    if not isinstance(document.value, dict):
        problems.append(Problem(file=file, line=document.line(()), field="", message="is not an object"))
        return None
    return Layer(document=document, file=file, folder=folder, trust=trust)


def merge(layers: Iterable[Layer]) -> Tree:
    tree: Tree = {}
    for layer in layers:
        _lay(tree, layer.document.value, layer, ())
    return tree


def _lay(tree: Tree, value: dict[str, Any], layer: Layer, path: jsonc.KeyPath) -> None:
    for name, item in value.items():
        inner = (*path, name)
        if isinstance(item, dict):
            below = tree.get(name)
            if not isinstance(below, dict):
                below = tree[name] = {}
            _lay(below, item, layer, inner)
        else:
            tree[name] = Leaf(item, layer, inner)


def at(tree: Tree, *names: str) -> "Tree | Leaf | None":
    """What stands at the path; None where nothing (or null) does. A leaf on the way is returned itself: it
    stands where an object is needed.
    """
    found: Tree | Leaf | None = tree
    for name in names:
        if not isinstance(found, dict):
            break
        found = found.get(name)
    return None if isinstance(found, Leaf) and found.value is None else found


def dotted(path: jsonc.KeyPath) -> str:
    """``("a", "b", 0)`` -> ``a.b[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")

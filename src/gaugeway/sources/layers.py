"""JSONC files as layers of one tree: later wins, objects merge deeply, lists are replaced.

Every value still knows the file it came from: relative paths, line numbers and trust depend on it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gaugeway.sources import jsonc
from gaugeway.sources.environment import Place
from gaugeway.sources.gateway import Trust
from gaugeway.sources.settings import Layer, Problem, Setting


def read_file(place: Place, trust: Trust, problems: list[Problem]) -> Layer | None:
    """The file as a layer; None where there is none. What is wrong with it goes into ``problems``."""
    try:
        data = place.read()
    except OSError as error:
        problems.append(Problem(file=place.name, message=f"can't be read: {error.strerror}"))
        return None
    return None if data is None else read_text(data, place.name, place.path.parent, trust, problems)


def read_text(data: bytes, file: str, folder: Path, trust: Trust, problems: list[Problem]) -> Layer | None:
    try:
        document = jsonc.read(data or b"{}", file)  # OpenCode takes an empty file for one that says nothing
    except jsonc.JsoncError as error:
        # Only a file of the user's own is worth an exit code: no repository decides about that.
        fatal = trust == "trusted"
        problems.append(Problem(file=file, line=error.line, message=error.what, fatal=fatal))
        return None
    if not isinstance(document.value, dict):
        problems.append(Problem(file=file, line=document.line(()), message="is not an object"))
        return None
    return Layer(file=file, folder=folder, trust=trust, value=document.value, line_of=document.line)


def merge(layers: Iterable[Layer]) -> Setting:
    """The tree of all layers, the strongest last."""
    tree = Setting({}, Layer(file="OpenCode's config", folder=Path()), ())
    for layer in layers:
        tree = _laid(tree, layer.value, layer, ())
    return tree


def _laid(below: Setting | None, value: Any, layer: Layer, path: jsonc.KeyPath) -> Setting:
    if isinstance(value, dict):
        merged = dict(below.value) if below is not None and isinstance(below.value, dict) else {}
        for name, item in value.items():
            merged[name] = _laid(merged.get(name), item, layer, (*path, name))
        value = merged
    return Setting(value, layer, path)

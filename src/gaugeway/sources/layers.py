"""Configuration files as layers of one tree: later wins, objects merge deeply, lists are replaced.

Every value still knows the file it came from: relative paths, line numbers and trust depend on it.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from gaugeway.sources import jsonc
from gaugeway.sources.environment import Place
from gaugeway.sources.gateway import Trust
from gaugeway.sources.settings import Layer, Problem, Setting

Lines = Callable[[jsonc.KeyPath], int | None]
Parse = Callable[[bytes, str], tuple[Any, Lines]]


def _parsed(data: bytes, file: str) -> tuple[Any, Lines]:
    document = jsonc.read(data or b"{}", file)  # OpenCode takes an empty file for one that says nothing
    return document.value, document.line


def read_file(
    place: Place, trust: Trust, problems: list[Problem], *, own: Parse | None = None, required: bool = False
) -> Layer | None:
    """The file as a layer; None where there is none. What is wrong with it goes into ``problems``, also that
    it is not there though ``required``. ``own``: what parses gaugeway's own config.
    """
    layer = Layer(file=place.name, folder=place.path.parent, trust=trust, own=own is not None)
    try:
        data = place.read()
    except OSError as error:
        fatal = layer.own and trust == "trusted"
        problems.append(Problem(file=layer.file, message=f"can't be read: {error.strerror}", fatal=fatal))
        return None
    if data is None and required:  # where no variable names it, it was typed: a wrong usage
        named = f" ({place.variable} names it)" if place.variable else ""
        problems.append(Problem(file=layer.file, message=f"does not exist{named}", fatal=not named))
    filled = None if data is None else fill(layer, data, problems, own or _parsed)
    if filled and place.variable and trust == "display-only":
        remedy = "; name it after --config to trust it" if own else ""
        message = f"is inside the current git work tree, so only display settings are taken from it{remedy}"
        problems.append(Problem(file=layer.file, message=message))
    return filled


def fill(layer: Layer, data: bytes, problems: list[Problem], parsed: Parse = _parsed) -> Layer | None:
    """The layer with what its text says; None where it says nothing."""
    try:
        value, line_of = parsed(data, layer.file)
    except jsonc.ParseError as error:
        # Only a file of the user's own is worth an exit code: no repository decides about that.
        fatal = layer.trust == "trusted"
        problems.append(Problem(file=layer.file, line=error.line, message=error.what, fatal=fatal))
        return None
    layer = msgspec.structs.replace(layer, value=value, line_of=line_of)
    if isinstance(value, dict):
        return layer
    problems.append(Setting(value, layer, ()).problem("is not an object"))
    return None


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

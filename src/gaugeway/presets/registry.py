"""Presets by name, one at a time: a name in the tree never costs a look at the installed packages."""

import re
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, cast

from gaugeway.errors import SetupError
from gaugeway.presets.preset import Preset

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_MACHINERY = frozenset({"preset", "registry"})


def find(name: str) -> Preset:
    """The preset called ``name``.

    Raises SetupError ``invalid_config`` for a name nobody provides, and for one that fails to load.
    """
    module = name.replace("-", "_")
    if _NAME.fullmatch(name) and module not in _MACHINERY:
        full = f"gaugeway.presets.{module}"
        if find_spec(full) is not None:
            return _whole(import_module(full))
    return _installed(name)


def in_tree() -> tuple[str, ...]:
    """The names of gaugeway's own presets, without importing one."""
    import gaugeway.presets as home

    found = (module.name for module in iter_modules(home.__path__) if module.name not in _MACHINERY)
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def _whole(preset: Any) -> Preset:
    """The preset, with the usual values of what it leaves out."""
    for member in Preset.__annotations__:
        if not hasattr(preset, member) and hasattr(Preset, member):
            setattr(preset, member, getattr(Preset, member))
    return cast("Preset", preset)


def _installed(name: str) -> Preset:
    from importlib.metadata import entry_points  # 33 ms: only for a name that is not in the tree

    for entry in entry_points(group="gaugeway.presets", name=name):
        try:
            return _whole(entry.load())
        except Exception as error:
            raise SetupError(
                "invalid_config", f"preset {name!r} of {entry.value} does not load: {error!r}"
            ) from error
    from difflib import get_close_matches

    near = get_close_matches(name, in_tree(), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(in_tree())}"
    raise SetupError("invalid_config", f"preset {name!r} is not known", hint)

"""OpenCode's auth.json: credentials by provider id."""

from collections.abc import Iterator

import msgspec

from gaugeway.sources.environment import Environment
from gaugeway.sources.layers import Layer, read_file
from gaugeway.sources.settings import Problem
from gaugeway.sources.trust import WorkTrees


class AuthFiles:
    """Read on first use. ``{"type": "api", "key": ...}`` holds a key; ``oauth`` and other entries do not."""

    def __init__(self, env: Environment, trees: WorkTrees, problems: list[Problem]) -> None:
        self._env = env
        self._trees = trees
        self._problems = problems
        self._layers: list[tuple[str, Layer | None]] | None = None

    def look(self, provider_id: str) -> Iterator[tuple[str, str | None]]:
        """Each file's place for this provider in words, and the key that stands there, if one does."""
        if self._layers is None:
            self._layers = list(self._read())
        for file, layer in self._layers:
            place = f"{provider_id} in {file}"
            entry = layer.document.value.get(provider_id) if layer is not None else None
            if not isinstance(entry, dict):
                yield place, None
            elif entry.get("type") != "api":
                yield f"{place} (not an API key, a sign-in)", None
            elif not isinstance(entry.get("key"), str):
                yield f"{place} (its key is not text)", None
            else:
                yield place, entry["key"]

    def _read(self) -> Iterator[tuple[str, Layer | None]]:
        for place in self._env.opencode_auth_files():
            if self._trees.trust(place) == "display-only":
                yield f"{place.path} (inside the current git work tree: not trusted)", None
                continue
            found: list[Problem] = []
            yield str(place.path), read_file(place, "trusted", found)
            # It is no config file: a broken one costs its keys, not an exit code.
            self._problems += [msgspec.structs.replace(problem, fatal=False) for problem in found]

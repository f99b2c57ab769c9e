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

    def find(self, provider_id: str, checked: list[str]) -> str | None:
        """The key of the first file with an entry; every place looked at goes into ``checked``, the one with
        the key last.
        """
        if self._layers is None:
            self._layers = list(self._read())
        for place, layer in self._layers:
            entry = layer.document.value.get(provider_id) if layer is not None else None
            checked.append(f"{provider_id} in {place}")
            if not isinstance(entry, dict):
                continue
            if entry.get("type") != "api":
                checked[-1] += " (not an API key, a sign-in)"
            elif isinstance(key := entry.get("key"), str) and key:
                return key
            else:
                checked[-1] += " (its key is not text, or empty)"
        return None

    def _read(self) -> Iterator[tuple[str, Layer | None]]:
        for place in self._env.opencode_auth_files():
            if self._trees.trust(place) == "display-only":
                yield f"{place.path} (inside the current git work tree: not trusted)", None
                continue
            found: list[Problem] = []
            yield str(place.path), read_file(place, "trusted", found)
            # It is no config file: a broken one costs its keys, not an exit code.
            self._problems += [msgspec.structs.replace(problem, fatal=False) for problem in found]

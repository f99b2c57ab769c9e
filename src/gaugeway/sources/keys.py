"""Which key a gateway gets: its setting, its environment variable, what OpenCode holds for its provider.

An explicit key (``api_key``, the variable) goes to the base URL of its gateway. An implied one (OpenCode's
``options.apiKey``, ``auth.json``) belongs to the origin of that provider's ``options.baseURL``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Key, check_key
from gaugeway.sources.layers import read_file
from gaugeway.sources.settings import Layer, Problem, Setting
from gaugeway.sources.templates import Text
from gaugeway.sources.trust import WorkTrees
from gaugeway.transport import Secret

_OTHERS = re.compile(r"[^A-Z0-9]+")


def variable_of(gateway_id: str) -> str:
    """``my-gateway`` -> ``MY_GATEWAY_API_KEY``."""
    return _OTHERS.sub("_", gateway_id.upper()).strip("_") + "_API_KEY"


class KeyFinder(msgspec.Struct, kw_only=True, dict=True):
    """Looks through the places in their order; the first that has something decides, for good or ill.

    ``shared``: the variable names that no gateway uses, with the ids that share them. ``own_file`` and
    ``opencode_files`` name, in messages, what has no setting yet.
    """

    env: Environment
    trees: WorkTrees
    problems: list[Problem]
    shared: Mapping[str, Sequence[str]]
    own_file: str
    opencode_files: str

    def find(
        self, gateway_id: str, api_key: Setting | None, option: Setting | None, refusal: str | None
    ) -> Key:
        """The key, or a Key whose ``error`` says why there is none; with every place that was looked at.

        ``api_key``: the gateway's own setting; ``option``: OpenCode's ``options.apiKey``; ``refusal``: why
        implied keys may not go there, if so.
        """
        checked: list[str] = []
        unused: list[str] = []
        for place, value, refused in self._places(gateway_id, api_key, option, refusal):
            if value and not refused:
                return self._key(value, place, (*checked, place))
            if value:
                unused.append(f"{place} (not used: {refused})")
            checked.append(unused[-1] if value else place)
        variable = variable_of(gateway_id)
        instead = "" if variable in self.shared else f"the variable {variable}, or "
        message = "; ".join([f"no key for {gateway_id}", *unused])
        hint = f"set {instead}api_key for {gateway_id} in {self.own_file}"
        return Key(error=SetupError("no_key", message, hint), checked=tuple(checked))

    def _places(
        self, gateway_id: str, api_key: Setting | None, option: Setting | None, refusal: str | None
    ) -> Iterator[tuple[str, Setting | str | None, str | None]]:
        """Each place's name, what is there, and why it may not be used, if so."""
        yield f"gateways.{gateway_id}.api_key in {self.own_file}", api_key, None
        variable = variable_of(gateway_id)
        ids = self.shared.get(variable)
        sharing = f"{' and '.join(ids)} share that name at different origins" if ids else None
        yield f"environment variable {variable}", self.env.environ.get(variable), sharing
        file = self.opencode_files if option is None else option.layer.file
        yield f"provider.{gateway_id}.options.apiKey in {file}", option, refusal
        for file, layer in self._auth_files:
            place = f"{gateway_id} in {file}"
            entry = None if layer is None else layer.value.get(gateway_id)
            if not isinstance(entry, dict):
                yield place, None, None
            elif entry.get("type") != "api" or not isinstance(entry.get("key"), str):
                yield f"{place} (not an API key)", None, None
            else:
                yield place, entry["key"], refusal

    @cached_property
    def _auth_files(self) -> list[tuple[str, Layer | None]]:
        """OpenCode's credentials by provider id, read when the first gateway comes that far."""
        layers: list[tuple[str, Layer | None]] = []
        for place in self.env.opencode_auth_files():
            if self.trees.trust(place) == "display-only":
                layers.append((f"{place.name} (inside the current git work tree: not trusted)", None))
                continue
            # As a project's: it is no config file, so a broken one costs its keys, not an exit code.
            file = Place(place.path, looks=place.looks)
            layers.append((place.name, read_file(file, "display-only", self.problems)))
        return layers

    def _key(self, value: Setting | str, place: str, checked: tuple[str, ...]) -> Key:
        """Taken literally, resolved now, or (where a command or the keyring is asked) when a read is due."""
        env, source = self.env, place
        try:
            if isinstance(value, str):
                secret = check_key(value, place)
            elif "{" not in value.text():
                secret = check_key(value.text(), value)
            else:
                text = Text.of(value, deferred=True)
                if (shown := text.shown) != "...":
                    source = shown
                if text.deferred:
                    return Key(
                        deferred=lambda: check_key(text.resolve(env), value),
                        stamp=Secret(value.text()),
                        source=source,
                        checked=checked,
                    )
                secret = check_key(text.resolve(env), value)
        except SetupError as error:
            return Key(error=error, checked=checked)
        return Key(secret=secret, stamp=secret, source=source, checked=checked)

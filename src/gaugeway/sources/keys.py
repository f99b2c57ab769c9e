"""Which key a gateway gets: its setting, its environment variable, what OpenCode holds for its provider.

An explicit key (``api_key``, the variable) goes to the base URL of its gateway. An implied one (OpenCode's
``options.apiKey``, ``auth.json``) belongs to the origin of that provider's ``options.baseURL``.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources.auth import AuthFiles
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Key, check_key
from gaugeway.sources.settings import Setting
from gaugeway.sources.templates import Text
from gaugeway.transport import Origin, Secret


def variable_of(gateway_id: str) -> str:
    """``my-gateway`` -> ``MY_GATEWAY_API_KEY``."""
    return re.sub(r"[^A-Z0-9]+", "_", gateway_id.upper()).strip("_") + "_API_KEY"


def rivals(origins: Mapping[str, Origin | None]) -> dict[str, tuple[str, ...]]:
    """The variable names that no gateway uses: those of several ids at different origins, with these ids.

    An origin that is not known counts as another one.
    """
    ids: dict[str, list[str]] = {}
    for gateway_id in origins:
        ids.setdefault(variable_of(gateway_id), []).append(gateway_id)
    return {
        variable: tuple(sharing)
        for variable, sharing in ids.items()
        if len(sharing) > 1 and len({origins[one] for one in sharing}) > 1
    }


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway a key is looked for.

    ``api_key``: its own setting. ``option``: OpenCode's ``options.apiKey``. ``implied_refusal``: why implied
    keys may not go there, if so.
    """

    id: str
    api_key: Setting | None = None
    option: Setting | None = None
    implied_refusal: str | None = None


class _Place(msgspec.Struct, frozen=True):
    """A place a key may come from: what is there, and why it may not be used, if so."""

    name: str
    value: Setting | str | None
    refusal: str | None = None


class KeyFinder:
    """Looks through the places in their order; the first that has something decides, for good or ill.

    ``shared``: see `rivals`. ``own_file`` and ``opencode_files`` name, in messages, what has no setting yet.
    """

    def __init__(
        self,
        env: Environment,
        auth: AuthFiles,
        shared: Mapping[str, tuple[str, ...]],
        *,
        own_file: str,
        opencode_files: str,
    ) -> None:
        self._env = env
        self._auth = auth
        self._shared = shared
        self._own_file = own_file
        self._opencode_files = opencode_files

    def find(self, wanted: Wanted) -> Key:
        """The key, or a Key whose ``error`` says why there is none; with every place that was looked at."""
        checked: list[str] = []
        refusals: list[str] = []
        for place in self._places(wanted):
            if place.value and place.refusal:
                refusals.append(f"{place.name} is not used: {place.refusal}")
                checked.append(f"{place.name} (not used: {place.refusal})")
                continue
            checked.append(place.name)
            if place.value:
                try:
                    key = self._key(place.value, place.name)
                except SetupError as error:
                    key = Key(error=error)
                return msgspec.structs.replace(key, checked=tuple(checked))
        message = "; ".join([f"no key for {wanted.id}", *refusals])
        return Key(error=SetupError("no_key", message, self._hint(wanted.id)), checked=tuple(checked))

    def _places(self, wanted: Wanted) -> Iterator[_Place]:
        yield _Place(f"gateways.{wanted.id}.api_key in {self._own_file}", wanted.api_key)
        variable = variable_of(wanted.id)
        sharing = self._shared.get(variable)
        refusal = f"{' and '.join(sharing)} share that name at different origins" if sharing else None
        yield _Place(f"environment variable {variable}", self._env.environ.get(variable), refusal)
        file = self._opencode_files if wanted.option is None else wanted.option.file
        name = f"provider.{wanted.id}.options.apiKey in {file}"
        yield _Place(name, wanted.option, wanted.implied_refusal)
        for name, key in self._auth.look(wanted.id):
            yield _Place(name, key, wanted.implied_refusal)

    def _key(self, value: Setting | str, place: str) -> Key:
        """Taken literally, resolved now, or (where a command or the keyring is asked) when a read is due."""
        if isinstance(value, str):
            secret = check_key(value, place)
            return Key(secret=secret, stamp=secret, source=place)
        env, text, where = self._env, Text.of(value, deferred=True), value.where
        source = text.shown or place
        if text.deferred:
            stamp = Secret(value.text())
            return Key(deferred=lambda: check_key(text.resolve(env), where), stamp=stamp, source=source)
        secret = check_key(text.resolve(env), where)
        return Key(secret=secret, stamp=secret, source=source)

    def _hint(self, gateway_id: str) -> str:
        variable = variable_of(gateway_id)
        instead = "" if variable in self._shared else f"the variable {variable}, or "
        return f"set {instead}api_key for {gateway_id} in {self._own_file}"

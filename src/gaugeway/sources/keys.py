"""Which key a gateway gets: its setting, its environment variable, what OpenCode holds for its provider.

An explicit key (``api_key``, the variable) goes to the base URL of its gateway. An implied one (OpenCode's
``options.apiKey``, ``auth.json``) belongs to the origin of that provider's ``options.baseURL``.
"""

import re
from collections.abc import Mapping

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

    An origin that is not known counts as one of its own.
    """
    ids: dict[str, list[str]] = {}
    for gateway_id in origins:
        ids.setdefault(variable_of(gateway_id), []).append(gateway_id)
    return {
        variable: tuple(sharing)
        for variable, sharing in ids.items()
        if len(sharing) > 1 and len({str(origins[one] or f"?{one}") for one in sharing}) > 1
    }


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway a key is looked for.

    ``api_key``: its own setting. ``option``: OpenCode's ``options.apiKey``. ``implied_error``: why implied
    keys are not this gateway's, if so.
    """

    id: str
    api_key: Setting | None = None
    option: Setting | None = None
    implied_error: str | None = None


class KeyFinder:
    """Looks through the places in their order; the first that has something decides, for good or ill."""

    def __init__(
        self,
        env: Environment,
        *,
        shared: Mapping[str, tuple[str, ...]],
        auth: AuthFiles,
        own_file: str,
        opencode_files: str,
    ) -> None:
        self._env = env
        self._shared = shared
        self._auth = auth
        self._own_file = own_file
        self._opencode_files = opencode_files

    def find(self, wanted: Wanted) -> Key:
        """The key, or a Key whose ``error`` says why there is none; with every place that was looked at."""
        checked: list[str] = []
        reasons: list[str] = []
        steps = (self._setting, self._variable, self._option, self._stored)
        try:
            found = next((key for step in steps if (key := step(wanted, checked, reasons))), None)
            if found is None:
                raise self._none(wanted, reasons)
        except SetupError as error:
            found = Key(error=error)
        return msgspec.structs.replace(found, checked=tuple(checked))

    def _setting(self, wanted: Wanted, checked: list[str], _: list[str]) -> Key | None:
        if wanted.api_key is None:
            checked.append(f"gateways.{wanted.id}.api_key in {self._own_file}")
            return None
        return self._configured(wanted.api_key, checked)

    def _variable(self, wanted: Wanted, checked: list[str], reasons: list[str]) -> Key | None:
        name = variable_of(wanted.id)
        place = f"environment variable {name}"
        text = self._env.environ.get(name)
        if text and (sharing := self._shared.get(name)):
            reason = f"{name} is not used: {' and '.join(sharing)} share that name, at different origins"
            reasons.append(reason)
            checked.append(f"{place} (not used: {' and '.join(sharing)} share that name)")
            return None
        checked.append(place)
        return _literal(text, place) if text else None

    def _option(self, wanted: Wanted, checked: list[str], reasons: list[str]) -> Key | None:
        if wanted.option is None:
            checked.append(f"provider.{wanted.id}.options.apiKey in {self._opencode_files}")
            return None
        if wanted.implied_error is not None:
            checked.append(f"{wanted.option.field} in {wanted.option.file} (not used)")
            reasons.append(wanted.implied_error)
            return None
        return self._configured(wanted.option, checked)

    def _stored(self, wanted: Wanted, checked: list[str], reasons: list[str]) -> Key | None:
        text = self._auth.find(wanted.id, checked)
        if text is None:
            return None
        place = checked[-1]
        if wanted.implied_error is not None:
            checked[-1] = f"{place} (not used)"
            if wanted.implied_error not in reasons:
                reasons.append(wanted.implied_error)
            return None
        return _literal(text, place)

    def _configured(self, setting: Setting, checked: list[str]) -> Key:
        """The key of a setting: taken literally, resolved now, or resolved when a live read is due."""
        place = f"{setting.field} in {setting.file}"
        checked.append(place)
        text = Text.of(setting, deferred=True)
        if text.shown is None:
            return _literal(setting.text(), place)
        if not text.deferred:
            secret = check_key(text.resolve(self._env), setting.where)
            return Key(secret=secret, stamp=secret, source=text.shown)
        env = self._env
        return Key(
            deferred=lambda: check_key(text.resolve(env), setting.where),
            stamp=Secret(setting.text()),
            source=text.shown,
        )

    def _none(self, wanted: Wanted, reasons: list[str]) -> SetupError:
        name = variable_of(wanted.id)
        because = "".join(f"; {reason}" for reason in reasons)
        if name in self._shared:
            hint = f"set api_key for {wanted.id} in {self._own_file}"
        else:
            hint = f"set the variable {name}, or api_key for {wanted.id} in {self._own_file}"
        return SetupError("no_key", f"no key for {wanted.id}{because}", hint)


def _literal(text: str, place: str) -> Key:
    secret = check_key(text, place)
    return Key(secret=secret, stamp=secret, source=place)

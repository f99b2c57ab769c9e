"""The provider ``openai-compatible``: any number of gateways, from gaugeway's own config and OpenCode's."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gaugeway.amounts import clean
from gaugeway.errors import SetupError
from gaugeway.readings import Thresholds
from gaugeway.sources import config, opencode
from gaugeway.sources.auth import AuthFiles
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Definition, Gateway, Key, check_auth
from gaugeway.sources.keys import KeyFinder, Wanted, rivals
from gaugeway.sources.opencode import OpenCode, ProviderOptions
from gaugeway.sources.providers import OPENAI_COMPATIBLE
from gaugeway.sources.settings import Draft, Problem, Setting
from gaugeway.sources.templates import expand
from gaugeway.sources.trust import WorkTrees
from gaugeway.transport import Origin, check_quota_path, parse_base_url

_T = TypeVar("_T")


class Found(msgspec.Struct, frozen=True):
    """``origins``: those of OpenCode's providers (``options.baseURL``), by provider id."""

    gateways: tuple[Gateway, ...]
    problems: tuple[Problem, ...]
    origins: Mapping[str, Origin]


def discover(env: Environment, config_file: Path | None = None) -> Found:
    """Every gateway that is configured for this user, and what is wrong with the configuration.

    ``config_file``: typed after ``--config``. Reads files and variables only: nothing is asked, run or
    kept. A gateway that can't be asked as it is has ``error`` or ``key.error`` set and stays listed.
    """
    trees = WorkTrees(env)
    own = config.read(env, config_file, trees)
    code = opencode.read(env, trees)
    origins = {name: _provider_origin(code, name, env) for name in code.provider_ids()}
    merged: dict[str, _Merged] = {}
    for draft in (*own.drafts, *code.drafts):  # own gateways are listed first
        merged.setdefault(draft.id, _Merged(draft.id, env))
    for draft in (*code.drafts, *own.drafts):  # own fields win
        merged[draft.id].add(draft)
    for one in merged.values():
        one.settle(code)
    problems = [*own.problems, *code.problems]
    keys = KeyFinder(
        env,
        AuthFiles(env, trees, problems),
        rivals({one.id: one.origin for one in merged.values() if one.trusted}),
        own_file=str(config.user_file(env, config_file, trees).path),
        opencode_files=" or ".join(code.files) or "OpenCode's config",
    )
    gateways = tuple(one.gateway(keys) for one in merged.values())  # may find auth.json to be a problem
    return Found(
        gateways,
        tuple(problems),
        {name: origin for name, origin in origins.items() if origin is not None},
    )


def _provider_origin(code: OpenCode, provider_id: str, env: Environment) -> Origin | None:
    try:
        return _origin(code.options(provider_id).base_url, env)
    except SetupError:
        return None


def _origin(setting: Setting | None, env: Environment) -> Origin | None:
    """The origin a setting states; None where it states none, or none that could be asked."""
    if setting is None:
        return None
    try:
        return Origin.of(parse_base_url(expand(setting, env), allow_http=True))
    except SetupError:
        return None


class _Merged:
    """One gateway on its way: what all its definitions say together. The first thing wrong is its error."""

    def __init__(self, gateway_id: str, env: Environment) -> None:
        self.id = gateway_id
        self.origin: Origin | None = None
        self._env = env
        self._fields: dict[str, Setting] = {}
        self._definitions: list[Definition] = []
        self._item_url: Setting | None = None
        self._option: Setting | None = None
        self._implied_refusal: str | None = None
        self._base_url: str | None = None
        self._error: SetupError | None = None

    @property
    def trusted(self) -> bool:
        return any(definition.trust == "trusted" for definition in self._definitions)

    def add(self, draft: Draft) -> None:
        """Fields of later definitions win."""
        base_url = draft.fields.get("base_url")
        if base_url is not None and not base_url.own:
            self._item_url = base_url
        self._fields |= draft.fields
        self._definitions.append(draft.definition)
        if draft.definition.trust == "trusted":  # no repository breaks a gateway
            self._error = self._error or draft.error

    def settle(self, code: OpenCode) -> None:
        """Where this gateway is, and whether OpenCode's key for its provider may go there."""
        if not self.trusted:
            places = " and ".join(definition.file for definition in self._definitions)
            self._error = SetupError(
                "invalid_config",
                f"{self.id} is defined only in {places}, from where only display settings are taken",
                "define it in your own config.toml, or name the file after --config",
            )
            return
        options = self._checked(lambda: code.options(self.id)) or ProviderOptions()
        self._option = options.api_key
        setting = self._fields.get("base_url") or options.base_url
        if setting is None:
            self._error = self._error or SetupError("no_base_url", f"{self.id} has no base URL")
            return
        self._base_url = self._checked(
            lambda: parse_base_url(
                expand(setting, self._env), **self._values("allow_http"), field=setting.where
            )
        )
        if self._base_url is None:
            return
        self.origin = Origin.of(self._base_url)
        stated = [one for one in (self._item_url, options.base_url) if one is not None]
        if setting.own and stated and self.origin not in [_origin(one, self._env) for one in stated]:
            self._implied_refusal = f"{stated[0].where} binds it to another origin than {self.origin}"

    def gateway(self, keys: KeyFinder) -> Gateway:
        quota_path = self._text("quota_path", check_quota_path)
        auth = self._text("auth", check_auth)
        ca_file = self._text(
            "ca_file", lambda text, _: str(self._env.path(text, self._fields["ca_file"].folder))
        )
        label = self._fields.get("label")
        wanted = Wanted(
            id=self.id,
            api_key=self._fields.get("api_key"),
            option=self._option,
            implied_refusal=self._implied_refusal,
        )
        return Gateway(
            id=self.id,
            base_url=self._base_url,
            label=clean(label.text()) or None if label is not None else None,
            provider=OPENAI_COMPATIBLE.id,
            key=keys.find(wanted) if self.trusted else Key(),
            quota_path=quota_path,
            auth=auth,
            ca_file=ca_file,
            thresholds=Thresholds(**self._values("low", "critical", "low_amount", "critical_amount")),
            meters=tuple(self._values("meters").get("meters", ())),
            definitions=tuple(self._definitions),
            **self._values("preset", "timeout", "refresh", "allow_http", "unattended"),
            error=self._error,
        )

    def _values(self, *names: str) -> dict[str, Any]:
        return {name: self._fields[name].value for name in names if name in self._fields}

    def _text(self, name: str, check: Callable[[str, str], str]) -> str | None:
        setting = self._fields.get(name)
        if setting is None:
            return None
        return self._checked(lambda: check(expand(setting, self._env), setting.where))

    def _checked(self, read: Callable[[], _T]) -> _T | None:
        """What ``read`` returns; where it fails, None, and the gateway can't be asked."""
        try:
            return read()
        except SetupError as wrong:
            self._error = self._error or wrong
            return None

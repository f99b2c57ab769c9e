"""The provider ``openai-compatible``: any number of gateways, from gaugeway's own config and OpenCode's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from gaugeway.amounts import clean
from gaugeway.errors import SetupError
from gaugeway.readings import Thresholds
from gaugeway.sources import config, opencode
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import Gateway, Key, check_auth
from gaugeway.sources.keys import KeyFinder, variable_of
from gaugeway.sources.opencode import OpenCode
from gaugeway.sources.quota_toast import Toast
from gaugeway.sources.settings import Draft, Problem, Setting
from gaugeway.sources.templates import expand
from gaugeway.sources.trust import WorkTrees
from gaugeway.transport import Origin, check_quota_path, parse_base_url

if TYPE_CHECKING:
    from gaugeway.sources.alerting import Alerts

_T = TypeVar("_T")

_THRESHOLDS = frozenset(Thresholds.__struct_fields__)
_CHECKS: dict[str, Callable[[Environment, Setting], str]] = {
    "quota_path": lambda env, setting: check_quota_path(expand(setting, env), setting),
    "auth": lambda env, setting: check_auth(expand(setting, env), setting),
    "ca_file": lambda env, setting: str(env.path(expand(setting, env), setting.layer.folder)),
}


class Found(msgspec.Struct, frozen=True):
    """``origins``: those of OpenCode's providers (``options.baseURL``), by provider id. ``toast``: what its
    users set for the display. ``alerts``: what the user's own config says of them; None where it is silent.
    ``facts``: what all of it was read from (see `looks`).
    """

    gateways: tuple[Gateway, ...]
    problems: tuple[Problem, ...]
    origins: Mapping[str, Origin]
    toast: Toast = Toast()
    alerts: "Alerts | None" = None
    facts: Mapping[str, str] = {}

    def serving(self, provider: str, gateways: Sequence[Gateway]) -> list[Gateway]:
        """Of these the one with the provider's id, else those at the origin that OpenCode's provider has."""
        named = [gateway for gateway in gateways if gateway.id == provider]
        origin = self.origins.get(provider)
        if named or origin is None:
            return named
        return [one for one in gateways if one.origin == origin]


def discover(env: Environment, config_file: Path | None = None, *, project: bool = False) -> Found:
    """Every gateway that is configured for this user, and what is wrong with the configuration.

    ``config_file``: typed after ``--config``. ``project``: OpenCode's files of the current folder may say how
    it is displayed there. Reads files and variables only: nothing is asked, run or
    kept. A gateway that can't be asked as it is has ``error`` or ``key.error`` set and stays listed.
    """
    problems: list[Problem] = []
    env = env.watched(config_file)
    trees = WorkTrees(env)
    own, alerting = config.read(env, config_file, trees, problems)
    code = opencode.read(env, trees, problems, project=project)
    drafts: dict[str, list[Draft]] = {draft.id: [] for draft in (*own, *code.drafts)}  # own are listed first
    for draft in (*code.drafts, *own):  # own fields win
        drafts[draft.id].append(draft)
    merged = [_Merged(gateway_id, said, code, env) for gateway_id, said in drafts.items()]
    keys = KeyFinder(
        env=env,
        trees=trees,
        problems=problems,
        shared=_shared_variables(merged),
        own_file=config.user_file(env, config_file, trees).name,
        opencode_files=" or ".join(code.files) or "OpenCode's config",
    )
    gateways = tuple(one.gateway(keys) for one in merged)  # may find auth.json to be a problem
    origins = {}
    for name in code.provider_ids():
        with suppress(SetupError):
            if origin := _origin(code.option(name, "baseURL"), env):
                origins[name] = origin
    alerts = None
    if alerting is not None:
        from gaugeway.sources.alerting import read

        alerts = read(alerting, list(drafts), problems)
    facts = {} if env.looks is None else dict(env.looks.facts)  # what a key's command looks at is its own
    return Found(gateways, tuple(problems), origins, code.toast, alerts, facts)


def _origin(setting: Setting | None, env: Environment) -> Origin | None:
    """The origin a setting states; None where it states none, or none that could be asked."""
    with suppress(SetupError):
        return None if setting is None else Origin.of(parse_base_url(expand(setting, env), allow_http=True))
    return None


class _Merged:
    """One gateway: what all its definitions say together. The first thing wrong is its error."""

    def __init__(self, gateway_id: str, drafts: list[Draft], code: OpenCode, env: Environment) -> None:
        self.id = gateway_id
        self._drafts = drafts
        self._env = env
        self._fields = {name: setting for draft in drafts for name, setting in draft.fields.items()}
        self._option: Setting | None = None
        self._refusal: str | None = None
        self._base_url: str | None = None
        trusted = [draft for draft in drafts if draft.definition.trust == "trusted"]
        self.trusted = bool(trusted)
        self._error = next((draft.error for draft in trusted if draft.error), None)  # no repository breaks it
        if trusted:
            urls = [draft.fields["base_url"] for draft in trusted if "base_url" in draft.fields]
            self._settle(code, [url for url in urls if not url.layer.own][-1:])
        else:
            places = " and ".join(draft.definition.file for draft in drafts)
            self._error = SetupError(
                "invalid_config",
                f"{gateway_id} is defined only in {places}, from where only display settings are taken",
                "define it in your own config.toml, or name the file after --config",
            )

    def _settle(self, code: OpenCode, stated: list[Setting]) -> None:
        """Where this gateway is, and whether OpenCode's key for its provider may go there. ``stated``: the
        base URL of OpenCode's item, if it has one.
        """
        option_url = self._checked(lambda: code.option(self.id, "baseURL"))
        self._option = self._checked(lambda: code.option(self.id, "apiKey"))
        setting = self._fields.get("base_url") or option_url
        if setting is None:
            self._error = self._error or SetupError("no_base_url", f"{self.id} has no base URL")
            return
        http = self._fields.get("allow_http")
        self._base_url = self._checked(
            lambda: parse_base_url(
                expand(setting, self._env), allow_http=http is not None and http.value, field=setting
            )
        )
        stated += [] if option_url is None else [option_url]
        if self._base_url is None or not stated or not setting.layer.own:
            return
        if self.origin not in [_origin(one, self._env) for one in stated]:
            self._refusal = f"{stated[0]} binds it to another origin than {self.origin}"

    @cached_property
    def origin(self) -> Origin | None:
        return None if self._base_url is None else Origin.of(self._base_url)

    def gateway(self, keys: KeyFinder) -> Gateway:
        values: dict[str, Any] = {}
        thresholds: dict[str, Any] = {}
        for name, setting in self._fields.items():
            if name in _THRESHOLDS:
                thresholds[name] = setting.value
            elif name == "label":
                values[name] = clean(setting.text()) or None
            elif name in _CHECKS:
                values[name] = self._checked(partial(_CHECKS[name], self._env, setting))
            elif name not in {"base_url", "api_key"}:
                values[name] = setting.value
        if thresholds:
            values["thresholds"] = Thresholds(**thresholds)
        api_key = self._fields.get("api_key")
        return Gateway(
            id=self.id,
            base_url=self._base_url,
            key=keys.find(self.id, api_key, self._option, self._refusal) if self.trusted else Key(),
            definitions=tuple([draft.definition for draft in self._drafts]),
            error=self._error,
            **values,
        )

    def _checked(self, read: Callable[[], _T]) -> _T | None:
        """What ``read`` returns; where it fails, None, and the gateway can't be asked."""
        try:
            return read()
        except SetupError as wrong:
            self._error = self._error or wrong
            return None


def _shared_variables(merged: Iterable[_Merged]) -> dict[str, list[str]]:
    """The variable names that no gateway uses: those of several ids at different origins, with these ids.

    An origin that is not known counts as another one.
    """
    sharing: dict[str, list[_Merged]] = {}
    for one in merged:
        if one.trusted:  # a repository's gateway takes no variable away
            sharing.setdefault(variable_of(one.id), []).append(one)
    return {
        variable: [one.id for one in several]
        for variable, several in sharing.items()
        if len(several) > 1 and len({one.origin for one in several}) > 1
    }

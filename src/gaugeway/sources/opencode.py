"""What OpenCode's user-level files say: gateways to show, providers with their base URLs and keys.

Files of the project and its parents are never looked for. Files that are not trusted (see `trust`), and the
text in OPENCODE_CONFIG_CONTENT, give display settings only.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from gaugeway.amounts import clean
from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import Definition, check_id
from gaugeway.sources.layers import Layer, Leaf, Tree, at, merge, read_file, read_text
from gaugeway.sources.providers import OPENAI_COMPATIBLE
from gaugeway.sources.settings import Draft, Problem, Setting
from gaugeway.sources.trust import WorkTrees

CONFIG_NAMES = ("config.json", "opencode.json", "opencode.jsonc")
SIDECAR_NAMES = ("opencode-quota/quota-toast.json", "opencode-quota/quota-toast.jsonc")
QUOTA_TOAST = ("experimental", "quotaToast")
GATEWAYS = "openaiCompatibleGateways"
CONTENT = "OPENCODE_CONFIG_CONTENT"

_FIELDS = {"baseURL": "base_url", "quotaPath": "quota_path", "label": "label", "mapping": "preset"}


class ProviderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """``provider.<id>.options`` of the user-level config, as far as it was set; not checked yet."""

    base_url: Setting | None = None
    api_key: Setting | None = None


class OpenCode(msgspec.Struct, frozen=True, kw_only=True):
    """``drafts``: the gateways to show, those of display-only files last. ``files``: the config files that
    keys may come from, for messages.
    """

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]
    tree: Tree
    files: tuple[str, ...]

    def options(self, provider_id: str) -> ProviderOptions:
        """Raises SetupError ``invalid_config`` where something else stands in an object's place."""
        options = at(self.tree, "provider", provider_id, "options")
        if isinstance(options, Leaf):
            raise SetupError("invalid_config", f"{options.setting().where} is not an object")
        if options is None:
            return ProviderOptions()
        return ProviderOptions(base_url=_text(options, "baseURL"), api_key=_text(options, "apiKey"))

    def provider_ids(self) -> tuple[str, ...]:
        providers = at(self.tree, "provider")
        return tuple(providers) if isinstance(providers, dict) else ()


def _text(options: Tree, name: str) -> Setting | None:
    """An option that must be text; None where it is missing, null or empty."""
    found = at(options, name)
    if isinstance(found, dict):
        raise SetupError("invalid_config", f"an OpenCode provider's options.{name} is an object, not text")
    if found is None or found.value == "":
        return None
    setting = found.setting()
    setting.text()
    return setting


def read(env: Environment, trees: WorkTrees) -> OpenCode:
    problems: list[Problem] = []
    config = list(_config_layers(env, trees, problems))
    sidecar = [
        layer for folder in _folders(env) for layer in _read_folder(folder, SIDECAR_NAMES, trees, problems)
    ]
    for layer in (*config, *sidecar):
        if layer.trust == "display-only" and layer.file != CONTENT:
            message = "is inside the current git work tree, so only display settings are taken from it"
            problems.append(Problem(file=layer.file, field="", message=message))
    views = (_View(config, QUOTA_TOAST, problems), _View(sidecar, (), problems))
    # Item against item: the sidecar's wins. Labels of display-only files come after both, field by field.
    trusted = {draft.id: draft for view in views for draft in view.drafts()}
    drafts = [*trusted.values(), *(draft for view in views for draft in view.labels())]
    if drafts and (off := _turned_off(*views, problems)):
        problems.append(off)
        drafts = []
    layers = [layer for layer in config if layer.trust == "trusted"]
    return OpenCode(
        drafts=tuple(drafts),
        problems=tuple(problems),
        tree=merge(layers),
        files=tuple(layer.file for layer in layers),
    )


def _folders(env: Environment) -> Iterator[Place]:
    """The folders that may hold config files and a sidecar, the strongest last."""
    yield from env.opencode_config_dirs()
    if named := env.named("OPENCODE_CONFIG_DIR"):
        yield named


def _config_layers(env: Environment, trees: WorkTrees, problems: list[Problem]) -> Iterator[Layer]:
    """In OpenCode's order, the strongest last."""
    for folder in env.opencode_config_dirs():
        yield from _read_folder(folder, CONFIG_NAMES, trees, problems)
    if named := env.named("OPENCODE_CONFIG"):
        if layer := read_file(named, trees.trust(named), problems):
            yield layer
        elif not named.path.exists():
            message = "does not exist (OPENCODE_CONFIG names it)"
            problems.append(Problem(file=str(named.path), field="", message=message))
    if named := env.named("OPENCODE_CONFIG_DIR"):
        yield from _read_folder(named, CONFIG_NAMES, trees, problems)
    if text := env.environ.get(CONTENT):
        data = text.encode("utf-8", "surrogateescape")
        if layer := read_text(data, CONTENT, env.cwd, "display-only", problems):
            yield layer


def _read_folder(
    folder: Place, names: tuple[str, ...], trees: WorkTrees, problems: list[Problem]
) -> Iterator[Layer]:
    for name in names:
        place = folder / name
        if layer := read_file(place, trees.trust(place), problems):
            yield layer


class _View:
    """The quota settings of one place (the config files, or the sidecars): as trusted, and as shown."""

    def __init__(self, layers: list[Layer], path: tuple[str, ...], problems: list[Problem]) -> None:
        self._problems = problems
        self._trusted = at(merge(layer for layer in layers if layer.trust == "trusted"), *path)
        self._shown = at(merge(layers), *path)
        if isinstance(self._shown, Leaf):
            problems.append(_problem(self._shown.setting(), "is not an object"))

    def leaf(self, name: str) -> Leaf | None:
        """A display setting."""
        found = at(self._shown, name) if isinstance(self._shown, dict) else None
        return found if isinstance(found, Leaf) else None

    def drafts(self) -> Iterator[Draft]:
        """The trusted items that name their provider; the others are problems."""
        listed = at(self._trusted, GATEWAYS) if isinstance(self._trusted, dict) else None
        if isinstance(listed, Leaf) and isinstance(listed.value, list):
            yield from self._items(listed)
        elif isinstance(listed, Leaf):
            self._problems.append(_problem(listed.setting(), "is not a list"))
        elif listed is not None:
            self._problems.append(
                Problem(file="OpenCode", field=GATEWAYS, message="is an object, not a list")
            )

    def _items(self, listed: Leaf) -> Iterator[Draft]:
        lines: dict[str, int | None] = {}
        for index, item in enumerate(listed.value):
            path = (*listed.path, index)
            setting = listed.layer_setting(item, path)
            if not isinstance(item, dict):
                self._problems.append(_problem(setting, "is not an object"))
                continue
            provider_id = item.get("providerId")
            if not isinstance(provider_id, str):
                wrong = "is missing" if provider_id is None else "is not text"
                self._problems.append(_problem(setting, wrong, ".providerId"))
            elif provider_id in lines:
                message = f"has the providerId of the item on line {lines[provider_id]}, which counts"
                self._problems.append(_problem(setting, message))
            else:
                lines[provider_id] = setting.line
                yield _draft(provider_id, item, listed, path)

    def labels(self) -> Iterator[Draft]:
        """What display-only files say of gateways: their labels, and that they would like to have them."""
        listed = self.leaf(GATEWAYS)
        if listed is None or listed.layer.trust == "trusted" or not isinstance(listed.value, list):
            return
        for index, item in enumerate(listed.value):
            if isinstance(item, dict) and isinstance(item.get("providerId"), str):
                shown = {"label": item["label"]} if isinstance(item.get("label"), str) else {}
                yield _draft(item["providerId"], shown, listed, (*listed.path, index))


def _draft(provider_id: str, item: dict[str, Any], listed: Leaf, path: tuple[str | int, ...]) -> Draft:
    setting = listed.layer_setting(item, path)
    fields: dict[str, Setting] = {}
    error = None
    try:
        check_id(provider_id, f"{setting.where}.providerId")
        for theirs, ours in _FIELDS.items():
            if item.get(theirs) is not None:
                found = listed.layer_setting(item[theirs], (*path, theirs))
                found.text()
                fields[ours] = found
    except SetupError as wrong:
        error = wrong
    definition = Definition(file=setting.file, line=setting.line, trust=listed.layer.trust)
    return Draft(id=clean(provider_id), definition=definition, fields=fields, error=error)


def _turned_off(config: _View, sidecar: _View, problems: list[Problem]) -> Problem | None:
    """Why the gateways of OpenCode's list are not shown, if so; of both places the sidecar decides."""
    enabled = sidecar.leaf("enabled") or config.leaf("enabled")
    if enabled is not None and not isinstance(enabled.value, bool):
        problems.append(_problem(enabled.setting(), "is neither true nor false"))
    elif enabled is not None and enabled.value is False:
        return _problem(enabled.setting(), "is false, which turns the gateways of OpenCode's list off")
    chosen = sidecar.leaf("enabledProviders") or config.leaf("enabledProviders")
    if chosen is None or chosen.value == "auto":
        return None
    if not isinstance(chosen.value, list):
        problems.append(_problem(chosen.setting(), "is not a list"))
    elif OPENAI_COMPATIBLE.id not in chosen.value:
        message = f"does not name {OPENAI_COMPATIBLE.id}, which turns the gateways of OpenCode's list off"
        return _problem(chosen.setting(), message)
    return None


def _problem(setting: Setting, message: str, below: str = "") -> Problem:
    return Problem(file=setting.file, line=setting.line, field=setting.field + below, message=message)

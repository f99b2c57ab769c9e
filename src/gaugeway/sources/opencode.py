"""What OpenCode's user-level files say: gateways to show, providers with their base URLs and keys.

Files of the project and its parents are never looked for. Files that are not trusted (see `trust`), and the
text in OPENCODE_CONFIG_CONTENT, give display settings only.
"""

from collections.abc import Iterator

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources import quota_toast
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import check_id, shown_id
from gaugeway.sources.layers import merge, read_file, read_text
from gaugeway.sources.providers import OPENAI_COMPATIBLE
from gaugeway.sources.quota_toast import Toast
from gaugeway.sources.settings import Draft, Layer, Problem, Setting
from gaugeway.sources.trust import WorkTrees

CONFIG_NAMES = ("config.json", "opencode.json", "opencode.jsonc")
PROJECT_NAMES = ("opencode.json", "opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc")
SIDECAR_NAMES = ("opencode-quota/quota-toast.json", "opencode-quota/quota-toast.jsonc")
GATEWAYS = "openaiCompatibleGateways"
CONTENT = "OPENCODE_CONFIG_CONTENT"

_FIELDS = {"baseURL": "base_url", "quotaPath": "quota_path", "label": "label", "mapping": "preset"}


class OpenCode(msgspec.Struct, frozen=True, kw_only=True):
    """``drafts``: the gateways to show, those of display-only files last. ``config``: the config files that
    keys may come from, merged; ``files``: their names, for messages. ``toast``: the settings beside the list.
    """

    drafts: tuple[Draft, ...]
    config: Setting
    files: tuple[str, ...]
    toast: Toast

    def option(self, provider_id: str, name: str) -> Setting | None:
        """``provider.<id>.options.<name>``; None where it is missing, null or empty. Raises SetupError
        ``invalid_config`` where it is not text, or where something else stands in an object's place.
        """
        options = self.config.at("provider", provider_id, "options") if self.config.value else None
        if options is None:
            return None
        if not isinstance(options.value, dict):
            raise SetupError("invalid_config", f"{options} is not an object")
        option = options.at(name)
        return option if option is not None and option.text() else None

    def provider_ids(self) -> tuple[str, ...]:
        providers = self.config.at("provider")
        return tuple(providers.value) if providers is not None and isinstance(providers.value, dict) else ()


def read(env: Environment, trees: WorkTrees, problems: list[Problem], *, project: bool = False) -> OpenCode:
    """``project``: also what the files of the current folder and its work tree say of the display."""
    config = list(_config_layers(env, trees, problems))
    folders = [*env.opencode_config_dirs(), *filter(None, [env.named("OPENCODE_CONFIG_DIR")])]
    sidecar = [layer for folder in folders for layer in _read_folder(folder, SIDECAR_NAMES, trees, problems)]
    for layer in (*config, *sidecar):
        if layer.trust == "display-only" and layer.file != CONTENT:
            message = "is inside the current git work tree, so only display settings are taken from it"
            problems.append(Problem(file=layer.file, message=message))
    trusted = [layer for layer in config if layer.trust == "trusted"]
    tree = merge(trusted)
    places = (
        _Place(tree.at("experimental", "quotaToast"), merge(config).at("experimental", "quotaToast")),
        _Place(merge(layer for layer in sidecar if layer.trust == "trusted"), merge(sidecar)),
    )
    shown = [place.shown for place in places if place.shown is not None]
    problems += [one.problem("is not an object") for one in shown if not isinstance(one.value, dict)]
    toast = quota_toast.read(
        [place.trusted for place in reversed(places) if place.trusted is not None],
        [place.shown for place in reversed(places) if place.shown is not None],
        list(_project(trees, folders, problems)) if project else [],
        problems,
    )
    # Item against item: the sidecar's wins. Labels of display-only files come after both, field by field.
    drafts = list({draft.id: draft for place in places for draft in place.gateways(problems)}.values())
    drafts += [draft for place in places for draft in place.labels()]
    if drafts and (off := _turned_off(toast)):
        problems.append(off)
        drafts = []
    elif timeout := toast.said.get("requestTimeoutMs"):
        seconds = Setting(toast.settings.request_timeout_ms / 1000, timeout.layer, timeout.path)
        drafts = [msgspec.structs.replace(one, fields={"timeout": seconds} | one.fields) for one in drafts]
    files = tuple(layer.file for layer in trusted)
    return OpenCode(drafts=tuple(drafts), config=tree, files=files, toast=toast)


def _config_layers(env: Environment, trees: WorkTrees, problems: list[Problem]) -> Iterator[Layer]:
    """In OpenCode's order, the strongest last."""
    for folder in env.opencode_config_dirs():
        yield from _read_folder(folder, CONFIG_NAMES, trees, problems)
    if named := env.named("OPENCODE_CONFIG"):
        said = len(problems)
        if layer := read_file(named, trees.trust(named), problems):
            yield layer
        elif len(problems) == said:
            problems.append(Problem(file=named.name, message="does not exist (OPENCODE_CONFIG names it)"))
    if named := env.named("OPENCODE_CONFIG_DIR"):
        yield from _read_folder(named, CONFIG_NAMES[1:], trees, problems)  # where it knows no config.json
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


def _project(trees: WorkTrees, user: list[Place], problems: list[Problem]) -> Iterator[Setting]:
    """The quota settings of each project folder's sidecar and config files, the strongest first."""
    known = {place.path for place in user}
    for folder in reversed([folder for folder in trees.folders() if folder not in known]):
        for names, below in ((SIDECAR_NAMES, ()), (PROJECT_NAMES, ("experimental", "quotaToast"))):
            read = (read_file(Place(folder / name), "display-only", problems) for name in names)
            if setting := merge(filter(None, read)).at(*below):
                yield setting


class _Place(msgspec.Struct, frozen=True):
    """The quota settings of the config files or of the sidecars: as trusted, and with display-only files."""

    trusted: Setting | None
    shown: Setting | None

    def display(self, name: str) -> Setting | None:
        if self.shown is None or not isinstance(self.shown.value, dict):
            return None
        return self.shown.at(name)

    def gateways(self, problems: list[Problem]) -> Iterator[Draft]:
        """The trusted items that name their provider; the others are problems."""
        if self.trusted is None or not isinstance(self.trusted.value, dict):
            return
        listed = self.trusted.at(GATEWAYS)
        if listed is not None and not isinstance(listed.value, list):
            problems.append(listed.problem("is not a list"))
        elif listed is not None:
            yield from _items(listed, problems)

    def labels(self) -> Iterator[Draft]:
        """What display-only files say of gateways: their labels, and that they would like to have them."""
        listed = self.display(GATEWAYS)
        if listed is not None and listed.layer.trust == "display-only" and isinstance(listed.value, list):
            yield from _items(listed, [])


def _items(listed: Setting, problems: list[Problem]) -> Iterator[Draft]:
    lines: dict[str, int | None] = {}
    for item in listed.items():
        provider_id = item.value.get("providerId") if isinstance(item.value, dict) else None
        if not isinstance(item.value, dict):
            problems.append(item.problem("is not an object"))
        elif not isinstance(provider_id, str):
            wrong = "is missing" if provider_id is None else "is not text"
            problems.append(item.problem(wrong, ".providerId"))
        elif provider_id in lines:
            message = f"has the providerId of the item on line {lines[provider_id]}, which counts"
            problems.append(item.problem(message))
        else:
            lines[provider_id] = item.line
            yield _draft(provider_id, item)


def _draft(provider_id: str, item: Setting) -> Draft:
    fields: dict[str, Setting] = {}
    error = None
    try:
        check_id(provider_id, f"{item}.providerId")
        for theirs in _FIELDS if item.layer.trust == "trusted" else ("label",):
            if setting := item.at(theirs):
                setting.text()
                fields[_FIELDS[theirs]] = setting
    except SetupError as wrong:
        error = wrong
    return Draft(id=shown_id(provider_id), definition=item.definition(), fields=fields, error=error)


def _turned_off(toast: Toast) -> Problem | None:
    """Why the gateways of OpenCode's list are not shown, if so."""
    if not toast.settings.enabled:
        return toast.said["enabled"].problem("is false, which turns the gateways of OpenCode's list off")
    chosen = toast.settings.enabled_providers
    if chosen != "auto" and OPENAI_COMPATIBLE.id not in chosen:
        message = f"does not name {OPENAI_COMPATIBLE.id}, which turns the gateways of OpenCode's list off"
        return toast.said["enabledProviders"].problem(message)
    return None

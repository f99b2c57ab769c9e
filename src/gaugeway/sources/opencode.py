"""What OpenCode's user-level files say: gateways to show, providers with their base URLs and keys.

Files of the project and its parents are never looked for. Files that are not trusted (see `trust`), and the
text in OPENCODE_CONFIG_CONTENT, give display settings only.
"""

from collections.abc import Iterable, Iterator

import msgspec

from gaugeway.sources import quota_toast
from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.gateway import check_id
from gaugeway.sources.layers import fill, merge, read_file
from gaugeway.sources.providers import OPENAI_COMPATIBLE
from gaugeway.sources.quota_toast import Toast
from gaugeway.sources.settings import Draft, Layer, Problem, Setting, SettingError, collecting
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
        if not self.config.value:
            return None
        option = self.config.at("provider", provider_id, "options", name)
        return option if option.value is not None and option.text() else None

    def provider_ids(self) -> tuple[str, ...]:
        providers = self.config.at("provider").value
        return tuple(providers) if isinstance(providers, dict) else ()


def read(env: Environment, trees: WorkTrees, problems: list[Problem], *, project: bool = False) -> OpenCode:
    """``project``: also what the files of the current folder and its work tree say of the display."""
    config = list(_config_layers(env, trees, problems))
    folders = [*env.opencode_config_dirs(), *filter(None, [env.named("OPENCODE_CONFIG_DIR")])]
    sidecar = [layer for folder in folders for layer in _read_folder(folder, SIDECAR_NAMES, trees, problems)]
    config_tree = merge(_trusted(config))
    trusted = [_quota_toast(config_tree, []), merge(_trusted(sidecar))]
    shown = [_quota_toast(merge(config), problems), merge(sidecar)]
    of_project = list(_project(trees, folders, problems)) if project else []
    toast = quota_toast.read(trusted[::-1], shown[::-1], of_project, problems)
    # Item against item: the sidecar's wins. Labels of display-only files come after both, field by field.
    items = [draft for tree in trusted for draft in _items(tree.at(GATEWAYS), problems)]
    drafts = list({draft.id: draft for draft in items}.values())
    wished = [listed for tree in shown if (listed := tree.at(GATEWAYS)).layer.trust == "display-only"]
    drafts += [draft for listed in wished for draft in _items(listed, [])]
    if drafts and (off := _turned_off(toast)):
        problems.append(off)
        drafts = []
    elif timeout := toast.said.get("requestTimeoutMs"):
        seconds = Setting(toast.settings.request_timeout_ms / 1000, timeout.layer, timeout.path)
        drafts = [msgspec.structs.replace(one, fields={"timeout": seconds} | one.fields) for one in drafts]
    files = tuple(layer.file for layer in _trusted(config))
    return OpenCode(drafts=tuple(drafts), config=config_tree, files=files, toast=toast)


def _trusted(layers: Iterable[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer.trust == "trusted"]


def _quota_toast(tree: Setting, problems: list[Problem]) -> Setting:
    """The object ``experimental.quotaToast`` of config files; empty where there is none."""
    with collecting(problems):
        settings = tree.at("experimental", "quotaToast")
        settings.object()
        return settings
    return merge(())


def _config_layers(env: Environment, trees: WorkTrees, problems: list[Problem]) -> Iterator[Layer]:
    """In OpenCode's order, the strongest last."""
    for folder in env.opencode_config_dirs():
        yield from _read_folder(folder, CONFIG_NAMES, trees, problems)
    named = env.named("OPENCODE_CONFIG")
    if named and (layer := read_file(named, trees.trust(named), problems, required=True)):
        yield layer
    if named := env.named("OPENCODE_CONFIG_DIR"):
        yield from _read_folder(named, CONFIG_NAMES[1:], trees, problems)  # where it knows no config.json
    if text := env.environ.get(CONTENT):
        layer = Layer(file=CONTENT, folder=env.cwd, trust="display-only")
        if filled := fill(layer, text.encode("utf-8", "surrogateescape"), problems):
            yield filled


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
        for names in (SIDECAR_NAMES, PROJECT_NAMES):
            read = (read_file(Place(folder / name), "display-only", problems) for name in names)
            tree = merge(filter(None, read))
            yield tree if names == SIDECAR_NAMES else _quota_toast(tree, [])


def _items(listed: Setting, problems: list[Problem]) -> Iterator[Draft]:
    """The items that name their provider; the others are problems."""
    if not isinstance(listed.value, list | None):
        problems.append(listed.problem("is not a list"))
        return
    lines: dict[str, int | None] = {}
    for item in listed.items():
        with collecting(problems):
            provider_id = item.at("providerId").text()
            if provider_id in lines:
                raise SettingError(
                    item, f"has the providerId of the item on line {lines[provider_id]}, which counts"
                )
            lines[provider_id] = item.line
            yield Draft.of(provider_id, item, _fields)


def _fields(item: Setting) -> dict[str, Setting]:
    check_id(item.at("providerId").text(), item.at("providerId"))
    names = _FIELDS if item.layer.trust == "trusted" else ["label"]
    said = {_FIELDS[name]: item.at(name) for name in names if item.at(name).value is not None}
    for setting in said.values():
        setting.text()
    return said


def _turned_off(toast: Toast) -> Problem | None:
    """Why the gateways of OpenCode's list are not shown, if so."""
    chosen = toast.settings.enabled_providers
    if not toast.settings.enabled:
        name, what = "enabled", "is false"
    elif chosen != "auto" and OPENAI_COMPATIBLE.id not in chosen:
        name, what = "enabledProviders", f"does not name {OPENAI_COMPATIBLE.id}"
    else:
        return None
    return toast.said[name].problem(f"{what}, which turns the gateways of OpenCode's list off")

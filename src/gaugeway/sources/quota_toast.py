"""What OpenCode's users set under ``experimental.quotaToast`` or in the sidecar, besides the gateways.

The names, defaults and ranges are those of opencode-quota 4.8, whose users keep their files. A wrong value is
a problem and does not count; unknown keys are somebody else's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from gaugeway.sources.settings import Problem, Setting

_MOST_TIMEOUT = 300_000  # milliseconds: no gateway is waited for longer
_MOST = 86_400_000  # milliseconds: what is longer than a day was meant in another unit

_Milliseconds = Annotated[int, Meta(gt=0, le=_MOST)]


class QuotaToast(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings as they apply. ``said``: where each that was set stands, by its name in the files."""

    enabled: Annotated[bool, Meta(description="false: nothing is shown inside OpenCode")] = True
    enabled_providers: Annotated[
        tuple[str, ...] | Literal["auto"],
        Meta(description="a list without `openai-compatible` turns the gateways of OpenCode's list off"),
    ] = "auto"
    request_timeout_ms: Annotated[
        Annotated[int, Meta(gt=0, le=_MOST_TIMEOUT)],
        Meta(description="for one whole reading of a gateway of OpenCode's list; not from a project's files"),
    ] = 5000
    percent_display_mode: Annotated[
        Literal["remaining", "used"], Meta(description="which share is shown")
    ] = "remaining"
    only_current_model: Annotated[
        bool, Meta(description="show only the gateway of the session's model, and toast about it alone")
    ] = False
    enable_toast: Annotated[bool, Meta(description="false: no toast at all")] = True
    toast_duration_ms: Annotated[_Milliseconds, Meta(description="how long a toast stays")] = 9000
    min_interval_ms: Annotated[
        _Milliseconds, Meta(description="between two toasts that tell no news, or the same news again")
    ] = 300_000
    show_on_idle: Annotated[
        bool | None,
        Meta(description="true: a toast when a session goes idle, also without news"),
    ] = None
    show_on_question: Annotated[
        bool | None, Meta(description="true: the same when OpenCode asks something")
    ] = None
    show_on_compact: Annotated[
        bool | None, Meta(description="true: the same when a session was compacted")
    ] = None
    agent_tool: Annotated[
        bool, Meta(description="true: the model gets the tool `quota`; not from a project's files")
    ] = False


class Toast(msgspec.Struct, frozen=True, kw_only=True):
    """``said``: the settings that were made, by their names in the files, and where each stands."""

    settings: QuotaToast = QuotaToast()
    said: Mapping[str, Setting] = {}


_HINTS = get_type_hints(QuotaToast, include_extras=True)
_TYPES: Mapping[str, Any] = {
    field.encode_name: _HINTS[field.name] for field in msgspec.structs.fields(QuotaToast)
}
_NOT_OF_A_PROJECT = frozenset({"enabled", "enabledProviders", "requestTimeoutMs", "agentTool"})
_NOT_DISPLAY = frozenset({"requestTimeoutMs", "agentTool"})
_WRONG = {
    "enabledProviders": "is not a list",
    "requestTimeoutMs": f"is not a whole number of milliseconds from 1 to {_MOST_TIMEOUT}",
    "toastDurationMs": f"is not a whole number of milliseconds from 1 to {_MOST}",
    "minIntervalMs": f"is not a whole number of milliseconds from 1 to {_MOST}",
    "percentDisplayMode": "is neither remaining nor used",
}


def read(
    trusted: Sequence[Setting], shown: Sequence[Setting], project: Sequence[Setting], problems: list[Problem]
) -> Toast:
    """The settings of these trees, each list with the strongest first. ``shown`` are the ``trusted`` ones
    with the display-only files of the user's level laid over them; ``project``: of the current folder.
    """
    said: dict[str, Setting] = {}
    values: dict[str, Any] = {}
    for name, kind in _TYPES.items():
        for setting in _set(name, trusted, shown, project, problems):
            try:
                values[name] = msgspec.convert(setting.value, kind)
            except msgspec.ValidationError:
                problems.append(setting.problem(_WRONG.get(name, "is neither true nor false")))
            else:
                said[name] = setting
                break
    return Toast(settings=msgspec.convert(values, QuotaToast), said=said)


def _set(
    name: str,
    trusted: Sequence[Setting],
    shown: Sequence[Setting],
    project: Sequence[Setting],
    problems: list[Problem],
) -> Iterator[Setting]:
    """Where the setting is made, the strongest first."""
    for setting in _at(project, name):
        if name not in _NOT_OF_A_PROJECT:
            yield setting
        else:
            problems.append(setting.problem("is not taken from a project's files"))
    yield from _at(trusted if name in _NOT_DISPLAY else shown, name)


def _at(trees: Sequence[Setting], name: str) -> Iterator[Setting]:
    for tree in trees:
        if isinstance(tree.value, dict) and (setting := tree.at(name)) is not None:
            yield setting

"""What OpenCode's users set under ``experimental.quotaToast`` or in the sidecar, besides the gateways.

The names, defaults and ranges are those of opencode-quota 4.8, whose users keep their files. A wrong value is
a problem and does not count; unknown keys are somebody else's.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gaugeway.sources.settings import Problem, Setting, collecting

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
        bool | None, Meta(description="true: a toast when a session goes idle, also without news")
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


_TYPES: Mapping[str, Any] = {field.encode_name: field.type for field in msgspec.structs.fields(QuotaToast)}
_NOT_OF_A_PROJECT = frozenset({"enabled", "enabledProviders", "requestTimeoutMs", "agentTool"})
_NOT_DISPLAY = frozenset({"requestTimeoutMs", "agentTool"})


def read(
    trusted: Sequence[Setting], shown: Sequence[Setting], project: Sequence[Setting], problems: list[Problem]
) -> Toast:
    """The settings of these objects, each list with the strongest first. ``shown`` are the ``trusted`` ones
    with the display-only files of the user's level laid over them; ``project``: of the current folder.
    """
    said: dict[str, Setting] = {}
    values: dict[str, Any] = {}
    for name, kind in _TYPES.items():
        settings = [tree.at(name) for tree in project]
        if name in _NOT_OF_A_PROJECT:
            message = "is not taken from a project's files"
            problems += [one.problem(message) for one in settings if one.value is not None]
            settings = []
        settings += [tree.at(name) for tree in (trusted if name in _NOT_DISPLAY else shown)]
        for setting in settings:
            if setting.value is not None and name not in said:
                with collecting(problems):
                    values[name] = setting.convert(kind)
                    said[name] = setting
    return Toast(settings=msgspec.convert(values, QuotaToast), said=said)

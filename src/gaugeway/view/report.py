"""What ``gaugeway status`` tells: the JSON contract ``gaugeway.status/1`` as types, and how it is filled."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from gaugeway.amounts import stamp
from gaugeway.collector import State
from gaugeway.errors import GaugewayError
from gaugeway.presets import find
from gaugeway.sources.gateway import Definition
from gaugeway.sources.settings import Problem
from gaugeway.transport import Origin
from gaugeway.transport.proxy import proxy_for, without_password
from gaugeway.view.failure import Failure

SCHEMA: Literal["gaugeway.status/1"] = "gaugeway.status/1"


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest attempt of any process: when (UTC), and ``ok`` or the error's code."""

    at: str
    outcome: str


class GatewayReport(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway as it is configured, and what stands in its way.

    ``quota_path`` and ``auth`` are the effective ones; null where the preset has fixed paths, or is unknown.
    A query is only hinted at: some gateways take a key there.
    ``proxy`` is shown without its password. ``api_key_source`` is a template as written or the name of a
    place, never a key; ``api_key_checked_paths`` every place that was looked at. ``hint`` is null where
    nothing is wrong.
    """

    provider_id: str
    label: str
    preset: str
    defined_in: tuple[Definition, ...]
    origin: str | None
    quota_path: str | None
    auth: str | None
    proxy: str | None
    api_key_configured: bool
    api_key_source: str | None
    api_key_checked_paths: tuple[str, ...]
    last_attempt: AttemptView | None
    next_read_at: str | None
    hint: str | None


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a configured place. ``field`` is empty where it is about the whole file."""

    file: str
    field: str
    message: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``gaugeway status --json`` prints. Within version 1 fields are only added.

    ``channels``: those of alerts that fail.
    """

    schema: Literal["gaugeway.status/1"]
    gateways: tuple[GatewayReport, ...]
    problems: tuple[ProblemView, ...]
    channels: tuple[Failure, ...]


def report(state: State, environ: Mapping[str, str]) -> GatewayReport:
    """One gateway's section. ``environ`` has the proxy variables."""
    gateway, error, attempt = state.gateway, state.error, state.last_attempt
    origin = None if gateway.base_url is None else Origin.of(gateway.base_url)
    quota_path, auth, proxy = gateway.quota_path, gateway.auth, None
    try:
        preset = find(gateway.preset)
        quota_path = quota_path or preset.default_path
        auth = auth or preset.auth
        proxy = None if origin is None else proxy_for(origin, environ)
    except GaugewayError as wrong:
        error = error or wrong
    return GatewayReport(
        provider_id=gateway.id,
        label=gateway.label or gateway.id,
        preset=gateway.preset,
        defined_in=gateway.definitions,
        origin=None if origin is None else str(origin),
        quota_path=quota_path and re.sub(r"\?.*", "?...", quota_path),
        auth=auth,
        proxy=None if proxy is None else without_password(proxy),
        api_key_configured=gateway.key.configured,
        api_key_source=gateway.key.source,
        api_key_checked_paths=gateway.key.checked,
        last_attempt=None if attempt is None else AttemptView(at=stamp(attempt.at), outcome=attempt.outcome),
        next_read_at=stamp(state.next_read_at),
        hint=None if error is None else str(error),
    )


def problem_view(problem: Problem) -> ProblemView:
    line = "" if problem.line is None else f"line {problem.line}: "
    return ProblemView(file=problem.file, field=problem.field, message=line + problem.message)

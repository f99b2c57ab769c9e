"""What ``gaugeway status`` tells of a gateway from its configuration alone. Nothing secret is in it."""

import msgspec

from gaugeway.sources.gateway import Definition, Gateway
from gaugeway.transport import Origin


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """``quota_path`` and ``auth`` are None where the preset's own apply. ``api_key_source``: a template as
    written or the name of a place, never a key.
    """

    provider_id: str
    label: str
    preset: str
    defined_in: tuple[Definition, ...]
    origin: str | None
    quota_path: str | None
    auth: str | None
    api_key_configured: bool
    api_key_source: str | None
    api_key_checked_paths: tuple[str, ...]


def diagnose(gateway: Gateway) -> Diagnosis:
    return Diagnosis(
        provider_id=gateway.id,
        label=gateway.label or gateway.id,
        preset=gateway.preset,
        defined_in=gateway.definitions,
        origin=str(Origin.of(gateway.base_url)) if gateway.base_url is not None else None,
        quota_path=gateway.quota_path,
        auth=gateway.auth,
        api_key_configured=gateway.key.configured,
        api_key_source=gateway.key.source,
        api_key_checked_paths=gateway.key.checked,
    )

"""The one guarded GET. Values (Origin, Secret, Target, Reply) load no HTTP client; `http` does."""

from gaugeway.transport.asking import Ask, Base, Reply, Target, Transport
from gaugeway.transport.origin import Origin, check_quota_path, join, parse_base_url
from gaugeway.transport.secret import Secret

__all__ = [
    "Ask",
    "Base",
    "Origin",
    "Reply",
    "Secret",
    "Target",
    "Transport",
    "check_quota_path",
    "join",
    "parse_base_url",
]

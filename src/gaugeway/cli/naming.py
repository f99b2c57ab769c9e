"""The id of a gateway that nobody has named yet."""

import re
from collections.abc import Sequence

from gaugeway.sources.gateway import Gateway
from gaugeway.sources.keys import variable_of
from gaugeway.transport import Origin

# What stands before the name that tells gateways apart: api.deepseek.com, ai-gateway.vercel.sh
_GENERIC = frozenset(
    {"ai", "ai-gateway", "api", "chat", "chat-ai", "gateway", "inference", "llm", "openai", "www"}
)


def same_place(one: str | None, other: str) -> bool:
    """Whether two base URLs are one gateway's: with or without the /v1 that people leave out."""
    return one is not None and one.rstrip("/").removesuffix("/v1") == other.rstrip("/").removesuffix("/v1")


def id_for(base_url: str, known: Sequence[Gateway]) -> str:
    """The id of a configured gateway with this base URL; else one from the host's name that is still free,
    also as the name of a key variable.
    """
    for gateway in known:
        if same_place(gateway.base_url, base_url):
            return gateway.id
    origin = Origin.of(base_url)
    labels = origin.host.split(".")
    telling = [label for label in labels[:-1] if label not in _GENERIC] or labels
    base = re.sub(r"[^a-z0-9-]+", "-", telling[0]).strip("-")
    if origin.loopback or not base or all(label.isdecimal() for label in labels):
        base = "local" if origin.loopback else "gateway"
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(known) + 2))
    return next(name for name in names if not sharing_variable(name, known))


def sharing_variable(gateway_id: str, known: Sequence[Gateway]) -> set[str]:
    """The ids of the gateways whose keys are looked for in the variable of this id."""
    return {gateway.id for gateway in known if variable_of(gateway.id) == variable_of(gateway_id)}

"""The registry of providers: kinds of places that gateways are found in."""

from typing import Literal

import msgspec


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """``shape``: how a provider's answers come; ``remote`` ones are asked over HTTP."""

    id: str
    label: str
    shape: Literal["remote"]


OPENAI_COMPATIBLE = Provider(id="openai-compatible", label="OpenAI-compatible gateways", shape="remote")

PROVIDERS = (OPENAI_COMPATIBLE,)

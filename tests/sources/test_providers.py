"""The registry's one row."""

import msgspec

from gaugeway.sources.providers import PROVIDERS


def test_the_registry():
    assert msgspec.json.decode(msgspec.json.encode(PROVIDERS)) == [
        {"id": "openai-compatible", "label": "OpenAI-compatible gateways", "shape": "remote"}
    ]

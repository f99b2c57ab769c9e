"""What `status` is told of a gateway's configuration."""

import msgspec
from tests.sources.world import World

from gaugeway.sources.diagnosis import diagnose
from gaugeway.sources.openai_compatible import discover


def test_every_field(tmp_path):
    config = "[gateways.campus]\nbase_url = 'https://llm.example.edu:8443/v1'\napi_key = '{env:CAMPUS_KEY}'"
    world = World(tmp_path, {"~/.config/gaugeway/config.toml": config}, {"CAMPUS_KEY": "sk-test-1"}, "~/")
    (gateway,) = discover(world.env).gateways
    file = str(world.home / ".config/gaugeway/config.toml")
    assert msgspec.json.decode(msgspec.json.encode(diagnose(gateway))) == {
        "provider_id": "campus",
        "label": "campus",
        "preset": "neutral",
        "defined_in": [{"file": file, "line": 1, "trust": "trusted"}],
        "origin": "https://llm.example.edu:8443",
        "quota_path": None,
        "auth": None,
        "api_key_configured": True,
        "api_key_source": "{env:CAMPUS_KEY}",
        "api_key_checked_paths": [f"gateways.campus.api_key in {file}"],
    }


def test_a_gateway_that_has_nothing(tmp_path):
    world = World(tmp_path, {"~/.config/gaugeway/config.toml": "[gateways.a]\nlabel = 'A'"}, {}, "~/")
    facts = diagnose(discover(world.env).gateways[0])
    assert (facts.label, facts.origin, facts.api_key_configured, facts.api_key_source) == (
        "A",
        None,
        False,
        None,
    )

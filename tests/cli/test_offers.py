"""What the environment's variables offer."""

import pytest

from gaugeway.cli.offers import offers

KEY = "sk-test-123"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, []),
        ({"OPENAI_API_KEY": KEY}, []),
        ({"OPENAI_BASE_URL": "https://gw.example.edu/v1"}, []),
        (
            {"OPENAI_BASE_URL": "https://gw.example.edu/v1", "OPENAI_API_KEY": KEY},
            [("https://gw.example.edu/v1", "OPENAI_API_KEY")],
        ),
        ({"OPENAI_BASE_URL": "https://api.openai.com/v1", "OPENAI_API_KEY": KEY}, []),
        ({"OPENROUTER_API_KEY": KEY}, [("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")]),
        (
            {"LITELLM_PROXY_URL": "https://llm.example.edu", "LITELLM_PROXY_API_KEY": KEY,
             "LITELLM_BASE_URL": ""},
            [("https://llm.example.edu", "LITELLM_PROXY_API_KEY")],
        ),
        (
            {"ANTHROPIC_BASE_URL": "https://gw.example.edu", "ANTHROPIC_AUTH_TOKEN": KEY,
             "DEEPSEEK_API_KEY": KEY},
            [
                ("https://gw.example.edu", "ANTHROPIC_AUTH_TOKEN"),
                ("https://api.deepseek.com", "DEEPSEEK_API_KEY"),
            ],
        ),
        (
            {
                "OPENAI_BASE_URL": "https://gw.example.edu", "OPENAI_API_KEY": KEY,
                "ANTHROPIC_BASE_URL": "https://gw.example.edu/", "ANTHROPIC_API_KEY": KEY,
            },
            [("https://gw.example.edu", "OPENAI_API_KEY")],
        ),
    ],
)  # fmt: skip
def test_offers(environ, expected):
    assert [(offer.url, offer.variable) for offer in offers(environ)] == expected


def test_an_offer_can_be_typed():
    (offer,) = offers({"OPENAI_BASE_URL": "https://gw.example.edu/a b;c", "OPENAI_API_KEY": KEY})
    assert offer.command == "gaugeway add 'https://gw.example.edu/a b;c' --key-env OPENAI_API_KEY"
    (offer,) = offers({"OPENROUTER_API_KEY": KEY})
    assert offer.command == "gaugeway add https://openrouter.ai/api/v1 --key-env OPENROUTER_API_KEY"

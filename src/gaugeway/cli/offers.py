"""Gateways that the environment's variables speak of, as clients of the OpenAI interface use them."""

from collections.abc import Mapping
from shlex import quote
from typing import NamedTuple

# Base URL variables (or the URL itself), then key variables; the first that is set counts. Services whose
# keys work at several hosts are not guessed at: a key goes nowhere but where it belongs.
_CONVENTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("OPENAI_BASE_URL", "OPENAI_API_BASE"), ("OPENAI_API_KEY",)),
    (
        ("LITELLM_BASE_URL", "LITELLM_PROXY_URL", "LITELLM_PROXY_API_BASE", "LITELLM_API_BASE"),
        ("LITELLM_API_KEY", "LITELLM_PROXY_API_KEY"),
    ),
    (("ANTHROPIC_BASE_URL",), ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")),
    (("https://openrouter.ai/api/v1",), ("OPENROUTER_API_KEY",)),
    (("https://api.deepseek.com",), ("DEEPSEEK_API_KEY",)),
    (("https://ai-gateway.vercel.sh/v1",), ("AI_GATEWAY_API_KEY",)),
)
# They tell a key nothing of its quota.
_NOT_GATEWAYS = ("https://api.openai.com", "https://api.anthropic.com")


class Offer(NamedTuple):
    """A URL as the environment has it, and the name of the variable that holds its key."""

    url: str
    variable: str

    @property
    def command(self) -> str:
        return f"gaugeway add {quote(self.url)} --key-env {self.variable}"


def offers(environ: Mapping[str, str]) -> list[Offer]:
    """Every gateway that the environment has both a URL and a key for."""
    found: dict[str, Offer] = {}
    for places, keys in _CONVENTIONS:
        urls = (place if "://" in place else environ.get(place, "").strip() for place in places)
        url = next((url for url in urls if url), None)
        variable = next((name for name in keys if environ.get(name)), None)
        if url is not None and variable is not None and not url.startswith(_NOT_GATEWAYS):
            found.setdefault(url.rstrip("/"), Offer(url, variable))
    return list(found.values())

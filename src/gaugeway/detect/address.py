"""A base URL as people type it, made whole."""

import re

from gaugeway.errors import SetupError
from gaugeway.transport import Origin, parse_base_url
from gaugeway.transport.origin import is_loopback

# What clients append to the base URL; copied from a request, it comes along.
_ENDPOINT = re.compile(r"/(chat/completions|completions|responses|embeddings|messages|models)/?$")
# Services whose API lives under a path that nobody types.
_USUAL_PATH = {"openrouter.ai": "/api/v1"}


def complete(typed: str, *, allow_http: bool = False) -> str:
    """The base URL that ``typed`` means: scheme added (https, or http on loopback), endpoint cut off.

    Raises SetupError ``invalid_config`` for what is no URL, ``insecure_url`` for plain HTTP beyond loopback
    without ``allow_http``.
    """
    text = typed.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        host = re.split(r"[:/]", text, maxsplit=1)[0] if not text.startswith("[") else text[1:].split("]")[0]
        text = f"{'http' if is_loopback(host.lower()) else 'https'}://{text}"
    try:
        base_url = parse_base_url(text, allow_http=allow_http, field="the URL")
    except SetupError as error:
        if error.code == "insecure_url":
            error.hint = "use https://, or --allow-http if you trust its network"
        raise
    base_url = _ENDPOINT.sub("", base_url)
    origin = Origin.of(base_url)
    return base_url + (_USUAL_PATH.get(origin.host, "") if base_url == str(origin) else "")

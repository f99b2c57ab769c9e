"""Text that came from a gateway, made harmless before it is stored."""

import re
import unicodedata

MAX_TEXT = 200

_DROPPED = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn"}
)  # control, format (bidi, zero-width), surrogates, unassigned
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def clean(text: str, most: int = MAX_TEXT) -> str:
    """One line of at most ``most`` characters without control, bidi or zero-width characters."""
    text = text[: most * 4]  # bound the work before looking at each character
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            " " if char.isspace() else "" if unicodedata.category(char) in _DROPPED else char for char in text
        )
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def slug(name: str) -> str:
    """A display name as part of a meter's id: lower case, ``[a-z0-9-]``; ``meter`` where nothing is left."""
    return _NOT_SLUG.sub("-", name.lower()).strip("-") or "meter"

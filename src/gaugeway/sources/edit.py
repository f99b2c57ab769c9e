"""Edits of gaugeway's own config.toml that keep its comments, its order and everything that is not named.

An edit is text to text; :func:`save` puts it in place in one step, or not at all. tomlkit loads only here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gaugeway.errors import SetupError
from gaugeway.sources.files import read, replace
from gaugeway.transport import Secret

Settings = Mapping[str, str | bool]


def read_text(path: Path) -> str:
    """The file's text; empty where there is none. Raises SetupError ``invalid_config``."""
    try:
        return (read(path) or b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetupError("invalid_config", f"{path} is not UTF-8") from None


def with_gateway(text: str, gateway_id: str, settings: Settings) -> str:
    """``text`` with these settings of one gateway, which need not exist yet; nothing else changes.

    Raises SetupError ``invalid_config`` for text that is not TOML, and where the edit can't be made
    without touching other values.
    """
    before = _parse(text)
    gateways = before.setdefault("gateways", {})
    if not isinstance(gateways, dict) or not isinstance(gateways.setdefault(gateway_id, {}), dict):
        raise SetupError("invalid_config", f"gateways.{gateway_id} is not a table")
    is_new = not gateways[gateway_id]
    gateways[gateway_id].update(settings)
    edited = _appended(text, gateway_id, settings) if is_new else None
    if edited is None or not _says(edited, before):
        edited = _edited(text, gateway_id, settings)
    if not _says(edited, before):
        raise SetupError(
            "invalid_config",
            f"the config can't be edited at gateways.{gateway_id} alone",
            f"add the lines yourself:\n{_appended('', gateway_id, settings)}",
        )
    return edited


def literal_keys(text: str) -> Iterator[Secret]:
    """The keys that stand in the config themselves, so that a diff can leave them out."""
    gateways = _parse(text).get("gateways", {})
    for table in gateways.values() if isinstance(gateways, dict) else ():
        key = table.get("api_key") if isinstance(table, dict) else None
        if isinstance(key, str) and not re.fullmatch(r"\{[a-z]+:.*\}", key):
            yield from (Secret(line) for line in key.splitlines() if line.strip())


def save(path: Path, before: str, after: str) -> None:
    """Replace the file that holds ``before`` by ``after``: whole, private (0600), and through a link.

    Raises SetupError ``invalid_config`` where it was changed meanwhile or can't be written.
    """
    path = path.resolve()
    if read_text(path) != before:
        raise SetupError("invalid_config", f"{path} was changed meanwhile; nothing was written", "try again")
    replace(path, after.encode())


def store_key(config: Path, gateway_id: str, secret: Secret) -> str:
    """Keep a key in a private file beside the config; returns the template that refers to it."""
    # Beside the link where the config is one: relative paths start there, and dotfiles get published.
    replace(config.parent / "keys" / gateway_id, f"{secret.reveal()}\n".encode())
    return f"{{file:keys/{gateway_id}}}"


def _parse(text: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except (ValueError, RecursionError):
        raise SetupError(
            "invalid_config",
            "the config is not TOML, so it can't be edited",
            "`gaugeway status` names the line",
        ) from None


def _says(text: str, document: dict[str, Any]) -> bool:
    try:
        return _parse(text) == document
    except SetupError:
        return False


def _appended(text: str, gateway_id: str, settings: Settings) -> str:
    """A new table at the end: every byte before it stays as it is."""
    import tomlkit

    document = tomlkit.document()
    document["gateways"] = {gateway_id: dict(settings)}
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return text + gap + tomlkit.dumps(document).removeprefix("[gateways]\n")


def _edited(text: str, gateway_id: str, settings: Settings) -> str:
    """The settings where they belong: in the gateway's own table, or in an inline one."""
    import tomlkit

    document = tomlkit.parse(text)
    gateways: Any = document.setdefault("gateways", {})
    if gateway_id not in gateways:
        gateways[gateway_id] = tomlkit.inline_table()
    gateways[gateway_id].update(settings)
    return tomlkit.dumps(document)

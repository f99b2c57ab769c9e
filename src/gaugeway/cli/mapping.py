"""What a gateway answers, as the beginning of a ``custom`` mapping: its paths with values, and a template."""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click
import msgspec

from gaugeway.amounts import clean
from gaugeway.amounts.paths import paths
from gaugeway.cli.context import App
from gaugeway.errors import ReadError
from gaugeway.presets import find
from gaugeway.sources.gateway import Gateway
from gaugeway.sources.keys import variable_of
from gaugeway.transport import Origin, Target

# Field names that products use, by what they mostly mean. A guess: the template says so.
_ROLES = {
    "used": re.compile(r"used|usage|spen[dt]|consumed", re.IGNORECASE),
    "remaining": re.compile(r"remain|left|available|balance|credit", re.IGNORECASE),
    "limit": re.compile(r"limit|quota|max|granted|allowance|budget", re.IGNORECASE),
}
_RESET = re.compile(r"reset|renew|period_end", re.IGNORECASE)
_encoder = msgspec.json.Encoder(decimal_format="number")
_WIDEST = 60  # characters of a path before its value


def print_mapping(app: App, gateway: Gateway, settings: dict[str, str | bool]) -> None:
    """Asks once, and prints what to copy into the config. Raises ReadError."""
    preset = find(gateway.preset)
    path = gateway.quota_path or preset.default_path or ""
    leaves = paths(asyncio.run(_fetch(app, gateway, path, preset.auth)))
    click.echo(f"# {gateway.base_url}{path} answers, path by path:\n{listing(leaves)}\n")
    click.echo("# A beginning, guessed from the names: check each line, then put it into your config.toml.")
    click.echo(template(gateway.id, settings, leaves), nl=False)
    if "api_key" not in settings:
        click.echo(f"# No key is kept here: set the variable {variable_of(gateway.id)}, or add api_key.")


async def _fetch(app: App, gateway: Gateway, path: str, auth: str) -> Any:
    assert gateway.base_url is not None
    origin = Origin.of(gateway.base_url)
    target = Target(base_url=gateway.base_url, origin=origin, secret=gateway.key.secret, auth=auth)
    async with app.transport() as transport, transport.visit(target) as ask:
        return (await ask(path)).json


def listing(leaves: Sequence[tuple[str, Any]]) -> str:
    """One line per path, as TOML comments. Raises ReadError ``unexpected_shape`` where there is none."""
    if not leaves:
        raise ReadError("unexpected_shape", "the answer holds no value that a path leads to")
    width = min(_WIDEST, max(len(path) for path, _ in leaves))
    return "\n".join(
        f"#   {path:{width}}  {clean(_encoder.encode(value).decode(), 60)}" for path, value in leaves
    )


def template(gateway_id: str, settings: dict[str, str | bool], leaves: Sequence[tuple[str, Any]]) -> str:
    """The gateway's tables with one meter, filled in as far as the names of the fields suggest."""
    import tomlkit

    meter = {"name": "Quota", "unit": "tokens", **_guess(leaves)}
    document = tomlkit.document()
    document["gateways"] = {gateway_id: {**settings, "meters": [meter]}}
    return tomlkit.dumps(document).removeprefix("[gateways]\n")


def _guess(leaves: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    import tomlkit

    amounts = [path for path, value in leaves if _is_amount(value) and not _RESET.search(_name(path))]
    roles: dict[str, Any] = {}
    for path in amounts:
        if role := _role(path):
            roles.setdefault(role, path)
    if not roles:
        roles["remaining"] = (amounts or [leaves[0][0]])[0]
    for path, value in leaves:
        if _RESET.search(_name(path)) and value is not None:
            form = "iso" if not _is_amount(value) else "unix" if Decimal(value) < 10**11 else "unix_ms"
            roles["resets_at"] = path
            if form != "iso":
                roles["resets_at"] = tomlkit.inline_table()
                roles["resets_at"].update({"path": path, "format": form})
            break
    return roles


def _role(path: str) -> str | None:
    """What the field's name says, else what its parent's says: the ``total`` of a ``usage`` is used."""
    parts = reversed(path.split(".")[-2:])
    said = (role for part in parts for role, names in _ROLES.items() if names.search(part))
    return next(said, "limit" if "total" in _name(path).lower() else None)


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _is_amount(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", value) is not None
    return isinstance(value, int | Decimal) and not isinstance(value, bool)

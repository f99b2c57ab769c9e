"""``gaugeway add``: finds out what runs at a URL, shows what is left there, and writes it to the config."""

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

import click

from gaugeway.cli import options
from gaugeway.cli.context import App, narrate
from gaugeway.cli.naming import id_for, same_place, sharing_variable
from gaugeway.cli.offers import Offer, offers
from gaugeway.cli.trial import UNDETECTABLE, Credential, credential, explain, put_on_trial, show
from gaugeway.detect.address import complete
from gaugeway.presets import find
from gaugeway.sources import edit
from gaugeway.sources.config import user_file
from gaugeway.sources.gateway import Gateway, check_id, check_key
from gaugeway.sources.trust import WorkTrees
from gaugeway.transport import Secret, check_quota_path


@click.command("add")
@click.argument("url", required=False)
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.option("--id", "gateway_id", metavar="ID", help="The gateway's id; default: from the host's name.")
@options.key_env
@options.key_file
@click.option(
    "--preset", metavar="NAME", help="What runs there; default: found out. `custom` lists what it answers."
)
@click.option("--quota-path", metavar="PATH", help="Where the quota is, under the base URL.")
@click.option("--label", metavar="TEXT", help="The name to show.")
@click.option("--allow-http", is_flag=True, help="Send the key over plain HTTP beyond loopback too.")
@click.pass_obj
def command(
    app: App,
    *,
    url: str | None,
    yes: bool,
    gateway_id: str | None,
    key_env: str | None,
    key_file: str | None,
    preset: str | None,
    quota_path: str | None,
    label: str | None,
    allow_http: bool,
) -> int:
    """Add the gateway at URL to the config.

    Finds out what runs there, reads its quota once, shows the change and asks. Without a URL it offers what
    the environment's variables speak of. The key is asked for, unless an option has it, or with --id the
    variable <ID>_API_KEY; it is kept in a private file, never in the config. Exits with 1 where nothing is
    recognised or the quota can't be read.
    """
    interactive = sys.stdin.isatty() and sys.stderr.isatty()
    known = app.found(creating=True).gateways
    if url is None:
        offer = _choice(app, known, ask=interactive and not yes, take_one=yes)
        if offer is None:
            return 2
        url, key_env = offer.url, key_env if key_env or key_file else offer.variable
    if not (yes or interactive or preset == UNDETECTABLE):
        raise click.UsageError("asks before it writes: run it on a terminal, or with --yes")
    base_url = complete(url, allow_http=allow_http)
    gateway = Gateway(
        id=id_for(base_url, known) if gateway_id is None else check_id(gateway_id, "--id"),
        base_url=base_url,
        preset="neutral" if preset is None else find(preset).name,
        label=label,
        quota_path=None if quota_path is None else check_quota_path(quota_path, "--quota-path"),
        allow_http=allow_http,
    )
    same = [other for other in known if other.id == gateway.id]  # its key is there already
    for other in same:
        if other.base_url is not None and not same_place(other.base_url, base_url):
            raise click.UsageError(f"{other.id} is {other.base_url} already; choose another name with --id")
    path = user_file(app.env, app.config_file, WorkTrees(app.env)).path
    before = edit.read_text(path)
    hidden = tuple(edit.literal_keys(before))  # raises for what can't be edited, before anybody is asked
    named = gateway_id is not None and sharing_variable(gateway_id, known) <= {gateway_id}
    key = credential(app, gateway, same, key_env=key_env, key_file=key_file, named=named)
    asked_for = key is None
    if key is None:
        key = _prompted(gateway, interactive=interactive)
    gateway = key.of(gateway)
    if preset == UNDETECTABLE:
        from gaugeway.cli.mapping import print_mapping

        print_mapping(app, gateway, _settings(gateway, None if asked_for else key.template))
        return 0
    trial = put_on_trial(app, gateway, preset)
    explain(trial, err=True)
    if trial.finding.preset is None:
        return 1
    click.echo(err=True)
    show(app, trial)
    if trial.error is not None:
        narrate("nothing was written")
        return 1
    after = edit.with_gateway(before, gateway.id, _settings(trial.gateway, key.template))
    if after == before:
        narrate(f"{gateway.id} is in {path} already, just so")
        return 0
    click.echo(f"\n{_diff(path, before, after, hidden)}")
    if not yes and not click.confirm(f"Write this to {path}?", default=True, err=True):
        narrate("nothing was written")
        return 0
    if asked_for:
        edit.store_key(path, gateway.id, key.secret)
    edit.save(path, before, after)
    command = "gaugeway" if app.config_file is None else f"gaugeway --config {quote(str(app.config_file))}"
    narrate(f"{gateway.id} is in {path}; `{command} show {gateway.id}` shows it from now on")
    return 0


def _choice(app: App, known: Sequence[Gateway], *, ask: bool, take_one: bool) -> Offer | None:
    """The offer that the person chooses, or the only one; else None, and the commands are listed."""
    found = [
        offer
        for offer in offers(app.env.environ)
        if not any(same_place(gateway.base_url, offer.url) for gateway in known)
    ]
    if not found:
        raise click.UsageError(
            "no URL, and no variables that name a new gateway (OPENAI_BASE_URL and OPENAI_API_KEY, "
            "OPENROUTER_API_KEY, LITELLM_BASE_URL and LITELLM_API_KEY, ...): `gaugeway add URL`"
        )
    if take_one and len(found) == 1:
        return found[0]
    if not ask:
        narrate("the environment's variables name what can be added:")
        click.echo("\n".join(f"{offer.command} --yes" for offer in found))
        return None
    for number, offer in enumerate(found, 1):
        click.echo(f"  {number}  {offer.url}  (key: {offer.variable})", err=True)
    numbers = click.IntRange(1, len(found))
    return found[click.prompt("Which one", type=numbers, default=1, err=True) - 1]


def _prompted(gateway: Gateway, *, interactive: bool) -> Credential:
    if not interactive:
        raise click.UsageError("no key: give --key-env NAME or --key-file PATH")
    question = f"Key for {gateway.origin} (it stays hidden, and goes there alone)"
    text = click.prompt(question, hide_input=True, err=True)
    return Credential(check_key(text.strip(), "the key"), f"{{file:keys/{gateway.id}}}")


def _settings(gateway: Gateway, api_key: str | None) -> dict[str, str | bool]:
    """The lines of the config, in their order; what is as it would be anyway is left out."""
    lines: dict[str, str | bool | None] = {
        "base_url": gateway.base_url,
        "preset": gateway.preset,
        "api_key": api_key,
        "label": gateway.label,
        "quota_path": gateway.quota_path,
        "allow_http": gateway.allow_http or None,
    }
    return {name: value for name, value in lines.items() if value is not None}


def _diff(path: Path, before: str, after: str, hidden: Sequence[Secret]) -> str:
    """The change, without the keys that stand in the config itself."""
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    text = "\n".join(lines)
    for secret in hidden:
        text = secret.redact(text)
    return text

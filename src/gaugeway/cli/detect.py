"""``gaugeway detect URL``: finds out what runs there, and writes nothing."""

import click

from gaugeway.cli import options
from gaugeway.cli.context import App
from gaugeway.cli.naming import id_for
from gaugeway.cli.trial import credential, explain, put_on_trial, show
from gaugeway.detect.address import complete
from gaugeway.sources.gateway import Gateway


@click.command("detect")
@click.argument("url")
@options.key_env
@options.key_file
@click.option("--allow-http", is_flag=True, help="Ask over plain HTTP beyond loopback too.")
@click.pass_obj
def command(app: App, *, url: str, key_env: str | None, key_file: str | None, allow_http: bool) -> int:
    """Find out what runs at URL, say why, and read its quota once.

    At most eight GETs that cost nothing; the key goes to that origin alone. Nothing is written. Exits with 1
    where nothing known answers, or where the quota can't be read.
    """
    base_url = complete(url, allow_http=allow_http)
    known = app.found().gateways
    gateway = Gateway(id=id_for(base_url, known), base_url=base_url, allow_http=allow_http)
    found = credential(app, gateway, known, key_env=key_env, key_file=key_file)
    trial = put_on_trial(app, gateway if found is None else found.of(gateway))
    explain(trial, err=False)
    if trial.finding.preset is None:
        return 1
    if found is None:
        click.echo("no key, so the quota was not read: --key-env NAME or --key-file PATH", err=True)
        return 0
    click.echo()
    show(app, trial)
    return 0 if trial.error is None else 1

"""``gaugeway refresh``: what status lines start in the background. Not a command for people."""

import click

from gaugeway.cli.context import App


@click.command("refresh", hidden=True)
@click.pass_obj
def command(app: App) -> int:
    """Read what is due, and say nothing.

    Nobody is there to be asked: a key that a command or the keyring gives is left alone, unless its gateway
    says `unattended`.
    """
    gateways = app.found().gateways
    app.read([one for one in gateways if one.key.deferred is None or one.unattended])
    return 0

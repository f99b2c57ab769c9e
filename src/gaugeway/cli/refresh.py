"""``gaugeway refresh``: what status lines start in the background. Not a command for people."""

from contextlib import closing

import click

from gaugeway.cli.context import App


@click.command("refresh", hidden=True)
@click.pass_obj
def command(app: App) -> int:
    """Read what is due, and say nothing.

    Nobody is there to be asked: a key that a command or the keyring gives is left alone, unless its gateway
    says `unattended`.
    """
    gateways = [one for one in app.found().gateways if one.key.deferred is None or one.unattended]
    app.read(gateways)
    if not gateways:  # lines have to know that too
        with closing(app.store()) as store:
            app.remember(store)
    return 0

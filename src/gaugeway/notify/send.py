"""One message through one channel, now."""

from gaugeway.alerts.facts import Facts
from gaugeway.sources.alerting import Channel
from gaugeway.sources.environment import Environment


def send(channel: Channel, facts: Facts, env: Environment) -> None:
    """``facts`` have their title and text. Raises DeliveryError for what came of it, SetupError for a
    template that does not resolve.
    """
    if channel.kind == "command":
        from gaugeway.notify.programs import send_to_command

        send_to_command(channel, facts, env)
    elif channel.kind == "desktop":
        from gaugeway.notify.programs import send_to_desktop

        send_to_desktop(facts, env)
    else:
        assert channel.url is not None
        url = channel.url.resolve(env)
        if channel.kind == "webhook":
            from gaugeway.notify.webhook import send_to_webhook

            send_to_webhook(url, facts, env)
        else:
            from gaugeway.notify.by_apprise import send_to_apprise

            send_to_apprise(url, facts)

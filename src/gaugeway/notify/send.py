"""One message through one channel, now."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from gaugeway.alerts.facts import Facts
from gaugeway.errors import DeliveryError
from gaugeway.sources.alerting import Channel
from gaugeway.sources.environment import Environment
from gaugeway.sources.gateway import KEY_SECONDS
from gaugeway.sources.templates import Text
from gaugeway.transport.daemon import in_daemon_thread

T = TypeVar("T")


def sender(channel: Channel, env: Environment, *, seconds: float = KEY_SECONDS) -> Callable[[Facts], None]:
    """What sends facts, with their title and text, through the channel; its URL is resolved. ``seconds``:
    what a command or a keyring may take for that.

    Raises SetupError for a template that does not resolve, DeliveryError where that takes too long; what it
    returns raises DeliveryError.
    """
    if channel.kind == "command":
        from gaugeway.notify.programs import send_to_command

        return partial(send_to_command, channel, env=env)
    if channel.kind == "desktop":
        from gaugeway.notify.programs import send_to_desktop

        return partial(send_to_desktop, env=env)
    assert channel.url is not None
    url = _resolved(channel.url, env, seconds)
    if channel.kind == "webhook":
        from gaugeway.notify.webhook import send_to_webhook

        return partial(send_to_webhook, url, env=env)
    from gaugeway.notify.by_apprise import send_to_apprise

    return partial(send_to_apprise, url)


def _resolved(url: Text, env: Environment, seconds: float) -> str:
    if not url.deferred:
        return url.resolve(env)
    try:
        return in_time(partial(url.resolve, env), seconds)
    except TimeoutError:
        raise DeliveryError(f"{url.shown} gave no URL within {seconds:g} seconds") from None


def in_time(work: Callable[[], T], seconds: float) -> T:
    """What ``work()`` returns. Raises TimeoutError where that takes longer: it is left behind."""

    async def within() -> T:
        async with asyncio.timeout(seconds):
            return await in_daemon_thread(work, "notify")

    return asyncio.run(within())

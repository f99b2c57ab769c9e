"""Delivers messages: through Apprise, a command, the desktop, a webhook. Each loads what it needs itself."""

from gaugeway.notify.delivery import deliver
from gaugeway.notify.send import send, sender

__all__ = ["deliver", "send", "sender"]

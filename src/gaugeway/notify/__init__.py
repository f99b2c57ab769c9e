"""Delivers messages: through Apprise, a command, the desktop, a webhook. Each loads what it needs itself."""

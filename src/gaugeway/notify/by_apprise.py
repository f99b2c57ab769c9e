"""Through Apprise: mail, Slack, ntfy and a hundred more, each by a URL that is its credential."""

import logging
import re
from functools import partial

from gaugeway.alerts.facts import Facts
from gaugeway.errors import DeliveryError
from gaugeway.notify.send import in_time

SECONDS = 20.0  # a service may take several requests, and Apprise has no deadline over all of them

_KINDS = {"low": "success", "normal": "warning", "critical": "failure"}
_STATUS = re.compile(r"error=(\d{3})")


def send_to_apprise(url: str, facts: Facts, *, seconds: float = SECONDS) -> None:
    """Raises DeliveryError. Apprise's own log is never quoted: it names hosts and parts of the URL."""
    try:
        import apprise
    except ImportError:
        raise DeliveryError(
            "needs the package apprise", "install the extra `alerts`: pipx install '.[alerts]'"
        ) from None
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    spoke, logger.propagate = logger.propagate, False
    try:
        service = apprise.Apprise()
        if not service.add(url):
            raise DeliveryError("its URL is none that Apprise knows", "Apprise's documentation lists them")
        kind = "info" if facts.event == "test" else _KINDS[facts.urgency]
        # Said to be text, it is escaped for services that show HTML or Markdown. A title with a place of its
        # own is text by Apprise's own rule.
        message = partial(service.notify, facts.text, facts.title, kind, body_format="text")
        try:
            sent = in_time(message, seconds)
        except TimeoutError:
            raise DeliveryError(f"took longer than {seconds:g} seconds") from None
        except Exception as error:  # noqa: BLE001  (a service's fault is its own alone)
            raise DeliveryError(f"Apprise failed: {type(error).__name__}") from None
        if not sent:
            raise DeliveryError(heard.why)
    finally:
        logger.propagate = spoke
        logger.removeHandler(heard)


class _Heard(logging.Handler):
    """Listens for why it failed, and keeps nothing of it but that."""

    why = "the service did not take it"

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        status = _STATUS.search(said)
        if status is not None:
            self.why = f"the service answered {status[1]}"
        elif "onnection error" in said or "ocket error" in said:
            self.why = "there is no connection to the service"

"""The closed tree of errors. Each says what happened, and what to do about it.

GaugewayError
├── SetupError    a fact of this process or its configuration; never stored, no reason to back off
├── ReadError     what came of asking a gateway; stored beside the last good reading
├── StoreError    the database can't be used as it is
└── DeliveryError an alert could not be delivered

``code`` is the machine's word (the contract's closed list), ``message`` the person's, ``hint`` the remedy.
"""

HINTS = {
    # SetupError
    "invalid_config": "mend the named field; `gaugeway status` checks again",
    "insecure_url": "use https://, or set allow_http = true for this gateway if you trust its network",
    "unresolved_template": "set what the template names, or change it",
    "no_key": "set the key in one of the places that `gaugeway status` lists",
    "no_base_url": "set base_url for this gateway, or options.baseURL of its OpenCode provider",
    # ReadError
    "unauthorized": "check the key: the gateway does not accept it",
    "key_expired": "get a new key from the gateway's owner: this one has expired",
    "forbidden": "this key may not read its quota; ask the gateway's owner",
    "not_found": "check base_url and quota_path: `gaugeway detect URL` finds out what runs there",
    "rate_limited": "wait: the gateway limits how often it is asked",
    "client_error": "check preset and quota_path: `gaugeway detect URL` finds out what runs there",
    "server_error": "the gateway has a fault of its own; it is asked again later",
    "timeout": "the gateway did not answer in time; raise `timeout` if it is just slow",
    "dns": "check the host name in base_url, and the network",
    "connect": "check that the gateway is up and that host and port in base_url are right",
    "tls": "check the gateway's certificate; a private authority goes into ca_file",
    "protocol": "something that is not a web server, or a broken one, answers at base_url",
    "redirect": "set base_url to the address that answers itself: redirects are never followed with a key",
    "too_large": "check quota_path: what answers there is not a quota",
    "not_json": "check base_url and quota_path: what answers there is not a JSON interface",
    "unexpected_shape": "check the preset: `gaugeway detect URL` finds out what runs there",
    "gateway_error": "the gateway reports a failure of its own; its message says more",
    "preset_error": "this is a fault of the preset; please report it",
    "backing_off": "wait until next_read_at, or mend what failed before",
    # StoreError
    "store": "see the message; GAUGEWAY_STATE_DIR names another place",
    # DeliveryError
    "undelivered": "mend the channel; `gaugeway alerts test` tries it",
}

SETUP_CODES = frozenset({"invalid_config", "insecure_url", "unresolved_template", "no_key", "no_base_url"})
UNCONFIGURED_CODES = frozenset({"no_key", "no_base_url"})
# What another process of the same user may have, while this one lacks it: a status bar lacks the variables
# of the shell.
KEYLESS_CODES = frozenset({"no_key", "unresolved_template"})
REFUSED_CODES = frozenset({"unauthorized", "key_expired", "forbidden"})
READ_CODES = frozenset(HINTS) - SETUP_CODES - {"store", "undelivered"}


class GaugewayError(Exception):
    """Root of the tree: ``code`` (one of the contract's), ``message``, ``hint``."""

    codes = frozenset(HINTS)

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        assert code in self.codes, code
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = HINTS[code] if hint is None else hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SetupError(GaugewayError):
    """The configuration, a key or a template of this process is missing or wrong."""

    codes = SETUP_CODES


class ReadError(GaugewayError):
    """A gateway could not be read. ``retry_after``: seconds it asked us to stay away, if it did."""

    codes = READ_CODES

    def __init__(
        self, code: str, message: str, hint: str | None = None, *, retry_after: float | None = None
    ) -> None:
        super().__init__(code, message, hint)
        self.retry_after = retry_after

    @property
    def refused(self) -> bool:
        """The key itself was turned down: asking again soon only annoys the gateway."""
        return self.code in REFUSED_CODES


class StoreError(GaugewayError):
    """The state database can't be used: written by a newer gaugeway, for one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("store", message, hint)


class DeliveryError(GaugewayError):
    """A channel did not take a message. Never says where it leads: that is a secret."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("undelivered", message, hint)

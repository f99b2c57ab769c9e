"""What stands for a configuration on disk: keyed hashes, never what they are made of."""

from _blake2 import blake2b  # hashlib would load OpenSSL with it: 3 ms of every cached answer
from collections.abc import Mapping

import msgspec

from gaugeway.errors import KEYLESS_CODES, GaugewayError, SetupError
from gaugeway.readings import Reading, Verdict
from gaugeway.sources.gateway import Gateway
from gaugeway.store.stamp import digest

KEY_BYTES = 32

_encode = msgspec.json.Encoder(order="deterministic").encode


class Hasher:
    """Hashes under a random key that never leaves the state folder."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._keyed = blake2b(key=key, digest_size=16)
        self._places: dict[str, str] = {}

    def address(self, gateway: Gateway) -> tuple[GaugewayError | None, str, str]:
        """Where what is stored of this gateway is found: by identity; by place alone where this process lacks
        the key; nowhere (both empty) where it can't be asked at all. With the error that says why, if so.
        """
        error = gateway.error or gateway.key.error
        if gateway.base_url is None:
            return gateway.error or SetupError("no_base_url", f"{gateway.id} has no base_url"), "", ""
        if error is None:
            return None, self.identity(gateway), self.place(gateway.base_url)
        return error, "", self.place(gateway.base_url) if error.code in KEYLESS_CODES else ""

    def identity(self, gateway: Gateway) -> str:
        """Base URL, preset, mapping, auth style and key: when it changes, the old reading isn't shown."""
        key = gateway.key.stamp or gateway.key.secret
        return self._hash(
            (
                gateway.base_url,
                gateway.preset,
                gateway.quota_path,
                gateway.auth,
                gateway.meters,
                key.reveal() if key is not None else None,
            )
        )

    def place(self, base_url: str) -> str:
        """The origin alone: what a process without the key still knows of its gateway."""
        end = base_url.find("/", 8)  # in its canonical spelling: behind scheme, host and port
        origin = base_url if end < 0 else base_url[:end]
        if origin not in self._places:
            self._places[origin] = self._hash(origin.split("/"))
        return self._places[origin]

    def subjects(self, gateway: Gateway, reading: Reading) -> dict[str, str]:
        """By scope, whose meters these are: the server's own identity of them, else the key."""
        key = gateway.key.stamp or gateway.key.secret
        own = None if key is None else key.reveal()
        given = reading.subjects
        return {
            scope: self._hash((scope, given[scope]) if scope in given else (own,))
            for scope in {meter.scope for meter in reading.meters}
        }

    def content(self, reading: Reading, verdict: Verdict) -> str:
        """All that is stored of a reading but its moment."""
        facts = (reading.preset, reading.coverage, reading.unread, reading.notes, reading.key, reading.meters)
        binding = None if verdict.binding is None else verdict.binding.id
        return self._hash((*facts, reading.subjects, verdict.level, binding, verdict.levels))

    def stamp(self, facts: Mapping[str, str]) -> str:
        """What a configuration was read from, as one hash: there are keys among the facts."""
        return digest(self._key, facts.items())

    def _hash(self, value: object) -> str:
        keyed = self._keyed.copy()
        keyed.update(_encode(value))
        return keyed.hexdigest()

"""What the tests of store and collector are made of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gaugeway.readings import Answer, Meter, Reading, judge
from gaugeway.sources.gateway import Gateway, Key
from gaugeway.store.store import Claim, Head, Outcome, Store
from gaugeway.transport import Secret

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
T = NOW.timestamp()
LEASE = 7.0


def gateway(name: str = "lab", key: str = "sk-test-123", **rest) -> Gateway:
    secret = Secret(key)
    base_url = rest.pop("base_url", f"https://{name}.example.org/v1")
    return Gateway(id=name, base_url=base_url, key=Key(secret=secret, stamp=secret), **rest)


def reading(used: int = 12, *, at: datetime = NOW, resets_in: float | None = None, **rest) -> Reading:
    """A hundred tokens, of which some are used."""
    meter = Meter.of(
        name="tokens",
        unit="tokens",
        limit=Decimal(100),
        used=Decimal(used),
        resets_at=None if resets_in is None else at + timedelta(seconds=resets_in),
    )
    return Reading.of(Answer(meters=(meter,), **rest), preset="neutral", observed_at=at)


def claim_of(store: Store, one: Gateway, *, head: Head | None = None, lease: float = LEASE) -> Claim:
    assert one.base_url is not None
    return Claim(
        gateway_id=one.id,
        identity=store.hasher.identity(one),
        place=store.hasher.place(one.base_url),
        head=head,
        lease=lease,
    )


def claim(store: Store, one: Gateway, owner: str, *, at: float = T, **rest) -> Head | None:
    """The head under a lease, if it can be had."""
    wanted = claim_of(store, one, **rest)
    return store.claim([wanted], owner, at).get((wanted.gateway_id, wanted.identity))


def outcome(head: Head, one: Gateway, value: Reading | None, *, at: float = T, **rest) -> Outcome:
    """What came of asking at ``at``; without a reading, a failure."""
    facts: dict[str, Any] = {"attempted_at": at, "error_code": None, "failures": 0, "retry_at": None}
    if value is None:
        facts |= {"error_code": "server_error", "error_message": "/quota answered 500", "error_hint": "wait"}
        facts |= {"failures": head.failures + 1, "retry_at": at + 5}
    else:
        ends = (meter.window.resets_at for meter in value.meters)
        resets = [end.timestamp() for end in ends if end is not None]
        facts |= {"observed_at": value.observed_at.timestamp(), "resets_at": min(resets, default=None)}
    known = {name: getattr(head, name) for name in head.__struct_fields__}
    verdict = None if value is None else judge(value.meters, one.thresholds, unread=bool(value.unread))
    return Outcome(head=Head(**(known | facts | rest)), gateway=one, reading=value, verdict=verdict)


def keep(store: Store, one: Gateway, value: Reading | None, *, at: float | None = None, owner="me") -> Head:
    """Asks and stores in one step; the head as it is stored then."""
    if at is None:
        at = T if value is None else value.observed_at.timestamp()
    stored = stored_head(store, one)
    head = claim(store, one, owner, at=at, head=stored)
    assert head is not None
    store.save([outcome(head, one, value, at=at)], owner)
    after = stored_head(store, one)
    assert after is not None
    return after


def stored_head(store: Store, one: Gateway) -> Head | None:
    identity = store.hasher.identity(one)
    return next((head for head in store.heads([one.id]) if head.identity == identity), None)

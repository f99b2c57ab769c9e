"""What every store keeps to about what is raised and what is to be delivered."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.store.values import NOW, T

from gaugeway.store import Store, open_store
from gaugeway.store.outbox import KEEP_DELIVERED, KEEP_UNDELIVERED, LEASE, Entry, Letter, Outbox, Plan, Raised

HERE = ["phone", "mail"]


def row(rule: str = "level low", meter: str = "key/budget/1d", rank: int = 1, **rest: Any) -> Raised:
    facts = {"rule": rule, "gateway_id": "lab", "meter_id": meter, "rank": rank}
    return Raised(**{**facts, "since": T, "changed_at": T, **rest})


def letter(text: str = "low", channel: str = "phone", matter: str = "key/budget/1d", **rest: Any) -> Letter:
    facts = {"channel": channel, "gateway_id": "lab", "matter": matter, "facts": text}
    return Letter(**{**facts, **rest})


def next_at(outbox: Outbox, channel: str = "phone") -> float | None:
    return min((one.next_at for one in outbox.waiting() if one.channel == channel), default=None)


def post(outbox: Outbox, *letters: Letter, now: float = T, held_until: float | None = None) -> int:
    """Letters with something raised, since no claim is without."""
    known = {one.key: one for one in outbox.raised(["lab"])}
    new = row(rule="posted", changed_at=T + len(known) + now)
    return outbox.claim(["lab"], lambda _: Plan({new.key: new}, letters), now, held_until)


def take(outbox: Outbox, owner: str = "me", now: float = T, channels: Sequence[str] = HERE) -> str | None:
    entry = outbox.take(channels, owner, now)
    return None if entry is None else entry.facts


def taken(outbox: Outbox, owner: str = "me", now: float = T) -> Entry:
    entry = outbox.take(HERE, owner, now)
    assert entry is not None
    return entry


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return store.outbox


def test_an_empty_outbox(outbox: Outbox) -> None:
    assert outbox.raised(["lab"]) == outbox.raised([]) == []
    assert outbox.waiting() == outbox.sent(5) == []
    assert not outbox.due(HERE, T)
    assert next_at(outbox) is None
    assert take(outbox) is None


def test_rows_come_back_as_they_were_put(outbox: Outbox) -> None:
    one, two = row(), row(meter="", rank=3, resets_at=T + 9.5, clear_at=T)
    other = row(gateway_id="campus")
    outbox.claim(["lab"], lambda _: Plan({r.key: r for r in (one, two, other)}, ()), T)
    assert sorted(outbox.raised(["lab"]), key=lambda r: r.rank) == [one, two]
    worse = row(rank=2)
    outbox.claim(["lab"], lambda _: Plan({worse.key: worse, two.key: None}, ()), T)
    assert outbox.raised(["lab"]) == [worse]
    assert outbox.raised(["campus"]) == [other]


def test_nothing_decided_writes_nothing(outbox: Outbox) -> None:
    assert outbox.claim(["lab"], lambda _: Plan({}, ()), T) == 0
    assert outbox.waiting() == []


def test_the_decision_is_made_again_on_what_is_raised_by_then(outbox: Outbox) -> None:
    """What another process claims between the look and the claim is seen."""
    looks = []

    def decide(raised: Sequence[Raised]) -> Plan:
        looks.append(len(raised))
        if len(looks) == 1:
            outbox.claim(["lab"], lambda _: Plan({row().key: row()}, [letter("theirs")]), T)
        return Plan({}, ()) if raised else Plan({row().key: row()}, [letter("mine")])

    assert outbox.claim(["lab"], decide, T) == 0
    assert looks == [0, 1]
    assert [entry.facts for entry in outbox.waiting()] == ["theirs"]


def test_one_takes_a_letter_and_delivers_it_once(outbox: Outbox) -> None:
    assert post(outbox, letter()) == 1
    assert outbox.due(HERE, T)
    entry = taken(outbox)
    assert (entry.channel, entry.matter, entry.attempts, entry.written_at) == ("phone", "key/budget/1d", 0, T)
    assert take(outbox, "you") is None
    outbox.delivered(entry, "me", T + 1)
    assert not outbox.due(HERE, T + 1)
    assert take(outbox, "you", T + LEASE + 1) is None
    assert [(one.facts, one.delivered_at) for one in outbox.sent(5)] == [("low", T + 1)]


def test_who_is_killed_is_taken_over(outbox: Outbox) -> None:
    post(outbox, letter())
    entry = taken(outbox)
    assert take(outbox, "you", T + LEASE - 1) is None
    assert take(outbox, "you", T + LEASE) == "low"
    outbox.failed(entry, "me", "too late", now=T + LEASE + 1, retry_at=T + 999)
    outbox.delivered(entry, "me", T + LEASE + 1)  # the lease is lost: it is not this one's to say
    (waits,) = outbox.waiting()
    assert (waits.attempts, waits.error) == (0, None)


def test_of_one_matter_the_older_goes_first(outbox: Outbox) -> None:
    post(outbox, letter("low"), letter("critical"), letter("other", matter="key/tokens/1d"))
    low = taken(outbox)
    assert low.facts == "low"
    assert take(outbox, "you") == "other"
    assert take(outbox, "they") is None
    outbox.delivered(low, "me", T)
    assert take(outbox, "they") == "critical"


def test_a_failing_channel_waits_as_a_whole_and_holds_no_other_up(outbox: Outbox) -> None:
    post(outbox, letter("a"), letter("b", matter="m2"), letter("c", channel="mail"))
    entry = taken(outbox)
    assert entry.facts == "a"
    outbox.failed(entry, "me", "answered 500", now=T + 1, retry_at=T + 30)
    assert outbox.failures("phone") == 1
    other = taken(outbox)
    assert other.facts == "c"
    outbox.delivered(other, "me", T)
    assert take(outbox) is None
    assert next_at(outbox) == T + 30
    assert not outbox.due(["phone"], T + 29)
    failing = [one for one in outbox.waiting() if one.attempts]
    assert [(one.facts, one.error, one.failing_since) for one in failing] == [("a", "answered 500", T + 1)]
    # What was never tried goes first: one letter that nobody wants does not stop the others.
    entry = taken(outbox, now=T + 30)
    assert entry.facts == "b"
    outbox.failed(entry, "me", "answered 503", now=T + 31, retry_at=T + 90)
    entry = taken(outbox, now=T + 90)
    assert (entry.facts, entry.failing_since) == ("a", T + 1)
    outbox.failed(entry, "me", "answered 503", now=T + 91, retry_at=T + 200)
    assert outbox.failures("phone") == 2
    assert outbox.failures("mail") == 0


def test_when_a_channel_works_again_the_rest_follows_at_once(outbox: Outbox) -> None:
    post(outbox, letter("a"), letter("b", matter="m2"))
    post(outbox, letter("later", matter="m3"), held_until=T + 5000)
    outbox.failed(taken(outbox), "me", "answered 500", now=T, retry_at=T + 900)
    assert take(outbox, now=T + 1) is None
    post(outbox, letter("new", matter="m4"))
    outbox.delivered(taken(outbox, now=T + 2), "me", T + 2)
    assert take(outbox, now=T + 2) == "b"
    assert take(outbox, now=T + 2) is None  # what failed waits for its turn, what is held for the morning


def test_channels_that_are_not_configured_here_are_left_alone(outbox: Outbox) -> None:
    post(outbox, letter(channel="pager"))
    assert not outbox.due(HERE, T)
    assert not outbox.due([], T)
    assert take(outbox) is None
    assert take(outbox, channels=[]) is None
    assert next_at(outbox) is None
    assert take(outbox, channels=["pager"]) == "low"


def test_quiet_hours_hold_and_the_newest_of_a_matter_replaces_the_rest(outbox: Outbox) -> None:
    morning = T + 3600
    post(outbox, letter("low", first=True), held_until=morning)
    post(outbox, letter("other", matter="m2"), held_until=morning)
    assert not outbox.due(HERE, morning - 1)
    post(outbox, letter("critical"), now=T + 9, held_until=morning)
    assert outbox.due(HERE, morning)
    assert take(outbox, now=morning) == "other"
    assert take(outbox, now=morning) == "critical"
    assert take(outbox, now=morning) is None


def test_what_began_and_is_over_in_quiet_hours_is_not_worth_a_word(outbox: Outbox) -> None:
    morning = T + 3600
    post(outbox, letter("low", first=True), held_until=morning)
    post(outbox, letter("critical"), held_until=morning)
    assert post(outbox, letter("over", over=True), held_until=morning) == 0
    assert outbox.waiting() == []
    # But who heard of the beginning hears of the end.
    post(outbox, letter("critical"), held_until=morning)
    assert post(outbox, letter("over", over=True), held_until=morning) == 1
    assert [entry.facts for entry in outbox.waiting()] == ["over"]


def test_what_begins_again_after_a_recovery_that_waits_does_not_hide_its_end(outbox: Outbox) -> None:
    morning = T + 3600
    post(outbox, letter("low", first=True))
    outbox.delivered(taken(outbox), "me", T)
    for _ in range(2):
        assert post(outbox, letter("over", over=True), held_until=morning) == 1
        assert post(outbox, letter("again", first=True), held_until=morning) == 1
    assert post(outbox, letter("over", over=True), held_until=morning) == 1
    assert [entry.facts for entry in outbox.waiting()] == ["over"]


def test_what_was_never_told_before_quiet_hours_began_is_known_by_its_oldest(outbox: Outbox) -> None:
    post(outbox, letter("low", first=True), letter("critical"))
    outbox.hold(HERE, T + 3600)
    assert post(outbox, letter("over", over=True), held_until=T + 3600) == 0
    assert outbox.waiting() == []


def test_what_was_tried_or_is_being_tried_is_not_replaced(outbox: Outbox) -> None:
    post(outbox, letter("tried", first=True))
    outbox.failed(taken(outbox), "me", "no", now=T, retry_at=T + 10)
    post(outbox, letter("over", over=True), held_until=T + 3600)
    assert [entry.facts for entry in outbox.waiting()] == ["tried", "over"]


def test_quiet_hours_that_begin_hold_what_is_due(outbox: Outbox) -> None:
    post(outbox, letter("a"), letter("b", channel="pager"))
    outbox.hold(HERE, T + 3600)
    assert not outbox.due(HERE, T + 10)
    assert outbox.due(["pager"], T + 10)
    assert take(outbox, now=T + 3600) == "a"


def test_a_clock_that_was_set_back_holds_nothing_up(outbox: Outbox) -> None:
    year = 365 * 86400
    post(outbox, letter("a"), now=T + year)
    entry = taken(outbox, now=T + year)
    assert entry.facts == "a"
    assert outbox.due(HERE, T)
    assert take(outbox, "you", T) == "a"


def test_what_is_old_goes(outbox: Outbox) -> None:
    post(outbox, letter("delivered"), letter("never", matter="m2", channel="pager"))
    outbox.delivered(taken(outbox), "me", T)
    post(outbox, letter("new", matter="m3"), now=T + KEEP_UNDELIVERED)
    assert [entry.facts for entry in outbox.waiting()] == ["never", "new"]
    post(outbox, letter("newer", matter="m4"), now=T + KEEP_UNDELIVERED + 1)
    assert "never" not in [entry.facts for entry in outbox.waiting()]
    assert len(outbox.sent(5)) == 1
    post(outbox, letter("newest", matter="m5"), now=T + KEEP_DELIVERED + 1)
    assert outbox.sent(5) == []


def test_the_newest_delivered_first(outbox: Outbox) -> None:
    post(outbox, letter("a"), letter("b", matter="m2"), letter("c", matter="m3"))
    for at in range(3):
        outbox.delivered(taken(outbox, now=T + at), "me", T + at)
    assert [entry.facts for entry in outbox.sent(2)] == ["c", "b"]


def test_many_at_once_claim_a_crossing_once(tmp_path: Path) -> None:
    """Each with a connection of its own, as processes have."""
    made = [open_store(tmp_path, now=lambda: NOW, warn=pytest.fail)]  # makes the file
    counts = []

    def claim() -> None:
        mine = open_store(tmp_path, now=lambda: NOW, warn=pytest.fail)
        new = row()
        won = mine.outbox.claim(
            ["lab"], lambda r: Plan({} if r else {new.key: new}, [] if r else [letter()]), T
        )
        counts.append(won)
        mine.close()

    threads = [threading.Thread(target=claim) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 1
    assert len(made[0].outbox.waiting()) == 1
    made[0].close()

"""What every store keeps to, wherever it keeps things."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.store.values import LEASE, NOW, T, claim, claim_of, gateway, keep, outcome, reading, stored_head

from gaugeway.readings import Answer, Meter, Reading
from gaugeway.readings.forecast import Forecast
from gaugeway.store import Store
from gaugeway.store.history import Sample

LAB, CAMPUS = gateway("lab"), gateway("campus")


def samples_of(store: Store) -> Sequence[Sample]:
    (only,) = store.history.series("lab")
    return only.samples


def test_an_empty_store_knows_nothing(store: Store) -> None:
    assert store.heads(["lab"]) == []
    assert store.heads([]) == []
    assert store.readings([1]) == {}
    assert store.history.series("lab") == []


def test_a_reading_is_kept_with_its_head(store: Store) -> None:
    head = keep(store, LAB, reading())
    assert head.observed_at == head.attempted_at == T
    assert head.revision == 1
    assert head.error is None
    assert head.lease_until is None
    assert store.readings([head.id]) == {head.id: reading()}
    assert store.heads(["campus"]) == []


def test_a_later_reading_replaces_the_meters_of_an_earlier_one(store: Store) -> None:
    two = tuple(Meter.of(name=name, unit="tokens", used=Decimal(1)) for name in ("a", "b"))
    keep(store, LAB, Reading(preset="x", observed_at=NOW, meters=two))
    later = reading(at=NOW + timedelta(minutes=1))
    head = keep(store, LAB, later)
    assert store.readings([head.id]) == {head.id: later}


def test_the_last_good_reading_survives_a_failure(store: Store) -> None:
    keep(store, LAB, reading())
    head = keep(store, LAB, None, at=T + 60)
    assert (head.observed_at, head.attempted_at, head.failures, head.retry_at) == (T, T + 60, 1, T + 65)
    assert head.error is not None
    assert (head.error.code, head.error.message, head.error.hint) == (
        "server_error",
        "/quota answered 500",
        "wait",
    )
    assert store.readings([head.id]) == {head.id: reading()}


def test_a_failure_alone_is_no_reading(store: Store) -> None:
    head = keep(store, LAB, None)
    assert head.observed_at is None
    assert store.readings([head.id]) == {}


def test_a_code_of_a_newer_gaugeway_is_an_error_all_the_same(store: Store) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    store.save([outcome(head, LAB, None, error_code="on_the_moon")], "me")
    after = stored_head(store, LAB)
    assert after is not None
    assert after.error is not None
    assert after.error.code == "gateway_error"


def test_one_of_two_gets_the_lease(store: Store) -> None:
    assert claim(store, LAB, "me") is not None
    assert claim(store, LAB, "you") is None
    assert claim(store, CAMPUS, "you") is not None


def test_a_lease_is_had_once_even_by_its_owner(store: Store) -> None:
    assert claim(store, LAB, "me") is not None
    assert claim(store, LAB, "me", at=T + 1) is None


def test_leases_of_many_are_claimed_together(store: Store) -> None:
    assert claim(store, CAMPUS, "you") is not None
    won = store.claim([claim_of(store, LAB), claim_of(store, CAMPUS)], "me", T)
    assert [gateway_id for gateway_id, _ in won] == ["lab"]


def test_a_lease_runs_out(store: Store) -> None:
    claim(store, LAB, "killed")
    assert claim(store, LAB, "me", at=T + LEASE - 0.1) is None
    assert claim(store, LAB, "me", at=T + LEASE) is not None


def test_a_lease_of_a_clock_since_set_back_does_not_hold(store: Store) -> None:
    claim(store, LAB, "me", at=T + 3600)
    assert claim(store, LAB, "you", at=T) is not None


def test_a_claim_based_on_what_is_no_longer_so_fails(store: Store) -> None:
    head = keep(store, LAB, reading(), owner="you")
    assert claim(store, LAB, "me") is None
    assert claim(store, LAB, "me", head=head) is not None


def test_a_lease_can_be_lengthened(store: Store) -> None:
    claim(store, LAB, "me")
    claim(store, CAMPUS, "you")
    store.renew("me", 3)
    assert claim(store, LAB, "you", at=T + LEASE + 2.9) is None
    assert claim(store, LAB, "you", at=T + LEASE + 3) is not None
    assert claim(store, CAMPUS, "me", at=T + LEASE) is not None


def test_released_leases_are_free_and_left_no_outcome(store: Store) -> None:
    claim(store, LAB, "me")
    claim(store, CAMPUS, "you")
    store.release("me")
    assert claim(store, LAB, "you") is not None
    assert claim(store, CAMPUS, "me") is None


def test_a_late_result_of_a_lost_lease_counts_only_where_it_is_newer(store: Store) -> None:
    mine = claim(store, LAB, "me")
    assert mine is not None
    theirs = claim(store, LAB, "you", at=T + LEASE)
    assert theirs is not None
    store.save([outcome(theirs, LAB, reading(20, at=NOW + timedelta(seconds=9)), at=T + 9)], "you")
    store.save([outcome(mine, LAB, reading(10, at=NOW + timedelta(seconds=8)), at=T + 8)], "me")
    after = stored_head(store, LAB)
    assert after is not None
    assert after.observed_at == T + 9
    store.save([outcome(mine, LAB, reading(30, at=NOW + timedelta(seconds=10)), at=T + 10)], "me")
    after = stored_head(store, LAB)
    assert after is not None
    assert after.observed_at == T + 10


def test_a_late_result_leaves_the_new_owners_lease_alone(store: Store) -> None:
    mine = claim(store, LAB, "me")
    assert mine is not None
    assert claim(store, LAB, "you", at=T + LEASE) is not None
    store.save([outcome(mine, LAB, reading(), at=T + 8)], "me")
    after = stored_head(store, LAB)
    assert after is not None
    assert (after.lease_owner, after.lease_until) == ("you", T + 2 * LEASE)


def test_identities_are_kept_apart(store: Store) -> None:
    old, new = gateway(key="sk-test-old"), gateway(key="sk-test-new")
    first = keep(store, old, reading(1))
    second = keep(store, new, reading(2))
    assert first.place == second.place
    assert {head.id for head in store.heads(["lab"])} == {first.id, second.id}
    assert store.readings([second.id]) == {second.id: reading(2)}


def test_what_an_older_key_left_goes(store: Store) -> None:
    old, new = gateway(key="sk-test-old"), gateway(key="sk-test-new")
    first = keep(store, old, reading(1))
    store.forget(T + 1)
    assert stored_head(store, old) is not None, "there is no newer one"
    keep(store, new, reading(2, at=NOW + timedelta(hours=1)))
    store.forget(T)
    assert stored_head(store, old) is not None, "it is not that old"
    store.forget(T + 1)
    assert stored_head(store, old) is None
    assert store.readings([first.id]) == {}
    assert stored_head(store, new) is not None


def test_what_another_process_asks_just_now_does_not_go(store: Store) -> None:
    old, new = gateway(key="sk-test-old"), gateway(key="sk-test-new")
    head = keep(store, old, reading(1))
    later = NOW + timedelta(days=2)
    claim(store, old, "you", at=later.timestamp(), head=head)
    keep(store, new, reading(2, at=later))
    store.forget(later.timestamp())
    assert stored_head(store, old) is not None


def test_results_for_a_row_that_is_gone_are_dropped(store: Store) -> None:
    old, new = gateway(key="sk-test-old"), gateway(key="sk-test-new")
    head = claim(store, old, "me")
    assert head is not None
    store.release("me")
    keep(store, new, reading(2, at=NOW + timedelta(days=2)))
    store.forget(T + 1)
    assert stored_head(store, old) is None
    store.save([outcome(head, old, reading(1), at=T + 1)], "me")
    assert stored_head(store, old) is None


def test_history_has_what_changed_and_a_sign_of_life(store: Store) -> None:
    for minutes, used in [(0, 10), (1, 10), (2, 11), (3, 11), (16, 11), (17, 11), (18, 10)]:
        keep(store, LAB, reading(used, at=NOW + timedelta(minutes=minutes)))
    ((meter_id, samples),) = [(one.meter_id, one.samples) for one in store.history.series("lab")]
    assert meter_id == "key/tokens/-"
    assert [(sample.time - NOW, sample.used) for sample in samples] == [
        (timedelta(minutes=0), Decimal(10)),
        (timedelta(minutes=2), Decimal(11)),
        (timedelta(minutes=17), Decimal(11)),
        (timedelta(minutes=18), Decimal(10)),
    ]
    assert {sample.limit for sample in samples} == {Decimal(100)}
    assert samples[0].remaining == 90
    assert samples[0].resets_at is None
    assert store.history.series("campus") == []
    (since,) = store.history.series("lab", T + 1000)
    assert since.samples == samples[2:]


def test_a_moved_reset_is_a_change(store: Store) -> None:
    keep(store, LAB, reading(resets_in=60))
    keep(store, LAB, reading(at=NOW + timedelta(seconds=1), resets_in=60))
    resets = [sample.resets_at for sample in samples_of(store)]
    assert resets == [NOW + timedelta(seconds=60), NOW + timedelta(seconds=61)]


def test_history_follows_the_subject_and_not_the_key(store: Store) -> None:
    for hours, key, subjects in [
        (0, "sk-test-old", {"key": "team-1"}),
        (1, "sk-test-new", {"key": "team-1"}),
        (2, "sk-test-new", {"key": "team-2"}),
        (3, "sk-test-new", {}),
    ]:
        one = gateway(key=key)
        keep(store, one, reading(hours, at=NOW + timedelta(hours=hours), subjects=subjects))
    series = store.history.series("lab")
    assert [[sample.used for sample in one.samples] for one in series] == [[0, 1], [2], [3]]
    assert len({one.subject for one in series}) == 3


def test_a_thousand_gateways_in_one_go(store: Store) -> None:
    many = [gateway(f"g{number}") for number in range(1000)]
    won = store.claim([claim_of(store, one) for one in many], "me", T)
    assert len(won) == 1000
    heads = {head.gateway_id: head for head in won.values()}
    store.save([outcome(heads[one.id], one, reading()) for one in many], "me")
    found = store.heads([one.id for one in many])
    assert len(found) == 1000
    assert len(store.readings([head.id for head in found])) == 1000


def test_answers_have_exact_numbers(store: Store) -> None:
    amount = Decimal("0.1234567890123456789012345678901234567890")
    exact = Reading.of(
        Answer(meters=(Meter.of(name="cost", unit="USD", used=amount),)), preset="x", observed_at=NOW
    )
    head = keep(store, LAB, exact)
    assert store.readings([head.id])[head.id].meters[0].used == amount
    assert samples_of(store)[0].used == amount


def test_who_saves_is_told_which_histories_grew(store: Store) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    (grown,) = store.save([outcome(head, LAB, reading())], "me")
    assert (grown.head_id, grown.meter_id) == (head.id, "key/tokens/-")
    again = outcome(head, LAB, reading(at=NOW + timedelta(seconds=1)), at=T + 1)
    assert store.save([again], "me") == []
    later = outcome(head, LAB, reading(at=NOW + timedelta(minutes=15)), at=T + 900)
    assert store.save([later], "me") == [grown]
    assert store.save([outcome(head, LAB, None, at=T + 901)], "me") == []


def test_samples_are_had_as_floats_for_estimates(store: Store) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    (grown,) = store.save([outcome(head, LAB, reading(12, resets_in=60))], "me")
    assert store.history.points(grown.series, 0) == [(T, 12.0, 88.0, 100.0, T + 60)]
    assert store.history.points(grown.series, T + 1) == []
    assert store.history.points(0, 0) == []


@pytest.mark.parametrize(
    "forecast",
    [
        Forecast(
            p_runout=0.1, runs_out_at=(T + 1, T + 2, None), used_at_reset=(1.5, 2, 3), pace=0.9, made_at=T
        ),
        Forecast(runs_out_at=(None, None, None), made_at=T),
        Forecast(made_at=T),
    ],
)
def test_a_forecast_is_kept_by_series(store: Store, forecast: Forecast) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    (grown,) = store.save([outcome(head, LAB, reading())], "me")
    assert store.forecasts([head.id], T) == {}
    store.history.foresee([(grown.series, None, Forecast(p_runout=1, made_at=T - 1))])
    store.history.foresee([(grown.series, None, forecast), (grown.series + 1, None, forecast)])
    assert store.forecasts([head.id], T) == {head.id: {"key/tokens/-": forecast}}
    assert store.forecasts([], T) == {}


def test_a_forecast_goes_when_its_reset_has_passed(store: Store) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    (grown,) = store.save([outcome(head, LAB, reading())], "me")
    store.history.foresee([(grown.series, T + 60, Forecast(p_runout=1, made_at=T))])
    assert store.forecasts([head.id], T + 59)
    assert store.forecasts([head.id], T + 60) == {}


def test_a_forecast_follows_the_subject(store: Store) -> None:
    head = claim(store, LAB, "me")
    assert head is not None
    (grown,) = store.save([outcome(head, LAB, reading(subjects={"key": "team-1"}))], "me")
    store.history.foresee([(grown.series, None, Forecast(p_runout=1, made_at=T))])
    other = gateway(key="sk-test-new")
    theirs = keep(store, other, reading(subjects={"key": "team-1"}))
    assert store.forecasts([head.id, theirs.id], T).keys() == {head.id, theirs.id}
    nobodys = keep(store, gateway(key="sk-test-3"), reading(subjects={"key": "team-2"}))
    assert store.forecasts([nobodys.id], T) == {}

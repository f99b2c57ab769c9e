"""One message per crossing and window, and none while nothing changed."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts.values import LAB, NOW, T, Watch, budget, failed, likely, rule, seen, wallet

from gaugeway.readings import Thresholds
from gaugeway.sources.gateway import Gateway

LOW = rule("level", "low")


def test_each_level_is_told_once_on_the_way_down():
    watch = Watch(LOW)
    told = [
        watch.said(seen(budget(used), at=at)) for at, used in enumerate([50, 79, 81, 85, 96, 97, 100, 110])
    ]
    assert told == [[], [], ["raised low"], [], ["raised critical"], [], ["raised exhausted"], []]


def test_a_jump_is_one_message_the_worst():
    assert Watch(LOW).said(seen(budget(120))) == ["raised exhausted"]


def test_rules_that_are_crossed_together_are_one_message_for_each_channel():
    watch = Watch(
        LOW,
        rule("level", "critical", channels=("phone", "mail")),
        rule("percent", 10, channels=("phone", "desk")),
        rule("runout", 0.8),
    )
    meter = budget(97)
    sent = watch.sent(seen(meter, forecasts=likely(0.9, meter)))
    assert {message.channel: message.facts.rule for message in sent} == {
        "phone": "level low",
        "mail": "level critical",
        "desk": "percent 10",
    }
    assert len(sent) == 3
    assert len(watch.raised) == 4


def test_what_trembles_at_the_threshold_crosses_it_once():
    watch = Watch(LOW)
    told = [
        watch.said(seen(budget(used), at=at)) for at, used in enumerate([81, 79.5, 80.5, 79, 81, 78.5] * 3)
    ]
    assert [line for lines in told for line in lines] == ["raised low"]


def test_over_only_past_the_margin_and_when_another_reading_confirms_it():
    watch = Watch(LOW)
    watch.said(seen(budget(81), at=0))
    assert watch.said(seen(budget(50), at=1)) == []
    assert watch.said(seen(budget(50), at=1)) == []  # the same reading confirms nothing
    assert watch.said(seen(budget(50), at=2)) == ["recovered better"]
    assert watch.raised == {}
    assert watch.said(seen(budget(81), at=3)) == ["raised low"]  # a limit that was raised, and reached again


def test_a_counter_that_falls_for_one_reading_is_a_glitch():
    watch = Watch(LOW)
    told = [watch.said(seen(budget(used), at=at)) for at, used in enumerate([96, 0, 96, 0, 97])]
    assert told == [["raised critical"], [], [], [], []]


def test_the_reset_is_told_at_once():
    watch = Watch(LOW)
    watch.said(seen(budget(96), at=0))
    (facts,) = watch.facts(seen(budget(0, resets_in=90000), at=3601))
    assert (facts.event, facts.cause, facts.was) == ("recovered", "reset", "critical")
    assert facts.resets_at == "2026-11-23T11:00:00Z"
    assert watch.facts(seen(budget(0, resets_in=90000), at=3700)) == []


def test_a_new_window_that_is_low_again_is_a_crossing_of_its_own():
    watch = Watch(LOW)
    watch.said(seen(budget(96), at=0))
    (facts,) = watch.facts(seen(budget(85, resets_in=90000), at=3601))
    assert (facts.event, facts.cause, facts.level) == ("raised", "new_window", "low")
    assert watch.facts(seen(budget(86, resets_in=90000), at=3700)) == []


def test_a_reset_that_is_due_is_no_new_window():
    """LiteLLM's reset job runs late: the old numbers stand."""
    watch = Watch(LOW)
    watch.said(seen(budget(96), at=0))
    assert watch.said(seen(budget(96, resets_in=3600), at=3700)) == []
    assert watch.said(seen(budget(1, resets_in=90000), at=3900)) == ["recovered reset"]


def test_a_window_that_slides_or_whose_reset_trembles_is_told_once():
    watch = Watch(LOW)
    told = [watch.said(seen(budget(90, resets_in=3600 + at), at=at)) for at in range(0, 40000, 1000)]
    assert [line for lines in told for line in lines] == ["raised low"]


def test_less_bad_is_told_only_to_who_could_not_go_on():
    watch = Watch(LOW)
    spent = enumerate([96, 85, 85, 96, 100, 90, 90, 100])
    told = [watch.said(seen(budget(used), at=at)) for at, used in spent]
    assert told == [
        ["raised critical"],
        [],
        [],
        ["raised critical"],
        ["raised exhausted"],
        [],
        ["recovered better"],
        ["raised exhausted"],
    ]


def test_over_is_said_where_nothing_else_stands():
    watch = Watch(LOW, rule("level", "critical", channels=("phone", "mail")))
    assert len(watch.sent(seen(budget(97), at=0))) == 2
    watch.sent(seen(budget(85), at=1))
    assert [message.channel for message in watch.sent(seen(budget(85), at=2))] == ["mail"]
    watch.sent(seen(budget(10), at=3))
    assert [message.channel for message in watch.sent(seen(budget(10), at=4))] == ["phone"]


def test_a_webhook_hears_of_no_recovery():
    watch = Watch(rule("level", "low", channels=("hook", "phone")), webhooks=["hook"])
    assert len(watch.sent(seen(budget(81), at=0))) == 2
    assert [message.channel for message in watch.sent(seen(budget(0, resets_in=90000), at=3600))] == ["phone"]


def test_a_rule_is_about_its_gateways():
    other = Gateway.of("campus", "https://gw.example.org", "sk-test-1")
    watch = Watch(rule("level", "low", gateways=("campus",)))
    assert watch.said(seen(budget(90))) == []
    assert watch.said(seen(budget(90), gateway=other)) == ["raised low"]
    assert watch.said(seen(budget(90))) == []


@pytest.mark.parametrize(
    "meter",
    [
        budget(100, advisory=True),
        budget(100, kind="rate_limit", window="1m"),
        budget(100, limit=None),
        budget(100, limit=None, unlimited=True),
    ],
    ids=["advisory", "rate limit", "spend", "unlimited"],
)
def test_what_stops_nobody_alerts_nobody(meter):
    assert Watch(LOW, rule("percent", 50), rule("runout", 0.1)).said(seen(meter)) == []


def test_a_limit_that_is_taken_away_is_over():
    """OpenRouter's meter is mere spend from then on, under the same id."""
    watch = Watch(LOW)
    assert watch.said(seen(budget(100), at=0)) == ["raised exhausted"]
    free = budget(100, limit=None, unlimited=True, kind="spend")
    assert free.id == budget(100).id
    assert watch.said(seen(free, at=1)) == []
    assert watch.said(seen(free, at=2)) == ["recovered better"]
    assert watch.raised == {}


@pytest.mark.parametrize("how", ["advisory", "expired"])
def test_nor_does_advice_or_an_old_window_say_that_a_limit_was_taken_away(how):
    watch = Watch(LOW)
    watch.said(seen(budget(100), at=0))
    free = msgspec.structs.replace(budget(100, limit=None, unlimited=True), **{how: True})
    assert [watch.said(seen(free, at=at)) for at in (1, 2, 3)] == [[], [], []]


def test_a_balance_is_no_worry_while_another_currency_pays():
    watch = Watch(LOW, rule("amount", 1))
    assert watch.said(seen(wallet(0, "CNY"), wallet(3), at=0)) == ["raised amount"]
    both = watch.facts(seen(wallet(0, "CNY"), wallet(0), at=1))
    assert [(facts.meter, facts.level) for facts in both] == [
        ("key/wallet-cny/-", "exhausted"),
        ("key/wallet-usd/-", "exhausted"),
    ]


def test_amounts_are_of_money_unless_they_have_a_unit():
    tokens = budget(99, unit="tokens")
    assert Watch(rule("amount", 5)).said(seen(tokens)) == []
    assert Watch(rule("amount", 5, unit="tokens")).said(seen(tokens)) == ["raised amount"]
    watch = Watch(rule("amount", "2.00"))
    assert watch.said(seen(wallet("2.00"), at=0)) == []
    assert watch.said(seen(wallet("1.99"), at=1)) == ["raised amount"]
    assert watch.said(seen(wallet("2.10"), at=2)) == []  # within the margin
    assert watch.said(seen(wallet("2.10"), at=3)) == []
    assert watch.said(seen(wallet("2.20"), at=4)) == []
    assert watch.said(seen(wallet("2.20"), at=5)) == ["recovered amount"]


def test_thresholds_of_the_gateway():
    strict = Gateway.of(
        "lab",
        "https://gw.example.org",
        "sk-test-1",
        thresholds=Thresholds(low=Decimal(50), low_amount=Decimal(9)),
    )
    assert Watch(LOW).said(seen(budget(51), gateway=strict)) == ["raised low"]
    assert Watch(LOW).said(seen(wallet(8), gateway=strict)) == ["raised low"]
    assert Watch(LOW).said(seen(wallet(8))) == []


def test_a_forecast_crosses_with_a_margin_and_unknown_changes_nothing():
    watch = Watch(rule("runout", 0.8))
    meter = budget(60)
    chances = [0.7, 0.8, 0.75, 0.85, None, 0.71, 0.85, 0.69, 0.69]
    told = [
        watch.said(seen(meter, at=at, forecasts={} if p is None else likely(p, meter)))
        for at, p in enumerate(chances)
    ]
    assert told == [[], ["raised runout"], [], [], [], [], [], [], ["recovered runout"]]


def test_a_reset_takes_along_what_a_forecast_had_raised() -> None:
    """Also where nothing is foreseen for the new window yet."""
    meter = budget(97)
    watch = Watch(LOW, rule("runout", 0.8))
    assert len(watch.sent(seen(meter, forecasts=likely(0.9, meter)))) == 1
    assert len(watch.raised) == 2
    assert watch.said(seen(budget(0, resets_in=90000), at=3601)) == ["recovered reset"]
    assert watch.raised == {}


def test_what_is_used_up_needs_no_forecast():
    meter = budget(100)
    watch = Watch(rule("runout", 0.8))
    assert watch.said(seen(meter, forecasts=likely(1.0, meter))) == []


def test_stale_when_nothing_was_read_for_so_long_and_over_with_the_first_reading():
    watch = Watch(rule("stale", 7200))
    assert watch.said(seen(budget(1), at=0)) == []
    assert watch.said(failed(7199)) == []
    (facts,) = watch.facts(failed(7200))
    assert (facts.meter, facts.error, facts.observed_at) == (
        None,
        "/quota answered 500",
        "2026-11-22T10:00:00Z",
    )
    assert watch.said(failed(9000)) == []
    assert watch.said(seen(budget(1), at=9100)) == ["recovered stale"]
    assert watch.said(failed(20000, observed=9100)) == ["raised stale"]
    assert Watch(rule("stale", 60)).said(failed(7200, observed=None)) == []


def test_a_failure_says_nothing_of_the_meters():
    watch = Watch(LOW)
    watch.said(seen(budget(96), at=0))
    assert watch.said(failed(5000)) == []
    assert watch.said(seen(budget(0, resets_in=90000), at=5100)) == ["recovered reset"]


def test_a_key_that_is_about_to_expire():
    day = 86400
    watch = Watch(rule("key_expires", 7 * day))
    end = NOW + timedelta(days=8)
    assert watch.said(seen(budget(1), at=0, expires_at=end)) == []
    assert watch.said(failed(day)) == []
    assert watch.said(seen(budget(1), at=day + 1, expires_at=end)) == ["raised key_expires"]
    assert watch.said(seen(budget(1), at=9 * day, expires_at=end)) == []
    assert watch.said(seen(budget(1), at=9 * day + 1)) == []
    assert watch.said(seen(budget(1), at=9 * day + 2)) == ["recovered key_expires"]


def test_an_older_reading_that_is_kept_late_changes_nothing():
    watch = Watch(LOW)
    watch.said(seen(budget(85), at=10))
    assert watch.said(seen(budget(97), at=5)) == []


YEARS = 6 * 365 * 86400


def test_a_clock_that_was_set_back_loses_nothing():
    watch = Watch(LOW)
    watch.said(seen(budget(85, resets_in=None), at=YEARS))
    watch.said(seen(budget(50, resets_in=None), at=YEARS + 1))  # one more would have confirmed it
    spent = [86, 87, 100, 50, 50]
    told = [watch.said(seen(budget(used, resets_in=None), at=at)) for at, used in enumerate(spent)]
    assert told == [[], [], ["raised exhausted"], [], ["recovered better"]]
    assert watch.raised == {}


def test_what_a_clock_that_was_set_back_raised_is_dated_anew_once():
    watch = Watch(LOW)
    watch.said(seen(budget(85, resets_in=None), at=YEARS))
    assert watch.said(failed(0)) == []
    (row,) = watch.raised.values()
    assert (row.since, row.changed_at, row.rank) == (T, T, 1)
    assert [watch.said(seen(budget(85, resets_in=None), at=at)) for at in (1, 2)] == [[], []]
    assert watch.writes == 2
    watch.rules = ()
    watch.said(seen(budget(85, resets_in=None), at=30 * 86400))
    assert watch.raised == {}


@pytest.mark.parametrize(("ahead", "told"), [(600, []), (601, ["raised critical"])])
def test_an_older_reading_is_one_that_a_process_may_have_kept_so_long(ahead, told):
    watch = Watch(LOW)
    watch.said(seen(budget(85), at=ahead))
    assert watch.said(seen(budget(97), at=0)) == told


def test_a_message_is_the_first_of_its_matter_not_of_its_rule():
    meter = budget(85)
    watch = Watch(
        LOW, rule("runout", 0.8, channels=("phone", "mail")), rule("percent", 5, channels=("desk",))
    )
    assert [one.first for one in watch.sent(seen(meter, at=0))] == [True]
    sent = watch.sent(seen(meter, at=1, forecasts=likely(0.9, meter)))
    assert {one.channel: one.first for one in sent} == {"phone": False, "mail": True}
    other = budget(85, name="other")
    assert [one.first for one in watch.sent(seen(other, at=2))] == [True]


def test_what_is_gone_is_forgotten_in_time():
    watch = Watch(LOW)
    watch.said(seen(budget(85, resets_in=None), at=0))
    month = 30 * 86400
    assert watch.said(seen(wallet(5), at=month - 1)) == []
    assert len(watch.raised) == 1
    assert watch.said(seen(wallet(5), at=month)) == []
    assert watch.raised == {}
    watch.said(seen(budget(85, resets_in=None), at=month))
    watch.rules = (rule("percent", 1),)
    assert watch.said(seen(budget(85, resets_in=None), at=2 * month)) == []
    assert watch.raised == {}


def test_what_stays_raised_stays_known_however_long():
    watch = Watch(LOW)
    told = [watch.said(seen(budget(85, resets_in=None), at=day * 86400)) for day in range(100)]
    assert told == [["raised low"], *[[]] * 99]
    assert watch.writes == 1


def test_the_facts():
    meter = budget("81.5", title="Team budget", scope="team")
    (facts,) = Watch(LOW).facts(seen(meter, forecasts=likely(0.4, meter)))
    assert facts.gateway == facts.label == LAB.id
    assert (facts.meter, facts.name, facts.scope) == ("team/budget/1d", "Team budget", "team")
    assert (facts.limit, facts.used, facts.remaining, facts.percent_remaining) == (
        "100",
        "81.5",
        "18.5",
        "18.5",
    )
    assert (facts.unit, facts.window, facts.p_runout) == ("USD", "1d", 0.4)
    assert (facts.rule, facts.was, facts.threshold) == ("level low", None, None)
    third = Watch(rule("percent", 50)).facts(seen(budget(2, limit=3)))[0]
    assert (third.percent_remaining, third.threshold) == ("33.3333", "50")


RANK = {"ok": 0, "low": 1, "critical": 2, "exhausted": 3}


def bands(used: float) -> tuple[int, int]:
    """The level, and the level within the margin; written down here once more, by hand."""
    left = 100 - used
    rank = 3 if left <= 0 else 2 if left < 5 else 1 if left < 20 else 0
    near = 3 if left < 1 else 2 if left < 6 else 1 if left < 22 else 0
    return rank, near


SPENT = st.one_of(st.integers(0, 120), st.sampled_from([78.5, 79.9, 80, 80.1, 94.5, 95, 95.5, 99.5, 100]))


@given(st.lists(st.tuples(SPENT, st.integers(0, 2000)), max_size=30))
def test_no_sequence_of_readings_gives_two_messages_for_one_crossing(steps):
    """Readings a while apart, in windows of an hour that start with the hour."""
    watch = Watch(LOW)
    at, told, window = 1, 0, 0  # told: the worst of which the user knows, and which is not over
    for used, pause in steps:
        at += pause
        renewed, window = at // 3600 != window, at // 3600
        one = seen(budget(used, resets_in=(window + 1) * 3600), at=at)
        rank, near = bands(used)
        match watch.facts(one):
            case [facts] if facts.event == "raised":
                assert RANK[facts.level] == rank
                assert rank > told or (renewed and told)
                told = rank
            case [facts] if facts.cause == "reset":
                assert told
                assert renewed
                assert rank == 0
                told = 0
            case [facts]:
                assert told > near
                assert told == 3 or near == 0
                told = near
            case []:
                assert rank <= told
                assert not (renewed and told)
                if watch.raised:  # from critical to low without a word
                    (row,) = watch.raised.values()
                    assert row.rank == told or (near == row.rank < told)
                    told = row.rank
            case _:
                pytest.fail("two at once")
        assert bool(told) == bool(watch.raised)
        writes = watch.writes
        assert watch.sent(one) == []  # nothing changed: after a restart, too, since only what is kept counts
        assert watch.writes == writes


@given(st.lists(st.integers(0, 120), min_size=1, max_size=30))
def test_within_a_window_messages_only_get_worse_until_it_is_over(spent):
    watch = Watch(LOW, rule("percent", 10), rule("level", "critical"))
    last = 0
    for at, used in enumerate(sorted(spent)):
        for facts in watch.facts(seen(budget(used), at=at)):
            assert facts.event == "raised"
            rank = RANK[facts.level]
            assert (rank, facts.condition) > (last, "level") or facts.condition == "percent"
            last = max(last, rank)
    assert last == bands(max(spent))[0] or last == 0


def test_an_observation_has_its_own_moment():
    assert seen(budget(1), at=5).at == T + 5

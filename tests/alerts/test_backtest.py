from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.backtest import (
    Change,
    Firing,
    Span,
    Speech,
    firings,
    from_scratch,
    judged,
    moments,
    per_month,
    replay,
    suggested,
)
from alerts.base import AnyRule, Moment, Verdict
from alerts.rules import all_rules

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SPIKE = all_rules()["negative_spike"]
LIMIT = all_rules()["threshold"]


def span(days: float = 3, before: float = 2) -> Span:
    first = START - timedelta(days=before)
    return Span(first, START, START + timedelta(days=days), first)


def hour_of(n: int, detractors: int, passives: int = 20, late: timedelta = timedelta()) -> Change:
    """What the hour `n` after START brought, known at its end or `late`."""
    hour = START + n * HOUR
    all_of_them = detractors + passives
    return Change(hour + HOUR + late, hour, all_of_them, all_of_them, 0, passives, detractors)


def calm(days: float, before: float = 2) -> list[Change]:
    return [hour_of(n, 2) for n in range(-round(before * 24), round(days * 24))]


def seen_at(changes: list[Change], time: Span) -> dict[datetime, list[int]]:
    return {m.now: [hour.detractors for hour in m.counts] for m in moments(changes, time)}


def test_what_came_late_is_not_known_before_it_came() -> None:
    time = span(1, before=0)
    seen = seen_at([hour_of(0, 5), hour_of(0, 7, late=3 * HOUR)], time)
    assert sum(seen[START + 45 * MINUTE]) == 0
    assert sum(seen[START + HOUR]) == 5
    assert sum(seen[START + 4 * HOUR - 15 * MINUTE]) == 5
    assert sum(seen[START + 4 * HOUR]) == 12


def test_what_was_taken_back_counts_until_then() -> None:
    gone = Change(START + 5 * HOUR, START, -7, -7, 0, 0, -7)
    seen = seen_at([hour_of(0, 7), gone], span(1, before=0))
    assert [sum(seen[START + n * HOUR]) for n in (4, 5)] == [7, 0]


def test_nothing_is_known_of_an_hour_that_has_not_begun() -> None:
    early = Change(START, START + 2 * HOUR, 1, 1, 0, 0, 1)
    seen = seen_at([early], span(1, before=0))
    assert sum(seen[START + HOUR + 45 * MINUTE]) == 0
    assert sum(seen[START + 2 * HOUR]) == 1


def test_a_burst_is_a_firing_that_opens_is_told_and_ends() -> None:
    burst = [hour_of(30, 40), hour_of(31, 40)]
    (firing,) = replay(SPIKE, SPIKE.params(), Speech(), moments([*calm(3), *burst], span())).firings
    assert firing.opened_at == START + 31 * HOUR
    assert firing.notified_at == firing.opened_at
    assert firing.resolved_at is not None
    assert firing.resolved_at - firing.opened_at >= 6 * HOUR
    assert firing.verdict.observed >= 40
    assert firing.severity == "critical"


def test_a_burst_that_became_known_a_day_later_opens_nothing() -> None:
    burst = [hour_of(n, 40, late=timedelta(days=2)) for n in (20, 21)]
    assert replay(SPIKE, SPIKE.params(), Speech(), moments([*calm(3), *burst], span())).firings == ()


def test_a_delay_opens_later_and_only_if_it_lasts() -> None:
    changes = [*calm(3), hour_of(30, 40)]
    slow = Speech(for_minutes=180)
    short, long = LIMIT.params(limit=30, window_hours=4), LIMIT.params(limit=30, window_hours=5)
    assert len(replay(LIMIT, short, Speech(), moments(changes, span())).firings) == 1
    assert replay(LIMIT, short, slow, moments(changes, span())).firings == ()
    (firing,) = replay(LIMIT, long, slow, moments(changes, span())).firings
    assert firing.opened_at == START + 34 * HOUR


def test_quiet_hours_defer_the_message_and_not_the_opening() -> None:
    speech = Speech(quiet_hours={"start": "05:00", "end": "09:00", "timezone": "UTC"})
    changes = [*calm(3), hour_of(30, 40)]
    (firing,) = replay(SPIKE, SPIKE.params(), speech, moments(changes, span())).firings
    assert firing.opened_at == START + 31 * HOUR
    assert firing.notified_at == START + 33 * HOUR


def test_what_fires_until_the_end_is_not_resolved() -> None:
    changes = [*calm(1), hour_of(22, 40)]
    (firing,) = replay(SPIKE, SPIKE.params(), Speech(), moments(changes, span(1))).firings
    assert firing.resolved_at is None


def test_the_severity_is_at_least_that_of_the_rule() -> None:
    changes = [*calm(3), hour_of(30, 40)]
    params = LIMIT.params(limit=30, window_hours=2, severity="info")
    (firing,) = replay(LIMIT, params, Speech(severity="critical"), moments(changes, span())).firings
    assert firing.severity == "critical"


def test_a_higher_level_of_the_dial_never_has_more_to_judge_by_than_its_own_replay() -> None:
    changes = busy(random.Random(4), 6)
    found = replay(SPIKE, SPIKE.params(), Speech(), moments(changes, span(6)))
    for level, number in found.at_levels:
        alone = replay(SPIKE, SPIKE.params(threshold=level), Speech(), moments(changes, span(6)))
        assert len(alone.firings) == number
    assert found.at_levels[0][1] > found.at_levels[-1][1]


def test_the_limit_that_is_set_is_among_those_compared() -> None:
    levels = [level for level, _ in replay(LIMIT, LIMIT.params(limit=33), Speech(), moments([], span())).at_levels]
    assert 33 in levels
    assert levels == sorted(levels)


def busy(chance: random.Random, days: int) -> list[Change]:
    """Calm hours, some bursts, and some of it late."""
    changes = []
    for n in range(-48, days * 24):
        burst = 30 if chance.random() < 0.03 else 0
        late = chance.choice([0, 0, 0, 20, 90, 400, 2000]) * MINUTE
        changes.append(hour_of(n, chance.randint(0, 4) + burst, chance.randint(0, 25), late))
    return changes


def kept(moment: Moment) -> Moment:
    """The same, with counts that stay when the next one is asked for."""
    return Moment(moment.now, list(moment.counts), moment.born, moment.changed)


def slowly(kind: AnyRule, params: object, changes: list[Change], time: Span) -> list[tuple[datetime, Verdict]]:
    return [(m.now, from_scratch(kind, params, m)) for m in map(kept, moments(changes, time))]


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (SPIKE, SPIKE.params(threshold=2)),
        (SPIKE, SPIKE.params(min_negatives=3, critical_excess=12)),
        (LIMIT, LIMIT.params(limit=20, window_hours=5)),
        (LIMIT, LIMIT.params(limit=40, measure="share", window_hours=3)),
        (LIMIT, LIMIT.params(limit=60, counted="mentions", window_hours=2)),
    ],
)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=6, deadline=None)
def test_the_fast_replay_says_what_an_evaluation_from_scratch_says(kind: AnyRule, params: object, seed: int) -> None:
    time = span(2)
    changes = busy(random.Random(seed), 2)
    slow = slowly(kind, params, changes, time)
    fast = list(judged(kind, params, moments(changes, time)))
    assert [(now, verdict.firing) for now, verdict in fast] == [(now, verdict.firing) for now, verdict in slow]
    assert [each for each in fast if each[1].firing] == [each for each in slow if each[1].firing]


def test_a_kind_without_a_fast_way_is_evaluated_from_scratch() -> None:
    from dataclasses import replace as with_fields

    plain = with_fields(LIMIT, replay=None)
    changes = busy(random.Random(7), 2)
    params = LIMIT.params(limit=20, window_hours=5)
    fast = replay(LIMIT, params, Speech(), moments(changes, span(2)))
    slow = replay(plain, params, Speech(), moments(changes, span(2)))
    assert fast == slow
    assert fast.firings


def test_one_incident_ends_before_the_next_begins() -> None:
    fires = Verdict(True, 4, 3)
    quiet = Verdict(False, 0, 3)
    hours = [fires if n in (0, 20) else quiet for n in range(40)]
    found = list(firings([(START + n * HOUR, v) for n, v in enumerate(hours)], Speech()))
    assert [each.opened_at for each in found] == [START, START + 20 * HOUR]
    assert all(isinstance(each, Firing) and each.resolved_at for each in found)


def test_a_month_has_thirty_days() -> None:
    assert per_month(3, timedelta(days=90)) == 1
    assert per_month(3, timedelta()) == 0


def test_the_most_sensitive_level_with_at_most_one_a_month_is_suggested() -> None:
    levels = [(2.0, 30), (3.0, 3), (4.0, 0)]
    assert suggested(levels, timedelta(days=90)) == (3.0, 1.0)
    assert suggested(levels[:1], timedelta(days=90)) is None
    assert suggested(levels, timedelta(days=20)) is None

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.base import SEVERITIES, Verdict
from alerts.incident import (
    Incident,
    Policy,
    acknowledge,
    close,
    from_json,
    is_over,
    silent_until,
    step,
    to_json,
    worst_of,
)

T0 = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FIRE = Verdict(True, 4.0, 3.0, "warning", observed=12, expected=3.5, total=40, since=T0 - timedelta(hours=2))
WORSE = replace(FIRE, severity="critical", level=9.0, observed=80)
CALM = Verdict(False, 0.4, 3.0)
BLIND = None
PLAIN = Policy()
ALL = {"fire": FIRE, "worse": WORSE, "calm": CALM, "blind": BLIND}


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def play(script, policy=PLAIN, was=None):
    """Steps through (hours, what, policy or None); gives the last incident and what was decided, as words."""
    said = []
    for hours, what, *special in script:
        was, decision = step(was, ALL[what], at(hours), special[0] if special else policy)
        said.append(decision.why or decision.quiet)
    return was, said


SILENCED, NIGHT, INHIBITED = Policy(muted="silenced"), Policy(muted="quiet_hours"), Policy(muted="inhibited")


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("0 calm: calm", None),
        ("0 blind: no_data", None),
        ("0 fire: opened", "firing"),
        ("0 fire: opened, 1 fire: within_interval", "firing"),
        ("0 fire: opened, 4 fire: reminder, 7 fire: within_interval, 8 fire: reminder", "firing"),
        ("0 fire: opened, 1 worse: worsened", "firing"),
        ("0 fire: opened, 1 worse: worsened, 2 fire: within_interval, 3 worse: within_interval", "firing"),
        ("0 fire: opened, 1 calm: recovering", "recovering"),
        ("0 fire: opened, 1 calm: recovering, 6.9 calm: recovering, 7 calm: resolved", "resolved"),
        ("0 fire: opened, 1 calm: recovering, 5 fire: reminder", "firing"),
        ("0 fire: opened, 1 calm: recovering, 2 fire: within_interval, 8 calm: recovering", "recovering"),
        ("0 fire: opened, 1 calm: recovering, 7 calm: resolved, 8 fire: resolved, 9 calm: resolved", "resolved"),
        # blind is not calm: the state is kept, reminders go on, and hours without data do not count as calm
        ("0 fire: opened, 1 blind: no_data, 4 blind: reminder, 9 blind: reminder", "firing"),
        ("0 fire: opened, 1 calm: recovering, 8 blind: no_data, 8.5 calm: recovering, 14 calm: resolved", "resolved"),
    ],
)
def test_an_incident_lives_as_told(story, state):
    told = [part.split(": ") for part in story.split(", ")]
    incident, heard = play([(float(event.split()[0]), event.split()[1]) for event, _ in told])
    assert heard == [said for _, said in told]
    assert (incident.state if incident else None) == state


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([(0, "fire"), (0.4, "fire"), (0.5, "fire")], ["pending", "pending", "opened"]),
        ([(0, "fire"), (0.4, "calm"), (0.5, "fire")], ["pending", "calm", "pending"]),
        ([(0, "fire"), (0.4, "blind"), (0.5, "fire")], ["pending", "no_data", "opened"]),
    ],
)
def test_firing_must_last_before_it_opens(script, said):
    assert play(script, Policy(for_minutes=30))[1] == said


@pytest.mark.parametrize(
    ("script", "said"),
    [
        # what is still true when the mute ends is said then
        ([(0, "fire", SILENCED), (1, "fire")], ["silenced", "opened"]),
        ([(0, "fire", INHIBITED), (1, "fire")], ["inhibited", "opened"]),
        ([(0, "fire", NIGHT), (1, "calm", NIGHT), (2, "calm")], ["quiet_hours", "quiet_hours", "opened"]),
        ([(0, "fire"), (1, "worse", NIGHT), (2, "fire")], ["opened", "quiet_hours", "worsened"]),
        ([(0, "fire"), (5, "fire", NIGHT), (6, "fire")], ["opened", "quiet_hours", "reminder"]),
        # quiet hours put off, even what came and went
        (
            [(0, "fire", NIGHT), (1, "calm", NIGHT), (7, "calm", NIGHT), (8, "calm"), (9, "calm")],
            ["quiet_hours", "quiet_hours", "quiet_hours", "resolved", "resolved"],
        ),
        (
            [(0, "fire"), (1, "calm"), (7, "calm", NIGHT), (8, "blind")],
            ["opened", "recovering", "quiet_hours", "resolved"],
        ),
    ],
)
def test_what_is_muted_waits_for_its_turn(script, said):
    assert play(script)[1] == said


def test_what_ended_under_a_silence_is_told_to_nobody():
    incident, _ = play([(0, "fire", SILENCED), (1, "calm", SILENCED), (7, "calm", SILENCED)])
    assert incident.state == "resolved"
    assert incident.notified == {}
    assert is_over(incident, at(7), PLAIN)
    assert step(incident, CALM, at(8), PLAIN)[1].why is None


def test_the_morning_still_owes_what_the_night_held_back():
    night, _ = play([(0, "fire", NIGHT), (1, "calm", NIGHT), (7, "calm", NIGHT)])
    assert not is_over(night, at(7), PLAIN)
    morning, said = play([(8, "fire")], was=night)
    assert said == ["resolved"]
    assert is_over(morning, at(8), PLAIN)


def test_an_acknowledged_incident_is_not_repeated_but_its_rise_and_end_are_told():
    incident, _ = play([(0, "fire")])
    incident = acknowledge(incident, at(1))
    _, said = play([(5, "fire"), (6, "worse"), (7, "calm"), (13, "calm")], was=incident)
    assert said == ["acknowledged", "worsened", "recovering", "resolved"]
    assert acknowledge(incident, at(3)).acknowledged_at == at(1)


def test_closing_tells_those_who_were_told_and_does_not_open_again_at_once():
    incident = close(play([(0, "fire")])[0], at(1))
    assert close(incident, at(2)) is incident
    incident, said = play([(1.1, "fire"), (1.2, "fire"), (3, "fire")], was=incident)
    assert said == ["resolved", "resolved", "resolved"]
    assert incident.notified == {"opened": 1, "resolved": 1}
    assert not is_over(incident, at(6.9), PLAIN, FIRE)
    assert is_over(incident, at(7), PLAIN, FIRE)


@pytest.mark.parametrize(
    "script",
    [
        [(5.9, "calm")],
        [(hour, "calm") for hour in range(1, 7)],
        [(hour, "blind") for hour in range(1, 7)],
        [(2, "fire"), (3, "calm"), (4, "calm"), (5, "blind")],
        [(hour, "fire") for hour in range(1, 7)],
    ],
)
def test_what_a_person_closed_ends_six_hours_later_and_its_rule_opens_another_one(script):
    ends = 6.5
    closed = close(play([(0, "fire")])[0], at(0.5))
    closed, _ = play(script, was=closed)
    assert not is_over(closed, at(ends - 0.1), PLAIN)
    assert is_over(closed, at(ends), PLAIN)
    another, decision = step(None, FIRE, at(ends), PLAIN)
    assert (another.state, another.opened_at, decision.why) == ("firing", at(ends), "opened")


@pytest.mark.parametrize(
    ("verdict", "worse"),
    [
        (FIRE, False),
        (CALM, False),
        (BLIND, False),
        (replace(FIRE, observed=23, level=30.0), False),
        (replace(FIRE, observed=24), True),
        (replace(FIRE, observed=24, firing=False), False),
        (replace(FIRE, severity="critical"), True),
        (replace(FIRE, severity="info"), False),
        (replace(FIRE, observed=24, window_hours=4), False),  # the same stream, counted for longer
        (replace(FIRE, observed=96, window_hours=4), True),
        (replace(FIRE, observed=0), False),
    ],
)
def test_what_a_person_closed_opens_again_at_once_only_if_it_is_clearly_worse(verdict, worse):
    closed, _ = play([(0.6, "fire")], was=close(play([(0, "fire")])[0], at(0.5)))
    assert is_over(closed, at(1), PLAIN, verdict) is worse
    untold = close(play([(0, "fire")])[0], at(0.5))
    assert not is_over(untold, at(1), PLAIN, verdict)  # its end comes first


def test_worse_means_worse_than_at_the_closing_not_than_at_the_peak():
    incident, _ = step(None, replace(FIRE, observed=50, level=9.0), at(0), PLAIN)
    incident, _ = step(incident, FIRE, at(1), PLAIN)
    closed, _ = step(close(incident, at(1)), FIRE, at(1.1), PLAIN)
    assert not is_over(closed, at(2), PLAIN, replace(FIRE, observed=23))
    assert is_over(closed, at(2), PLAIN, replace(FIRE, observed=24))


def test_only_what_a_person_closed_keeps_its_rule_silent():
    assert silent_until(close(play([(0, "fire")])[0], at(1)), PLAIN) == at(7)
    assert silent_until(play([(0, "fire")])[0], PLAIN) is None
    assert silent_until(play([(0, "fire"), (1, "calm"), (7, "calm")])[0], PLAIN) is None


OLD = {
    "state": "resolved", "severity": "warning", "first_firing_at": "2026-11-22T08:00:00Z",
    "last_firing_at": "2026-11-23T08:00:00Z", "seen_at": "2026-11-23T08:00:00Z", "since": "2026-11-22T06:00:00Z",
    "peak": {
        "firing": True, "level": 4.0, "threshold": 3.0, "severity": "warning", "observed": 12.0, "expected": 3.5,
        "total": 40, "share": None, "usual_share": None, "window_hours": 1, "since": "2026-11-22T06:00:00Z",
        "counted": "detractors",
    },
    "opened_at": "2026-11-22T08:00:00Z", "calm_since": None, "resolved_at": "2026-11-22T08:30:00Z",
    "acknowledged_at": None, "closed_by_person": True, "notified": {"opened": 1, "resolved": 1},
    "notified_severity": "warning", "last_notified_at": "2026-11-22T08:31:00Z", "owed": None,
}  # fmt: skip
"""What was stored before an incident remembered the last verdict that fired."""


def test_what_an_older_version_stored_is_read_and_no_longer_silent_for_ever():
    old = from_json(OLD)
    assert (old.latest, old.lower_since, worst_of(old), old.inhibited) == (None, None, "warning", False)
    assert is_over(old, at(24), PLAIN, FIRE)
    assert not is_over(old, at(6), PLAIN, replace(FIRE, observed=23))
    assert is_over(old, at(6), PLAIN, replace(FIRE, observed=24))


@given(
    st.lists(st.tuples(st.floats(0, 2), st.sampled_from([CALM, FIRE, replace(FIRE, observed=20), None])), max_size=40),
    st.floats(0, 3),
)
def test_what_goes_on_as_before_stays_silent_for_the_hold_and_then_speaks(looks, closed_after):
    """Whatever is seen meanwhile: neither sooner, nor silent for ever."""
    incident = close(play([(0, "fire")])[0], at(closed_after))
    now = at(closed_after)
    for hours, verdict in looks:
        now += timedelta(hours=hours)
        incident, _ = step(incident, verdict, now, PLAIN)
        assert is_over(incident, now, PLAIN, verdict) is (now >= at(closed_after) + timedelta(hours=6))


def test_closing_what_nobody_was_told_of_stays_silent():
    pending = close(play([(0, "fire")], Policy(for_minutes=60))[0], at(0.5))
    assert play([(0.5, "calm")], was=pending)[1] == ["resolved"]
    assert play([(0.5, "calm")], was=pending)[0].notified == {}


def test_a_rise_to_critical_right_after_a_rise_to_warning_is_news():
    small = replace(FIRE, severity="info")
    incident, _ = step(None, small, at(0), PLAIN)
    incident, first = step(incident, FIRE, at(1), PLAIN)
    _, second = step(incident, WORSE, at(1.5), PLAIN)
    assert [(d.why, d.sequence) for d in (first, second)] == [("worsened", 1), ("worsened", 2)]


@pytest.mark.parametrize(
    ("script", "severities"),
    [
        ([(0, "worse"), (1, "fire"), (1.9, "fire"), (2, "fire")], ["critical", "critical", "critical", "warning"]),
        ([(0, "worse"), (1, "fire"), (1.5, "worse"), (2.4, "fire")], ["critical", "critical", "critical", "critical"]),
        ([(0, "worse"), (1, "fire"), (2, "blind"), (2.5, "fire"), (3, "fire")],
         ["critical", "critical", "critical", "critical", "warning"]),
        ([(0, "worse"), (1, "calm"), (5, "calm")], ["critical", "critical", "critical"]),
        ([(0, "fire"), (0.1, "worse")], ["warning", "critical"]),
    ],
)  # fmt: skip
def test_severity_rises_at_once_and_falls_after_an_hour_of_milder_verdicts(script, severities):
    assert [play(script[: n + 1])[0].severity for n in range(len(script))] == severities


def test_only_a_severity_above_the_highest_that_was_told_is_news():
    incident, said = play([(0, "fire"), (1, "worse"), (2, "fire"), (3, "fire"), (3.5, "worse")])
    assert said == ["opened", "worsened", "within_interval", "within_interval", "within_interval"]
    assert incident.notified_severity == "critical"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        # it speaks when the other one ends, if it still fires
        ([(0, "fire", INHIBITED), (5, "fire", INHIBITED), (6, "fire")], ["inhibited", "inhibited", "opened"]),
        ([(0, "fire", INHIBITED), (1, "calm", INHIBITED), (2, "calm"), (3, "fire")],
         ["inhibited", "inhibited", "recovering", "opened"]),
        ([(0, "fire", INHIBITED), (1, "calm"), (7, "calm"), (8, "calm")],
         ["inhibited", "recovering", "resolved", "resolved"]),
        # of what was told before, it holds back the reminders only
        ([(0, "fire"), (5, "fire", INHIBITED), (6, "worse", INHIBITED)], ["opened", "inhibited", "worsened"]),
        ([(0, "fire"), (1, "calm", INHIBITED), (7, "calm", INHIBITED)], ["opened", "inhibited", "resolved"]),
    ],
)  # fmt: skip
def test_what_another_incident_inhibits_speaks_afterwards_if_it_still_fires(script, said):
    assert play(script)[1] == said


def test_what_ended_while_another_incident_inhibited_it_is_told_to_nobody():
    incident, _ = play([(0, "fire", INHIBITED), (1, "calm", INHIBITED), (7, "calm")])
    assert (incident.state, incident.notified) == ("resolved", {})
    assert is_over(incident, at(7), PLAIN)


def test_the_incident_remembers_its_peak_and_its_earliest_beginning():
    earlier = replace(WORSE, since=T0 - timedelta(hours=9))
    incident, _ = step(None, FIRE, at(0), PLAIN)
    incident, _ = step(incident, earlier, at(1), PLAIN)
    incident, _ = step(incident, FIRE, at(2), PLAIN)
    assert incident.peak == earlier
    assert (incident.severity, worst_of(incident)) == ("critical", "critical")
    assert incident.since == T0 - timedelta(hours=9)
    assert incident.opened_at == at(0)


def test_what_is_stored_is_json_and_comes_back_equal():
    incident, _ = play([(0, "fire"), (1, "worse"), (2, "calm")])
    assert from_json(json.loads(json.dumps(to_json(incident)))) == incident


@pytest.mark.parametrize("stored", [{}, {"state": "firing"}, {"state": "asleep"}])
def test_what_was_never_stored_is_refused(stored):
    with pytest.raises(ValidationError):
        from_json(stored)


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 5),
        st.sampled_from([CALM, FIRE, WORSE, replace(FIRE, severity="info"), None]),
        st.sampled_from([None, None, None, "silenced", "inhibited", "quiet_hours"]),
        st.sampled_from(["", "", "", "", "acknowledge", "close"]),
    ),
    max_size=60,
)
POLICIES = st.builds(
    Policy, st.sampled_from([0, 30, 120]), st.sampled_from([0.0, 1.0, 6.0]), st.sampled_from([1.0, 4.0])
)


@given(EVENTS, POLICIES)
def test_no_reason_is_ever_said_twice_within_the_repeat_interval(events, policy):
    incident: Incident | None = None
    now, told, last_sequence = T0, {}, {}
    for hours, verdict, muted, person in events:
        now += timedelta(hours=hours)
        here = replace(policy, muted=muted)
        if incident and is_over(incident, now, here):
            incident, told, last_sequence = None, {}, {}
        if incident and person == "acknowledge":
            incident = acknowledge(incident, now)
        if incident and person == "close":
            incident = close(incident, now)
        before = incident
        incident, decision = step(incident, verdict, now, here)
        assert (decision.why is None) != (decision.quiet is None)
        if before and before.state == "resolved":
            assert incident is not None
            assert incident.state == "resolved"
        if incident:
            assert from_json(json.loads(json.dumps(to_json(incident)))) == incident
        if decision.why is None:
            assert decision.sequence == 0
            continue
        assert incident is not None
        assert muted is None or (muted == "inhibited" and decision.why in ("worsened", "resolved"))
        reason = (decision.why, incident.severity)
        assert now - told.get(reason, datetime.min.replace(tzinfo=UTC)) >= timedelta(hours=policy.repeat_hours)
        assert decision.why == "reminder" or reason not in told
        assert decision.sequence == last_sequence.get(decision.why, 0) + 1
        told[reason], last_sequence[decision.why] = now, decision.sequence


@given(EVENTS, POLICIES)
def test_an_incident_becomes_milder_only_after_an_hour_and_never_calms_down_unseen(events, policy):
    incident, now, rank = None, T0, SEVERITIES.index
    as_severe_at = T0
    for hours, verdict, _, _ in events:
        now += timedelta(hours=hours)
        was, (incident, _) = incident, step(incident, verdict, now, policy)
        if incident and verdict and verdict.firing and (not was or rank(verdict.severity) >= rank(was.severity)):
            as_severe_at = now
        if was and incident:
            assert rank(worst_of(incident)) >= max(rank(incident.severity), rank(worst_of(was)))
            if rank(incident.severity) < rank(was.severity):
                assert now - as_severe_at >= timedelta(hours=1)
        if was and verdict is None:
            assert incident is not None
            assert incident.state == was.state


@given(EVENTS)
def test_running_an_evaluation_twice_says_nothing_twice(events):
    incident, now = None, T0
    for hours, verdict, muted, _ in events:
        now += timedelta(hours=hours + 0.01)
        policy = Policy(muted=muted)
        incident, _ = step(incident, verdict, now, policy)
        again, decision = step(incident, verdict, now, policy)
        assert decision.why is None
        assert again == incident

"""The life of an incident: pending → firing → recovering → resolved, decided one evaluation at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter

from .base import SEVERITIES, Severity, State, Verdict, Why

Muted = Literal["silenced", "inhibited", "quiet_hours"]
Quiet = Literal[
    "silenced", "inhibited", "quiet_hours", "calm", "no_data", "pending", "acknowledged", "within_interval",
    "recovering", "resolved",
]  # fmt: skip
"""Why no message is sent, for the log. `within_interval`: one was sent, and it is too early to repeat it."""


MILDER_AFTER = timedelta(hours=1)
"""How long the verdicts must be milder before the severity falls. It rises at once."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When a rule speaks. `for_minutes` of firing open an incident, `hold_hours` of calm close it.

    `repeat_hours` is the pause between reminders. `muted` is what keeps us quiet at this moment. Once it ends we
    send what still holds; after quiet hours, also that an incident came and went.
    """

    for_minutes: int = 0
    hold_hours: float = 6
    repeat_hours: float = 4
    muted: Muted | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """All that `step` must remember of an incident. Times are aware.

    `opened_at` is None while it is pending. `since` is when it began according to the verdict, before anybody knew.
    `peak` is the verdict of the highest level, `latest` the last one that fired. `notified` counts the messages by
    reason; `owed` is one held back. `severity` is that of now, milder verdicts came since `lower_since`, `worst` is
    the highest so far and `notified_severity` the highest that was told. `inhibited`: another incident held it back.
    """

    state: State
    severity: Severity
    first_firing_at: AwareDatetime
    last_firing_at: AwareDatetime
    seen_at: AwareDatetime
    since: AwareDatetime
    peak: Verdict
    opened_at: AwareDatetime | None = None
    calm_since: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    acknowledged_at: AwareDatetime | None = None
    closed_by_person: bool = False
    notified: dict[Why, int] = field(default_factory=dict)
    notified_severity: Severity | None = None
    last_notified_at: AwareDatetime | None = None
    owed: Why | None = None
    latest: Verdict | None = None
    lower_since: AwareDatetime | None = None
    worst: Severity | None = None
    inhibited: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Either `why` we send a message and its `sequence` among those of that reason, from 1; or why we keep `quiet`."""

    why: Why | None = None
    quiet: Quiet | None = None
    sequence: int = 0


def step(
    was: Incident | None, verdict: Verdict | None, now: datetime, policy: Policy
) -> tuple[Incident | None, Decision]:
    """What becomes of the incident, and what to send.

    `verdict` is None when there was nothing to evaluate: no source could be read, or the rule failed. That is not calm:
    the incident keeps its state and its reminders, and its hours of calm stop counting.
    A reason is a Why at a severity: it is never given twice within `repeat_hours`, and only reminders are repeated.
    A resolved incident never changes state. Keep stepping it until it `is_over`, then pass None to begin another one.
    """
    if was is None:
        if verdict is None:
            return None, Decision(quiet="no_data")
        if not verdict.firing:
            return None, Decision(quiet="calm")
        was = _new(verdict, now)
    incident = _observe(was, verdict, now, policy)
    if incident is None:
        return None, Decision(quiet="calm")
    return _speak(incident, verdict, now, policy)


def worst_of(incident: Incident) -> Severity:
    """The highest severity that the incident has had."""
    return incident.worst or incident.severity


def is_known(incident: Incident) -> bool:
    """Whether it is open, and its opening has been decided: whoever has not heard of it yet may be told."""
    return incident.state in ("firing", "recovering") and bool(incident.notified)


def is_over(incident: Incident, now: datetime, policy: Policy, verdict: Verdict | None = None) -> bool:
    """Whether the incident is resolved with nothing left to say, so that a firing verdict begins another one.

    What a person closed stays silent until `silent_until`, or it would open again at once; unless the verdict is
    clearly worse than what that person saw.
    """
    if incident.state != "resolved" or incident.owed:
        return False
    until = silent_until(incident, policy)
    return until is None or now >= until or (verdict is not None and _is_worse(verdict, incident))


def silent_until(incident: Incident, policy: Policy) -> datetime | None:
    """Until when the rule opens no other incident although it fires: `hold_hours` after a person closed this one."""
    if not (incident.closed_by_person and incident.resolved_at):
        return None
    return incident.resolved_at + timedelta(hours=policy.hold_hours)


def _is_worse(verdict: Verdict, closed: Incident) -> bool:
    """Whether a verdict is clearly worse than what was known at the closing: of a higher severity, or twice as many.

    Over a longer window, it must also be twice as many an hour: the same stream counted for longer is no news.
    """
    if not verdict.firing:
        return False
    if SEVERITIES.index(verdict.severity) > SEVERITIES.index(closed.severity):
        return True
    before = closed.latest or closed.peak
    longer = max(1.0, verdict.window_hours / before.window_hours)
    return verdict.observed > 0 and verdict.observed >= 2 * before.observed * longer


def acknowledge(incident: Incident, now: datetime) -> Incident:
    """Notes that somebody has taken charge: reminders stop. A rise of severity and the end are still sent."""
    return replace(incident, acknowledged_at=incident.acknowledged_at or now)


def close(incident: Incident, now: datetime) -> Incident:
    """Ends it on behalf of a person. The next `step` tells those who were notified of the beginning."""
    if incident.state == "resolved":
        return incident
    owed: Why | None = "resolved" if incident.notified else None
    return replace(incident, state="resolved", resolved_at=now, closed_by_person=True, owed=owed)


def to_json(incident: Incident) -> dict[str, Any]:
    """A JSON object that `from_json` reads back to an equal value."""
    content: dict[str, Any] = _ADAPTER.dump_python(incident, mode="json")
    return content


def from_json(stored: dict[str, Any]) -> Incident:
    """Raises pydantic.ValidationError when `stored` was not written by `to_json`."""
    return _ADAPTER.validate_python(stored)


_ADAPTER = TypeAdapter(Incident)


def _new(verdict: Verdict, now: datetime) -> Incident:
    return Incident(
        state="pending",
        severity=verdict.severity,
        first_firing_at=now,
        last_firing_at=now,
        seen_at=now,
        since=verdict.since or now,
        peak=verdict,
        latest=verdict,
    )


def _observe(was: Incident, verdict: Verdict | None, now: datetime, policy: Policy) -> Incident | None:
    """The incident after this evaluation; None for a pending one that calmed down before it opened."""
    incident = replace(was, seen_at=now)
    if was.state == "resolved":
        return replace(incident, last_firing_at=now) if verdict and verdict.firing else incident
    if verdict is None:
        blind = now - was.seen_at
        calm_since, lower_since = (at + blind if at else None for at in (was.calm_since, was.lower_since))
        return replace(incident, calm_since=calm_since, lower_since=lower_since)
    if verdict.firing:
        return _fire(incident, verdict, now, policy)
    if was.state == "pending":
        return None
    calm_since = was.calm_since or now
    if now - calm_since >= timedelta(hours=policy.hold_hours):
        owed: Why | None = "resolved" if was.notified or not was.inhibited else None
        return replace(incident, state="resolved", resolved_at=now, calm_since=calm_since, owed=owed)
    return replace(incident, state="recovering", calm_since=calm_since)


def _fire(incident: Incident, verdict: Verdict, now: datetime, policy: Policy) -> Incident:
    opens = incident.state != "pending" or now - incident.first_firing_at >= timedelta(minutes=policy.for_minutes)
    return replace(
        _rated(incident, verdict.severity, now),
        state="firing" if opens else "pending",
        last_firing_at=now,
        calm_since=None,
        opened_at=incident.opened_at or (now if opens else None),
        since=min(incident.since, verdict.since) if verdict.since else incident.since,
        peak=verdict if verdict.level > incident.peak.level else incident.peak,
        latest=verdict,
    )


def _rated(incident: Incident, severity: Severity, now: datetime) -> Incident:
    """The incident at the severity of its verdicts: a higher one counts at once, a milder one once it has lasted."""
    worst = max(worst_of(incident), severity, key=SEVERITIES.index)
    lower_since = incident.lower_since or now
    if SEVERITIES.index(severity) < SEVERITIES.index(incident.severity) and now - lower_since < MILDER_AFTER:
        return replace(incident, lower_since=lower_since, worst=worst)
    return replace(incident, severity=severity, lower_since=None, worst=worst)


def _speak(incident: Incident, verdict: Verdict | None, now: datetime, policy: Policy) -> tuple[Incident, Decision]:
    why = _reason(incident, now, policy)
    if why is None:
        return incident, Decision(quiet=_quiet_reason(incident, verdict, policy))
    if policy.muted and not (policy.muted == "inhibited" and _goes_on(incident, why)):
        held = replace(incident, owed=_debt(why, policy.muted), inhibited=policy.muted == "inhibited")
        return held, Decision(quiet=policy.muted)
    sequence = incident.notified.get(why, 0) + 1
    notified = replace(
        incident,
        notified={**incident.notified, why: sequence},
        notified_severity=max(incident.notified_severity or "info", incident.severity, key=SEVERITIES.index),
        last_notified_at=now,
        owed=None,
        inhibited=False,
    )
    return notified, Decision(why=why, sequence=sequence)


def _reason(incident: Incident, now: datetime, policy: Policy) -> Why | None:
    """The reason to send a message, if we may."""
    if incident.state == "pending":
        return None
    if incident.state == "resolved":
        return incident.owed
    if not incident.notified:  # what another incident held back is told only if it still fires
        return None if incident.inhibited and incident.state == "recovering" else "opened"
    known = incident.notified_severity
    if known is None or SEVERITIES.index(incident.severity) > SEVERITIES.index(known):
        return "worsened"
    if incident.state == "firing" and not incident.acknowledged_at and _due(incident, now, policy):
        return "reminder"
    return None


def _goes_on(incident: Incident, why: Why) -> bool:
    """Whether the message goes on with what was told, which another incident does not hold back."""
    return why in ("worsened", "resolved") and bool(incident.notified)


def _due(incident: Incident, now: datetime, policy: Policy) -> bool:
    last = incident.last_notified_at
    return last is None or now - last >= timedelta(hours=policy.repeat_hours)


def _debt(why: Why, muted: Muted) -> Why | None:
    """What to send once we may. Reminders come round by themselves. Quiet hours only delay messages, but nobody is
    notified of the end of an incident that somebody silenced."""
    if why == "reminder" or (why == "resolved" and muted != "quiet_hours"):
        return None
    return why


def _quiet_reason(incident: Incident, verdict: Verdict | None, policy: Policy) -> Quiet:
    if incident.state == "resolved":
        return "resolved"
    if verdict is None:
        return "no_data"
    if policy.muted:
        return policy.muted
    if incident.state in ("pending", "recovering"):
        return "pending" if incident.state == "pending" else "recovering"
    return "acknowledged" if incident.acknowledged_at else "within_interval"

"""The rows of incidents: which one a rule is in, what is remembered of it, and its timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.base import SEVERITIES, Severity, Verdict
from alerts.incident import Incident, Muted, Policy, from_json, is_over, to_json, worst_of
from alerts.incident import silent_until as quiet_after_closing
from alerts.silence import is_quiet
from alerts.stored import explanation_from_json
from app.models import AlertRule, IncidentEvent, IncidentRow, uuid7

log = structlog.get_logger(__name__)

UNREADABLE = "unreadable"
"""Marks an incident that was set aside: the kind of the line in its timeline, and what its memory is kept under."""


def policy_of(rule: AlertRule, now: datetime) -> Policy:
    """When the rule speaks, and what keeps it quiet at this moment."""
    muted: Muted | None = "quiet_hours" if is_quiet(rule.quiet_hours, now) else None
    return Policy(for_minutes=rule.for_minutes, repeat_hours=rule.repeat_hours, muted=muted)


def current_incident(
    session: Session, rule: AlertRule, now: datetime, verdict: Verdict | None = None
) -> IncidentRow | None:
    """The incident that the rule is in, locked; None when the last one is over, or cannot be read and so is closed.

    The verdict tells whether what a person closed is clearly worse by now, and so over.
    """
    row = session.scalars(
        select(IncidentRow)
        .where(IncidentRow.workspace_id == rule.workspace_id, IncidentRow.rule_id == rule.id)
        .order_by((IncidentRow.state != "resolved").desc(), IncidentRow.opened_at.desc(), IncidentRow.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    try:
        incident = from_json(row.memory)
    except ValidationError as error:
        if row.state != "resolved":
            set_aside(session, row, now, error)
        return None
    return None if is_over(incident, now, policy_of(rule, now), verdict) else row


def set_aside(session: Session, row: IncidentRow, now: datetime, error: ValidationError) -> None:
    """Closes an incident whose memory cannot be read, so that its rule may open another one. What it held is kept."""
    why = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:3])
    log.error("an incident could not be read and was set aside", incident=str(row.id), why=why)
    row.memory = {UNREADABLE: row.memory}
    row.state, row.resolved_at = "resolved", now
    note(session, row, now, UNREADABLE, error=why)
    session.flush()  # before its rule opens another one: it may have one open incident only


def silent_until(row: IncidentRow, rule: AlertRule, now: datetime) -> datetime | None:
    """Until when the rule stays silent because a person closed this incident; None where it does not, or no longer."""
    try:
        until = quiet_after_closing(from_json(row.memory), policy_of(rule, now))
    except ValidationError:
        return None
    return until if until and until > now and rule.enabled else None


def is_unreadable(row: IncidentRow) -> bool:
    """Whether the incident was set aside."""
    return isinstance(row.memory, dict) and UNREADABLE in row.memory


def is_explained(row: IncidentRow) -> bool:
    """Whether the row holds an explanation that can be read."""
    try:
        explanation_from_json(row.explanation)
    except ValidationError:
        return False
    return True


def would_open(row: IncidentRow | None, verdict: Verdict) -> bool:
    """Whether the verdict would open an incident that nobody has heard of yet."""
    return verdict.firing and (row is None or row.state == "pending")


def new_row(rule: AlertRule, incident: Incident, now: datetime) -> IncidentRow:
    """A row for an incident that begins, to be filled by `remember`."""
    return IncidentRow(
        workspace_id=rule.workspace_id,
        id=uuid7(),
        rule_id=rule.id,
        brand_id=rule.brand_id,
        kind=rule.kind,
        severity=rule.severity,
        opened_at=incident.opened_at or now,
        explanation={},
        false_alarm=False,
    )


def remember(row: IncidentRow, incident: Incident, rule: AlertRule) -> None:
    """Writes an incident into its row. Its severity is at least the rule's."""
    row.memory = to_json(incident)
    row.state = incident.state
    row.severity = max(severity_of(rule), incident.severity, key=SEVERITIES.index)
    row.opened_at = incident.opened_at or incident.first_firing_at
    row.since = incident.since
    row.resolved_at = incident.resolved_at


def worst_severity(row: IncidentRow) -> Severity | None:
    """The highest severity that the incident has had, where that is above the one of now."""
    try:
        worst = worst_of(from_json(row.memory))
    except ValidationError:
        return None
    return worst if SEVERITIES.index(worst) > SEVERITIES.index(severity_of(row)) else None


def severity_of(row: IncidentRow | AlertRule) -> Severity:
    """The severity in the row; «warning» where the row holds an unknown one."""
    return next((severity for severity in SEVERITIES if severity == row.severity), "warning")


def note(session: Session, row: IncidentRow, now: datetime, kind: str, **details: Any) -> None:
    """Adds a line to the timeline, unless the last one says the same."""
    last = session.scalars(
        select(IncidentEvent)
        .where(IncidentEvent.workspace_id == row.workspace_id, IncidentEvent.incident_id == row.id)
        .order_by(IncidentEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or (last.kind, last.details) != (kind, details):
        session.add(
            IncidentEvent(workspace_id=row.workspace_id, incident_id=row.id, at=now, kind=kind, details=details)
        )

"""What people do about an incident: take charge, assign, note, end it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from alerts.incident import Incident, close, from_json, to_json
from alerts.incident import acknowledge as acknowledged
from app.actions.assigning import assignee
from app.actions.audit import record
from app.actions.telling import tell_assignee, tell_named
from app.jobs import Jobs
from app.models import IncidentEvent, IncidentRow
from app.problems import Problem, not_found
from app.viewer import Viewer, may


@may("write")
def acknowledge(session: Session, viewer: Viewer, incident_id: UUID, now: datetime) -> IncidentRow:
    """Takes charge of the incident, which stops its reminders. Raises Problem 404; 409 when it is over."""
    row = _lock_open(session, viewer, incident_id)
    if row.acknowledged_at is None:
        _remember(row, lambda incident: acknowledged(incident, now))
        row.acknowledged_at, row.acknowledged_by = now, viewer.actor
        _log(session, viewer, row, "acknowledged", now)
    return row


@may("write")
def assign(session: Session, viewer: Viewer, incident_id: UUID, member_id: UUID | None, now: datetime) -> IncidentRow:
    """Assigns the incident to a member, or to nobody. Raises Problem 404; 422 for somebody who is no member."""
    row = _lock(session, viewer, incident_id)
    chosen = assignee(session, viewer, member_id)
    if chosen.take(row) and chosen.id:
        tell_assignee(session, viewer, chosen.id, "incident", [row.id])
    _log(session, viewer, row, "assigned", now, assignee=row.assignee)
    return row


@may("write")
def resolve(session: Session, viewer: Viewer, incident_id: UUID, jobs: Jobs, now: datetime) -> IncidentRow:
    """Ends the incident; the channels that heard of its beginning hear of its end. Raises Problem 404; 409 when it
    is over."""
    row = _lock_open(session, viewer, incident_id)
    _end(session, row, jobs, now)
    _log(session, viewer, row, "resolved", now)
    return row


@may("write")
def false_alarm(session: Session, viewer: Viewer, incident_id: UUID, jobs: Jobs, now: datetime) -> IncidentRow:
    """Marks the incident as a false alarm, and ends it if it is not over. Raises Problem 404."""
    row = _lock(session, viewer, incident_id)
    row.false_alarm = True
    if row.state != "resolved":
        _end(session, row, jobs, now)
    _log(session, viewer, row, "false_alarm", now)
    return row


@may("write")
def note(session: Session, viewer: Viewer, incident_id: UUID, text: str, now: datetime) -> IncidentRow:
    """Adds a line to the timeline, and tells the members whom it names. Raises Problem 404."""
    row = _lock(session, viewer, incident_id)
    tell_named(session, viewer, "incident", {row.id: ("", text)})
    _log(session, viewer, row, "note", now, text=text)
    return row


def _end(session: Session, row: IncidentRow, jobs: Jobs, now: datetime) -> None:
    _remember(row, lambda incident: close(incident, now))
    row.state, row.resolved_at = "resolved", now
    session.flush()
    jobs.defer(session, "watch", workspace_id=str(row.workspace_id), brand_id=str(row.brand_id))


def _remember(row: IncidentRow, change: Callable[[Incident], Incident]) -> None:
    """Changes what the next evaluation needs to know. What cannot be read is left for that evaluation to set aside."""
    with suppress(ValidationError):
        row.memory = to_json(change(from_json(row.memory)))


def _log(session: Session, viewer: Viewer, row: IncidentRow, kind: str, now: datetime, **details: object) -> None:
    row.version += 1
    session.add(
        IncidentEvent(
            workspace_id=viewer.workspace_id,
            incident_id=row.id,
            at=now,
            kind=kind,
            actor=viewer.actor,
            details=details,
        )
    )
    record(session, viewer, f"incident.{kind}", row.id)
    session.flush()


def _lock(session: Session, viewer: Viewer, incident_id: UUID) -> IncidentRow:
    row = session.get(IncidentRow, (viewer.workspace_id, incident_id), with_for_update=True)
    if row is None:
        raise not_found("incident")
    return row


def _lock_open(session: Session, viewer: Viewer, incident_id: UUID) -> IncidentRow:
    row = _lock(session, viewer, incident_id)
    if row.state == "resolved":
        raise Problem("over", 409, "This incident is over already.")
    return row

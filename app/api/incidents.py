"""Incidents: which rule fired, why, and what people did about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from app.actions import incidents as actions
from app.actions.assigning import Assignment
from app.actions.fields import Fields, Note
from app.api.deps import Id, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, Out, Page, page_of
from app.models import IncidentRow
from app.pipeline.tell.incidents import is_unreadable
from app.queries.brands import brand
from app.queries.incidents import DeliveryView, IncidentDetail, IncidentView, StateFilter, incident, incidents
from app.queries.reach import Nobody, Why, incidents_of_nobody
from app.services import Services
from app.viewer import Viewer

router = APIRouter(prefix="/api/v1", tags=["alerts"], route_class=Route)


class RuleRef(Out):
    """A rule by its name."""

    id: UUID
    name: str


class IncidentOut(Out):
    """An incident, from its first firing until it is resolved."""

    id: UUID
    brand: BrandRef
    rule: RuleRef
    kind: str
    state: str
    severity: str
    opened_at: datetime
    since: datetime | None
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assignee: str | None = Field(description="The name of the member `assignee_id`; alone, that of somebody who left.")
    assignee_id: UUID | None
    false_alarm: bool
    unreadable: bool = Field(description="Vigie closed it because what was stored of it could not be read.")
    explanation: dict[str, Any]
    version: int


class EventOut(Out):
    """One line of the timeline."""

    at: datetime
    kind: str
    actor: str
    details: dict[str, Any]


class ChannelRef(Out):
    """A channel by its name."""

    id: UUID
    name: str
    kind: str


class DeliveryOut(Out):
    """One message to one channel. `ambiguous`: it may have arrived although nobody answered."""

    id: UUID
    channel: ChannelRef
    why: str
    sequence: int
    state: str
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    ambiguous: bool
    last_error: str | None


class IncidentDetailOut(IncidentOut):
    """An incident with its timeline and its messages, oldest first."""

    timeline: list[EventOut]
    deliveries: list[DeliveryOut]
    notified_nobody: Why | None = Field(
        description="Why nobody was notified of it; null where somebody was, or is about to be. As `notifies_nobody` "
        "of a rule, or `rules_off`: its rule is switched off. `undelivered`: every message was given up. `too_late`: "
        "it was over before a channel could be told."
    )


class NoteIn(Fields):
    """A line for the timeline."""

    text: Note


def incident_out(view: IncidentView) -> IncidentOut:
    """An incident as it is answered."""
    row = view.incident
    return IncidentOut(
        id=row.id,
        brand=BrandRef.model_validate(view.brand),
        rule=RuleRef.model_validate(view.rule),
        kind=row.kind,
        state=row.state,
        severity=row.severity,
        opened_at=row.opened_at,
        since=row.since,
        resolved_at=row.resolved_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        assignee=row.assignee,
        assignee_id=row.assignee_id,
        false_alarm=row.false_alarm,
        unreadable=is_unreadable(row),
        explanation=row.explanation,
        version=row.version,
    )


def answer(session: Session, viewer: Viewer, services: Services, incident_id: UUID) -> IncidentDetailOut:
    """One incident as the API shows it. Raises Problem 404."""
    detail = incident(session, viewer, incident_id)
    pair = (detail.view.incident, detail.view.rule)
    silent = incidents_of_nobody(session, viewer, [pair], mail=services.settings.smtp_url is not None)
    return detail_out(detail, silent.get(incident_id))


def detail_out(detail: IncidentDetail, nobody: Nobody | None) -> IncidentDetailOut:
    """One incident with its timeline and its messages."""
    return IncidentDetailOut(
        notified_nobody=nobody.why if nobody else None,
        **dict(incident_out(detail.view)),
        timeline=[EventOut.model_validate(event) for event in detail.timeline],
        deliveries=[delivery_out(view) for view in detail.deliveries],
    )


def delivery_out(view: DeliveryView) -> DeliveryOut:
    """A message as it is answered; only one that waits has a next try."""
    row = view.delivery
    return DeliveryOut(
        id=row.id,
        channel=ChannelRef.model_validate(view.channel),
        why=row.why,
        sequence=row.sequence,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_try_at=row.next_try_at if row.state == "pending" else None,
        sent_at=row.sent_at,
        ambiguous=row.ambiguous,
        last_error=row.last_error,
    )


@router.get("/incidents")
def list_incidents(
    viewer: Reader,
    session: Reading,
    page: Paged,
    state: Annotated[StateFilter | None, Query(description="`open` is firing or recovering.")] = None,
    brand_id: Annotated[str | None, Query(alias="brand", max_length=200)] = None,
) -> Page[IncidentOut]:
    """The incidents, last opened first. Pending ones, of which nobody was notified yet, only on request."""
    about = ident(brand_id, "brand") if brand_id is not None else None
    if about is not None:
        brand(session, viewer, about)
    return page_of(incidents(session, viewer, page.after, page.limit, state=state, brand_id=about), incident_out)


@router.get("/incidents/{incident_id}")
def get_incident(incident_id: Id, viewer: Reader, session: Reading, services: Served) -> IncidentDetailOut:
    """One incident: explanation, timeline, deliveries."""
    return answer(session, viewer, services, ident(incident_id, "incident"))


def _act(
    session: Session, viewer: Viewer, services: Services, incident_id: str, action: Callable[[UUID], IncidentRow]
) -> IncidentDetailOut:
    """Runs the action on the incident of this id, and answers with the incident after it. Raises Problem 404, 409."""
    row = action(ident(incident_id, "incident"))
    return answer(session, viewer, services, row.id)


@router.post("/incidents/{incident_id}/acknowledge")
def acknowledge_incident(
    incident_id: Id, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Takes charge of the incident, which stops its reminders."""
    return _act(session, viewer, services, incident_id, lambda id_: actions.acknowledge(session, viewer, id_, now))


@router.post("/incidents/{incident_id}/assign")
def assign_incident(
    incident_id: Id, assignment: Assignment, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Assigns the incident to somebody, or to nobody."""
    return _act(
        session,
        viewer,
        services,
        incident_id,
        lambda id_: actions.assign(session, viewer, id_, assignment.assignee, now),
    )


@router.post("/incidents/{incident_id}/resolve")
def resolve_incident(
    incident_id: Id, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Ends the incident; the channels that heard of its beginning hear of its end."""
    return _act(
        session, viewer, services, incident_id, lambda id_: actions.resolve(session, viewer, id_, services.jobs, now)
    )


@router.post("/incidents/{incident_id}/note")
def note_incident(
    incident_id: Id, note: NoteIn, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Adds a line to the timeline."""
    return _act(session, viewer, services, incident_id, lambda id_: actions.note(session, viewer, id_, note.text, now))


@router.post("/incidents/{incident_id}/false-alarm")
def false_alarm_incident(
    incident_id: Id, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Marks it as a false alarm, and ends it."""
    return _act(
        session,
        viewer,
        services,
        incident_id,
        lambda id_: actions.false_alarm(session, viewer, id_, services.jobs, now),
    )

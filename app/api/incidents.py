"""Incidents: which rule fired, why, and what people did about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.actions import incidents as actions
from app.actions.fields import Fields, Line, Note
from app.api.deps import Id, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, Out, Page, paged
from app.models import IncidentRow
from app.queries.brands import brand
from app.queries.incidents import IncidentDetail, IncidentView, StateFilter, incident, incidents
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
    assignee: str | None
    false_alarm: bool
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


class AssignIn(Fields):
    """Who takes care of it; null for nobody."""

    assignee: Line | None


class NoteIn(Fields):
    """A line for the timeline."""

    text: Note


def incident_values(view: IncidentView) -> dict[str, Any]:
    """The fields of an incident's answer."""
    row = view.incident
    plain = {name: getattr(row, name) for name in IncidentOut.model_fields if hasattr(row, name)}
    return plain | {"brand": BrandRef.model_validate(view.brand), "rule": RuleRef.model_validate(view.rule)}


def detail_out(found: IncidentDetail) -> IncidentDetailOut:
    """One incident as the API shows it."""
    return IncidentDetailOut(
        **incident_values(found.view),
        timeline=[EventOut.model_validate(event) for event in found.timeline],
        deliveries=[_delivery(each.delivery, each.channel) for each in found.deliveries],
    )


def _delivery(row: Any, channel: Any) -> DeliveryOut:
    plain = {name: getattr(row, name) for name in DeliveryOut.model_fields if name != "channel"}
    if row.state != "pending":
        plain["next_try_at"] = None
    return DeliveryOut(**plain, channel=ChannelRef.model_validate(channel))


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
    found = incidents(session, viewer, page.after, page.limit, state=state, brand_id=about)
    return paged(found, lambda view: IncidentOut(**incident_values(view)))


@router.get("/incidents/{incident_id}")
def get_incident(incident_id: Id, viewer: Reader, session: Reading) -> IncidentDetailOut:
    """One incident: explanation, timeline, deliveries."""
    return detail_out(incident(session, viewer, ident(incident_id, "incident")))


def _done(session: Session, viewer: Viewer, incident_id: str, act: Callable[[UUID], IncidentRow]) -> IncidentDetailOut:
    found = ident(incident_id, "incident")
    act(found)
    return detail_out(incident(session, viewer, found))


@router.post("/incidents/{incident_id}/acknowledge")
def acknowledge_incident(incident_id: Id, viewer: Writer, session: Writing, now: Now) -> IncidentDetailOut:
    """Takes charge of the incident, which stops its reminders."""
    return _done(session, viewer, incident_id, lambda found: actions.acknowledge(session, viewer, found, now))


@router.post("/incidents/{incident_id}/assign")
def assign_incident(incident_id: Id, given: AssignIn, viewer: Writer, session: Writing, now: Now) -> IncidentDetailOut:
    """Assigns the incident to somebody, or to nobody."""
    return _done(
        session, viewer, incident_id, lambda found: actions.assign(session, viewer, found, given.assignee, now)
    )


@router.post("/incidents/{incident_id}/resolve")
def resolve_incident(
    incident_id: Id, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Ends the incident; the channels that heard of its beginning hear of its end."""
    return _done(
        session, viewer, incident_id, lambda found: actions.resolve(session, viewer, found, services.jobs, now)
    )


@router.post("/incidents/{incident_id}/note")
def note_incident(incident_id: Id, given: NoteIn, viewer: Writer, session: Writing, now: Now) -> IncidentDetailOut:
    """Adds a line to the timeline."""
    return _done(session, viewer, incident_id, lambda found: actions.note(session, viewer, found, given.text, now))


@router.post("/incidents/{incident_id}/false-alarm")
def false_alarm_incident(
    incident_id: Id, viewer: Writer, session: Writing, services: Served, now: Now
) -> IncidentDetailOut:
    """Marks it as a false alarm, and ends it."""
    return _done(
        session, viewer, incident_id, lambda found: actions.false_alarm(session, viewer, found, services.jobs, now)
    )

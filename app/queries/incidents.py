"""Incidents: which rule fired, why, and what people did about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow
from app.pipeline.tell.incidents import UNREADABLE, is_unreadable
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

StateFilter = Literal["open", "pending", "firing", "recovering", "resolved"]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its brand and its rule."""

    incident: IncidentRow
    brand: Brand
    rule: AlertRule

    @property
    def state(self) -> str:
        """The state of the incident, or `unreadable` where it was closed because it could not be read."""
        return UNREADABLE if is_unreadable(self.incident) else self.incident.state


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A message and the channel it went to."""

    delivery: Delivery
    channel: Channel


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident, its timeline and its messages, both oldest first."""

    view: IncidentView
    timeline: list[IncidentEvent]
    deliveries: list[DeliveryView]
    is_last: bool = True
    """Whether its rule has opened no other incident since it was resolved."""


@may("read")
def incidents(
    session: Session,
    viewer: Viewer,
    after: str | None = None,
    limit: int = LIMIT,
    *,
    state: StateFilter | None = None,
    brand_id: UUID | None = None,
) -> Slice[IncidentView]:
    """The incidents, last opened first. `open` is every state except resolved and pending (of which nobody was
    notified yet)."""
    statement = _select_incidents(viewer)
    if state == "open":
        statement = statement.where(IncidentRow.state.in_(("firing", "recovering")))
    elif state:
        statement = statement.where(IncidentRow.state == state)
    else:
        statement = statement.where(IncidentRow.state != "pending")
    if brand_id:
        statement = statement.where(IncidentRow.brand_id == brand_id)
    return page(session, statement, Order("incident", IncidentRow.id, IncidentRow.opened_at), after, limit).map(
        lambda rows: [IncidentView(row[0], row[1], row[2]) for row in rows]
    )


def _select_incidents(viewer: Viewer) -> Select[IncidentRow, Brand, AlertRule]:
    return (
        select(IncidentRow, Brand, AlertRule)
        .join(Brand, (Brand.workspace_id == IncidentRow.workspace_id) & (Brand.id == IncidentRow.brand_id))
        .join(AlertRule, (AlertRule.workspace_id == IncidentRow.workspace_id) & (AlertRule.id == IncidentRow.rule_id))
        .where(IncidentRow.workspace_id == viewer.workspace_id)
    )


@may("read")
def incident(session: Session, viewer: Viewer, incident_id: UUID) -> IncidentDetail:
    """One incident. Raises Problem 404."""
    row = session.execute(_select_incidents(viewer).where(IncidentRow.id == incident_id)).first()
    if row is None:
        raise not_found("incident")
    timeline = session.scalars(
        select(IncidentEvent)
        .where(IncidentEvent.workspace_id == viewer.workspace_id, IncidentEvent.incident_id == incident_id)
        .order_by(IncidentEvent.id)
    )
    view = IncidentView(*row)
    return IncidentDetail(
        view, list(timeline), _deliveries(session, viewer, incident_id), _is_last(session, viewer, view.incident)
    )


def _is_last(session: Session, viewer: Viewer, row: IncidentRow) -> bool:
    if row.resolved_at is None:
        return True
    later = select(IncidentRow.id).where(
        IncidentRow.workspace_id == viewer.workspace_id,
        IncidentRow.rule_id == row.rule_id,
        IncidentRow.opened_at >= row.resolved_at,
        IncidentRow.id != row.id,
    )
    return session.scalar(later.limit(1)) is None


def _deliveries(session: Session, viewer: Viewer, incident_id: UUID) -> list[DeliveryView]:
    rows = session.execute(
        select(Delivery, Channel)
        .join(Channel, (Channel.workspace_id == Delivery.workspace_id) & (Channel.id == Delivery.channel_id))
        .where(Delivery.workspace_id == viewer.workspace_id, Delivery.incident_id == incident_id)
        .order_by(Delivery.id)
    )
    return [DeliveryView(delivery, channel) for delivery, channel in rows]

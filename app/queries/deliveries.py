"""What became of the messages to a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Brand, Channel, Delivery, IncidentRow
from app.queries.channels import channel
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

LATELY = timedelta(days=7)
DeliveryState = Literal["pending", "sent", "dead", "suppressed", "expired"]


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message, the incident that it is about, and the brand of that."""

    delivery: Delivery
    incident: IncidentRow
    brand: Brand


@may("read")
def deliveries(
    session: Session,
    viewer: Viewer,
    channel_id: UUID,
    after: str | None = None,
    limit: int = LIMIT,
    *,
    state: DeliveryState | None = None,
) -> Slice[SentMessage]:
    """The messages to a channel, newest first. Raises Problem 404."""
    channel(session, viewer, channel_id)
    statement = (
        select(Delivery, IncidentRow, Brand)
        .join(
            IncidentRow,
            (IncidentRow.workspace_id == Delivery.workspace_id) & (IncidentRow.id == Delivery.incident_id),
        )
        .join(Brand, (Brand.workspace_id == IncidentRow.workspace_id) & (Brand.id == IncidentRow.brand_id))
        .where(Delivery.workspace_id == viewer.workspace_id, Delivery.channel_id == channel_id)
    )
    if state:
        statement = statement.where(Delivery.state == state)
    order = Order("deliveries", Delivery.id, Delivery.created_at)
    return page(session, statement, order, after, limit).map(
        lambda rows: [SentMessage(row[0], row[1], row[2]) for row in rows]
    )


@may("read")
def dead_letters(session: Session, viewer: Viewer, now: datetime) -> list[tuple[Channel, int]]:
    """The channels to which messages were given up lately, each with how many, those with the most first."""
    dead = (
        select(Delivery.channel_id, func.count().label("number"))
        .where(
            Delivery.workspace_id == viewer.workspace_id, Delivery.state == "dead", Delivery.created_at > now - LATELY
        )
        .group_by(Delivery.channel_id)
        .subquery()
    )
    statement = (
        select(Channel, dead.c.number)
        .join(dead, dead.c.channel_id == Channel.id)
        .where(Channel.workspace_id == viewer.workspace_id)
        .order_by(dead.c.number.desc(), Channel.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]

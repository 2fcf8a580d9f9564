"""Puts into rows what is to be sent about an incident: a notice, and its delivery to a channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.base import IncidentNotice, Message, Why
from alerts.incident import Incident
from alerts.stored import explanation_from_json, message_to_json
from app.models import AlertRule, Brand, Channel, Delivery, IncidentRow
from app.pipeline.tell.incidents import severity_of
from app.pipeline.tell.reach import reach_of


def notice_of(
    row: IncidentRow, incident: Incident, brand: Brand, rule: AlertRule, why: Why, sequence: int
) -> IncidentNotice:
    """The notice of an incident, for this reason. `row` holds what `remember` wrote, and its explanation."""
    return IncidentNotice(
        id=str(row.id),
        why=why,
        sequence=sequence,
        brand=brand.name,
        rule=rule.name,
        rule_kind=rule.kind,
        severity=severity_of(row),
        state=incident.state,
        opened_at=row.opened_at,
        explanation=explanation_from_json(row.explanation),
    )


def channels_of(session: Session, rule: AlertRule) -> Sequence[Channel]:
    """The channels that the rule notifies, without those that are switched off."""
    channels = session.scalars(select(Channel).where(Channel.workspace_id == rule.workspace_id).order_by(Channel.id))
    return reach_of(rule.channels, channels.all(), mail=True).channels


def delivery_of(notice: IncidentNotice, channel: Channel, address: str, now: datetime) -> Delivery:
    """The delivery of a notice to a channel, due at once. `address` is ours, for the link.

    Its id, and its message's, follow from incident, channel, reason and sequence: decided twice, it is the same one.
    """
    incident_id = UUID(notice.id)
    delivery_id = uuid5(incident_id, f"{channel.id}:{notice.why}:{notice.sequence}")
    message = Message(
        id=f"msg_{delivery_id.hex}",
        at=now,
        url=f"{address}/alerts/{incident_id}",
        subject=notice,
        language="fr" if channel.language == "fr" else "en",
        timezone=channel.timezone,
    )
    return Delivery(
        workspace_id=channel.workspace_id,
        id=delivery_id,
        incident_id=incident_id,
        channel_id=channel.id,
        why=notice.why,
        sequence=notice.sequence,
        message=message_to_json(message),
        created_at=now,
        next_try_at=now,
    )

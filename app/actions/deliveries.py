"""A message that was given up is sent again, under the id it had."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.jobs import Jobs
from app.models import Channel, Delivery
from app.problems import Problem, not_found
from app.viewer import Viewer, may

AGAIN = ("dead", "suppressed", "pending")


@may("write")
def retry(session: Session, viewer: Viewer, delivery_id: UUID, jobs: Jobs, now: datetime) -> Delivery:
    """Makes a message due now, with all its tries before it. Raises Problem 404, 409 when it has arrived, or when its
    channel is switched off."""
    row = session.scalars(
        select(Delivery)
        .where(Delivery.workspace_id == viewer.workspace_id, Delivery.id == delivery_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise not_found("delivery")
    channel = session.get_one(Channel, (row.workspace_id, row.channel_id))
    if row.state not in AGAIN:
        raise Problem("already-sent", 409, "This message was sent already.")
    if not channel.enabled:
        raise Problem("channel-off", 409, "The channel is switched off: switch it on first.")
    if row.state != "pending":
        row.state, row.attempts, row.last_error, row.capped, row.lease_until = "pending", 0, None, False, None
    row.next_try_at = now
    record(session, viewer, "delivery.retry", row.id, channel=channel.name)
    jobs.defer(session, "notify")
    session.flush()
    return row

"""When a channel takes its next message: not in its quiet hours, and not more within an hour than it wants.

Nothing is lost by either. In quiet hours messages wait. Beyond the number for an hour they wait as well, and when there
is room again the newest of them is sent, which says for how many it stands.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from alerts.silence import quiet_until
from app.models import Channel, Delivery

HOUR = timedelta(hours=1)


def put_off(session: Session, row: Delivery, channel: Channel, now: datetime) -> bool:
    """Whether this message, which is due, has to wait or is suppressed: then its row says so. Both rows are locked."""
    if later := _after_quiet_hours(channel, now):
        row.next_try_at = later
        return True
    if row.attempts or not channel.max_per_hour:
        return False  # one that was tried may have arrived: it is told to the end
    if later := _after_the_hour(session, channel, now):
        row.next_try_at, row.capped = later, True
        return True
    return row.capped and _gather(session, row)


def _after_quiet_hours(channel: Channel, now: datetime) -> datetime | None:
    if not channel.quiet_hours:
        return None
    zone = channel.quiet_hours.get("timezone") or channel.timezone
    return quiet_until({**channel.quiet_hours, "timezone": zone}, now)


def _after_the_hour(session: Session, channel: Channel, now: datetime) -> datetime | None:
    """When there is room for another message; None when there is now."""
    most = channel.max_per_hour or 0
    began = func.coalesce(Delivery.sent_at, Delivery.created_at)
    recent = session.scalars(
        select(began)
        .where(Delivery.workspace_id == channel.workspace_id, Delivery.channel_id == channel.id)
        .where(Delivery.state.in_(("sent", "pending", "dead")), Delivery.attempts > 0, began > now - HOUR, began <= now)
        .order_by(began.desc())
        .limit(most)
    ).all()
    return max(recent[-1] + HOUR, now + timedelta(seconds=1)) if len(recent) >= most else None


def _gather(session: Session, row: Delivery) -> bool:
    """Lets the newest of those that waited for room stand for the others. Whether `row` is one of the others."""
    waiting = session.scalars(
        select(Delivery)
        .where(Delivery.workspace_id == row.workspace_id, Delivery.channel_id == row.channel_id)
        .where(Delivery.state == "pending", Delivery.capped, Delivery.attempts == 0)
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .with_for_update(skip_locked=True)
    ).all()
    newest, *others = waiting or [row]
    for each in others:
        each.state = "suppressed"
    newest.suppressed += sum(1 + each.suppressed for each in others)
    newest.capped, newest.next_try_at = False, min(newest.next_try_at, row.next_try_at)
    return newest.id != row.id


def look_again(session: Session, channel: Channel, now: datetime) -> None:
    """Makes what waits for a channel due, whose hours or number have changed: it is looked at again."""
    session.execute(
        update(Delivery)
        .where(Delivery.workspace_id == channel.workspace_id, Delivery.channel_id == channel.id)
        .where(Delivery.state == "pending", Delivery.attempts == 0, Delivery.next_try_at > now)
        .values(next_try_at=now)
    )

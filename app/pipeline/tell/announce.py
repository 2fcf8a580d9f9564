"""Writes for each channel what there is to say about an incident, and says in the timeline whom it was written for.

A channel hears of the opening first. One that did not exist then, or that the rule did not notify, hears of it as soon
as it does; until that, it hears neither of the rest nor of the end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from alerts.base import IncidentNotice
from app.models import Channel, Delivery, IncidentRow
from app.pipeline.tell.incidents import note
from app.pipeline.tell.outbox import delivery_of

OPENINGS, WITHIN = 10, timedelta(hours=1)
"""A channel that was added while more incidents than this are open hears of the others an hour later: each message is
worth reading, and Slack and mail servers refuse floods."""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel, 0))")


def announce(
    session: Session, row: IncidentRow, notice: IncidentNotice, channels: Sequence[Channel], address: str, now: datetime
) -> int:
    """Writes what `step` decided to say. Returns how many deliveries there are."""
    known = known_to(session, row)
    heard = [channel for channel in channels if notice.why == "opened" or channel.id in known]
    session.add_all(delivery_of(notice, channel, address, now) for channel in heard)
    names = [channel.name for channel in heard]
    note(session, row, now, notice.why, sequence=notice.sequence, channels=names)
    session.flush()
    return len(heard)


def catch_up(
    session: Session, row: IncidentRow, notice: IncidentNotice, channels: Sequence[Channel], address: str, now: datetime
) -> int:
    """Writes the opening of an open incident for the channels that have not heard of it. Returns how many there are.

    `notice` is of the incident as it is now; its reason is not used.
    """
    late = late_channels(channels, known_to(session, row))
    late = [channel for channel in late if has_room(session, channel, now)]
    opening = replace(notice, why="opened", sequence=1)
    session.add_all(delivery_of(opening, channel, address, now) for channel in late)
    if late:
        note(session, row, now, "caught_up", channels=[channel.name for channel in late])
        session.flush()
    return len(late)


def known_to(session: Session, row: IncidentRow) -> set[UUID]:
    """The channels that something was written for about this incident."""
    written = select(Delivery.channel_id).where(
        Delivery.workspace_id == row.workspace_id, Delivery.incident_id == row.id
    )
    return set(session.scalars(written))


def late_channels(channels: Sequence[Channel], known: Collection[UUID]) -> list[Channel]:
    """Those that have not heard of it, in the order in which every worker locks them."""
    return sorted((channel for channel in channels if channel.id not in known), key=lambda channel: channel.id)


def has_room(session: Session, channel: Channel, now: datetime) -> bool:
    """Whether the channel has not heard of too many openings within the hour. Others who ask wait for us to be done."""
    session.execute(ONE_AT_A_TIME, {"channel": f"catch-up:{channel.workspace_id}:{channel.id}"})
    openings = select(func.count()).where(
        Delivery.workspace_id == channel.workspace_id,
        Delivery.channel_id == channel.id,
        Delivery.why == "opened",
        Delivery.created_at > now - WITHIN,
    )
    return (session.scalar(openings) or 0) < OPENINGS

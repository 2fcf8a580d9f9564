"""Writes for each channel what there is to say about an incident, and says in the timeline whom it was written for.

A channel hears of the opening first. One that did not exist then, or that the rule did not notify, hears of it as soon
as it does; until that, it hears neither of the rest nor of the end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from alerts.base import IncidentNotice
from app.models import Channel, Delivery, IncidentRow
from app.pipeline.tell.incidents import note
from app.pipeline.tell.letters import write_letters
from app.pipeline.tell.outbox import delivery_of

OPENINGS, WITHIN = 10, timedelta(hours=1)
"""A channel that was added while more incidents than this are open hears of the others an hour later: each message is
worth reading, and Slack and mail servers refuse floods."""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel, 0))")


def announce(
    session: Session, row: IncidentRow, notice: IncidentNotice, channels: Sequence[Channel], address: str, now: datetime
) -> int:
    """Writes what `step` decided to say. Returns how many deliveries there are."""
    written = states_of(session, row)
    heard = [channel for channel in channels if is_told(channel, notice, written)]
    session.add_all(delivery_of(notice, channel, address, now) for channel in heard)
    names = [channel.name for channel in heard]
    note(session, row, now, notice.why, sequence=notice.sequence, channels=names)
    session.flush()
    if notice.why == "opened":
        write_letters(session, row.workspace_id, "incident", "incident", row.id)
    return len(heard)


def is_told(channel: Channel, notice: IncidentNotice, written: Collection[UUID]) -> bool:
    """Whether the channel wants to hear this, and has heard of the opening if it wants to hear of openings."""
    begun = notice.why == "opened" or channel.id in written or "opened" not in channel.events
    return notice.why in channel.events and begun


def catch_up(
    session: Session, row: IncidentRow, notice: IncidentNotice, channels: Sequence[Channel], address: str, now: datetime
) -> int:
    """Writes the opening of an open incident for the channels that have not heard of it. Returns how many there are.

    `notice` is of the incident as it is now; its reason is not used.
    """
    late = late_channels(channels, states_of(session, row))
    late = [channel for channel in late if has_room(session, channel, now)]
    opening = replace(notice, why="opened", sequence=1)
    for channel in late:
        delivery = session.merge(delivery_of(opening, channel, address, now))  # the one that was given up, if any
        delivery.state, delivery.attempts, delivery.last_error = "pending", 0, None
    if late:
        note(session, row, now, "caught_up", channels=[channel.name for channel in late])
        session.flush()
    return len(late)


def states_of(session: Session, row: IncidentRow) -> dict[UUID, set[str]]:
    """What became of the deliveries about this incident, by their channels."""
    states: dict[UUID, set[str]] = {}
    for channel_id, state in session.execute(
        select(Delivery.channel_id, Delivery.state).where(
            Delivery.workspace_id == row.workspace_id, Delivery.incident_id == row.id
        )
    ):
        states.setdefault(channel_id, set()).add(state)
    return states


def late_channels(channels: Sequence[Channel], states: Mapping[UUID, Collection[str]]) -> list[Channel]:
    """Those that have not heard of it, in the order in which every worker locks them.

    A channel to which everything was given up is one of them once it works again: it was changed, or a test arrived.
    """
    late = [
        channel
        for channel in channels
        if "opened" in channel.events
        if channel.id not in states or (set(states[channel.id]) == {"dead"} and channel.last_error is None)
    ]
    return sorted(late, key=lambda channel: channel.id)


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

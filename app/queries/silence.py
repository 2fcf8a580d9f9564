"""Sources that can be read but have brought nothing for much longer than usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Poll, Source
from app.viewer import Viewer, may

LEAST = timedelta(days=1)
USUAL_TIMES = 8
LONGEST_TIMES = 1.5
"""Times its longest pause too: a source that publishes only on weekdays is not silent on a Sunday."""
POLLS = 3
"""Readings that brought something, at least: two make one pause, which is no habit."""


def patience(usual: timedelta, longest: timedelta) -> timedelta:
    """How long a source may bring nothing before it counts as silent, from its median and its longest pause so far."""
    return max(LEAST, usual * USUAL_TIMES, longest * LONGEST_TIMES)


@may("read")
def silent_since(session: Session, viewer: Viewer, rows: Sequence[Source]) -> dict[UUID, datetime]:
    """When each silent source brought its last mention, as of its last successful reading: a failing source is not
    silent."""
    quiet = {
        row.id: (row.last_new_at, row.last_success_at - row.last_new_at)
        for row in rows
        if row.enabled and row.last_new_at and row.last_success_at and row.last_success_at - row.last_new_at > LEAST
    }
    if not quiet:
        return {}
    usual = _usual(session, viewer, list(quiet))
    return {
        source_id: since
        for source_id, (since, length) in quiet.items()
        if source_id in usual and length > patience(*usual[source_id])
    }


def _usual(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, tuple[timedelta, timedelta]]:
    """The median and the longest pause between the readings that stored something, where there were enough."""
    before: Any = func.lag(Poll.finished_at).over(partition_by=Poll.source_id, order_by=Poll.id)
    gaps = (
        select(Poll.source_id, (Poll.finished_at - before).label("gap"))
        .where(Poll.workspace_id == viewer.workspace_id, Poll.source_id.in_(ids), Poll.stored > 0)
        .subquery()
    )
    rows = session.execute(
        select(
            gaps.c.source_id,
            func.percentile_cont(0.5).within_group(gaps.c.gap).label("usual"),
            func.max(gaps.c.gap).label("longest"),
        )
        .group_by(gaps.c.source_id)
        .having(func.count() >= POLLS)
    )
    return {row.source_id: (row.usual, row.longest) for row in rows}

"""What was said of a brand hour by hour, for charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Bucket
from app.queries.brands import brand
from app.viewer import Viewer

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hour:
    """Stories of one hour, and how many of them were of detractors. `start` is aware, on the hour."""

    start: datetime
    stories: float = 0
    detractors: float = 0


def hours(session: Session, viewer: Viewer, brand_id: UUID, start: datetime, end: datetime) -> list[Hour]:
    """Every hour from `start` to `end`, oldest first, those without mentions too. Raises Problem 404."""
    brand(session, viewer, brand_id)
    first = start.replace(minute=0, second=0, microsecond=0)
    rows = session.execute(
        select(Bucket.hour, func.sum(Bucket.number).label("number"), func.sum(Bucket.detractors).label("negative"))
        .where(
            Bucket.workspace_id == viewer.workspace_id,
            Bucket.brand_id == brand_id,
            Bucket.weight == "stories",
            Bucket.hour >= first,
            Bucket.hour <= end,
        )
        .group_by(Bucket.hour)
    )
    known = {row.hour: Hour(row.hour, row.number, row.negative) for row in rows}
    count = max(0, int((end - first) / HOUR)) + 1
    return [known.get(first + n * HOUR, Hour(first + n * HOUR)) for n in range(count)]

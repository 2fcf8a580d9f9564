"""What people said about a brand hour by hour, for charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from alerts.base import HourCounts
from app.pipeline.keep.aggregate import hourly
from app.queries.brands import brand
from app.viewer import Viewer, may


@may("read")
def hours(session: Session, viewer: Viewer, brand_id: UUID, start: datetime, end: datetime) -> Sequence[HourCounts]:
    """Every hour from `start` to `end`, oldest first, those without mentions too. Raises Problem 404."""
    brand(session, viewer, brand_id)
    return hourly(session, viewer.workspace_id, brand_id, start.replace(minute=0, second=0, microsecond=0), end)

"""API keys, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ApiKey, KeyUsage, RequestCount
from app.models.workspace import WINDOW
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("admin")
def api_keys(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[ApiKey]:
    """The keys, oldest first. What is stored of a key opens nothing."""
    statement = select(ApiKey).where(ApiKey.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("key", ApiKey.id, descending=False), after, limit).map(
        lambda rows: [row.ApiKey for row in rows]
    )


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """How many requests a key sent on one day, in UTC."""

    day: date
    requests: int


@may("admin")
def usage(
    session: Session, viewer: Viewer, keys: Sequence[ApiKey], now: datetime, days: int = 30
) -> dict[UUID, list[DayOfUse]]:
    """What these keys sent on each of the last days, today last; days without a request too."""
    today = now.astimezone(UTC).date()
    wanted = [today - timedelta(days=back) for back in reversed(range(days))]
    ids = [key.id for key in keys]
    here = (KeyUsage.workspace_id == viewer.workspace_id, KeyUsage.key_id.in_(ids), KeyUsage.day >= wanted[0])
    counted = {(row.key_id, row.day): row.requests for row in session.scalars(select(KeyUsage).where(*here))}
    subjects = {f"key:{key}": key for key in ids}
    for row in session.scalars(select(RequestCount).where(RequestCount.subject.in_(subjects))):
        at = (subjects[row.subject], datetime.fromtimestamp(row.counted_in * WINDOW, UTC).date())
        counted[at] = counted.get(at, 0) + row.requests
    return {key: [DayOfUse(day, counted.get((key, day), 0)) for day in wanted] for key in ids}

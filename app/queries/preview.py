"""What a query would have matched among the mentions already stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, case, cast, func, select
from sqlalchemy.orm import Session

from app.models import Mention
from app.queries.feed import matches_query
from app.queries.mentions import MentionView, views
from app.viewer import Viewer, may

SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """How many stored mentions a query matches, the newest of them, and how many on each UTC day, oldest first.

    Those whose date is not known count among the matches and on no day.
    """

    matches: int
    sample: list[MentionView]
    days: list[tuple[date, int]]


@may("read")
def preview(session: Session, viewer: Viewer, query: str, days: int, now: datetime) -> Preview:
    """Matches the query against the mentions published in the last `days` days. Raises Problem 422 on a bad query."""
    condition = matches_query(query, "query", viewer.user_id)
    first = now.date() - timedelta(days=days - 1)
    start = datetime(first.year, first.month, first.day, tzinfo=now.tzinfo)
    here = (
        Mention.workspace_id == viewer.workspace_id,
        Mention.deleted_at.is_(None),
        Mention.published_at >= start,
        condition,
    )
    day = cast(func.timezone("UTC", Mention.published_at), Date)
    known = case((~Mention.published_guessed, day))
    by_day = select(known.label("day"), func.count().label("number")).where(*here).group_by(known)
    counted: dict[date | None, int] = {row.day: row.number for row in session.execute(by_day)}
    newest = select(Mention).where(*here).order_by(Mention.published_at.desc(), Mention.id.desc()).limit(SAMPLE)
    series = [(first + timedelta(days=n), counted.get(first + timedelta(days=n), 0)) for n in range(days)]
    return Preview(sum(counted.values()), views(session, viewer, list(session.scalars(newest))), series)

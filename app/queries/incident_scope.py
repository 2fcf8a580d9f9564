"""Which mentions an incident counted: those of its window when it was last evaluated for a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import SQLColumnExpression, exists, func, select
from sqlalchemy.orm import Session, aliased

from alerts.base import Counted
from alerts.stored import explanation_from_json
from app.models import IncidentEvent, IncidentRow, Match, Mention
from app.problems import not_found
from app.viewer import Viewer, may

STANCES: dict[Counted, str] = {"detractors": "detractor", "promoters": "promoter"}
EVALUATED = ("opened", "worsened", "reminder")


@dataclass(frozen=True, slots=True)
class IncidentScope:
    """The brand and the stance that an incident counted, published from `since` to before `until`, stored by then.

    Stances are counted by stories, `mentions` (then no stance) with all copies.
    """

    brand_id: UUID
    stance: str | None
    since: datetime
    until: datetime
    seen: datetime

    def conditions(self, viewer: Viewer) -> list[SQLColumnExpression[bool]]:
        """What is true of the mentions that were counted."""
        counted = aliased(Match)  # the feed may join the matches of a brand itself
        match: list[SQLColumnExpression[bool]] = [
            counted.workspace_id == viewer.workspace_id,
            counted.mention_id == Mention.id,
            counted.brand_id == self.brand_id,
            counted.published_at >= self.since,
            counted.published_at < self.until,
        ]
        if self.stance:
            match += [counted.stance == self.stance, counted.lead]
        return [
            exists().where(*match),
            Mention.published_at >= self.since,
            Mention.published_at < self.until,
            Mention.collected_at <= self.seen,
            ~Mention.published_guessed,
            Mention.status != "irrelevant",
        ]


@may("read")
def incident_scope(session: Session, viewer: Viewer, incident_id: UUID) -> IncidentScope:
    """What an incident counted. Raises Problem 404."""
    row = session.get(IncidentRow, (viewer.workspace_id, incident_id))
    if row is None:
        raise not_found("incident")
    last = session.scalar(
        select(func.max(IncidentEvent.at)).where(
            IncidentEvent.workspace_id == viewer.workspace_id,
            IncidentEvent.incident_id == incident_id,
            IncidentEvent.kind.in_(EVALUATED),
        )
    )
    return scope_of(row, last or row.opened_at)


def scope_of(row: IncidentRow, seen: datetime) -> IncidentScope:
    """The scope of an incident whose figures are of the moment `seen`."""
    try:
        told = explanation_from_json(row.explanation)
    except ValidationError:
        told = None
    if told is None or told.since is None:
        return IncidentScope(row.brand_id, "detractor", row.since or row.opened_at - timedelta(days=1), seen, seen)
    end = min(told.since + timedelta(hours=told.window_hours), seen)
    return IncidentScope(row.brand_id, STANCES.get(told.counted), told.since, end, seen)

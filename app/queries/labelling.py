"""The audit sample: what people have to label, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AuditMatch, Brand, Match, Mention
from app.pipeline.judge.audit_sample import monday
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@dataclass(frozen=True, slots=True)
class ToLabel:
    """A mention that waits for its label, and its brand. It leaves out the model's answer, so as not to bias
    anybody."""

    id: UUID
    drawn_at: datetime
    mention: Mention
    brand: Brand
    spans: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many mentions were drawn in a week, and how many of them were labelled or skipped."""

    drawn: int
    answered: int


@may("read")
def to_label(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[ToLabel]:
    """The mentions that wait for a label, in the order drawn."""
    statement = (
        select(AuditMatch, Mention, Brand, Match.spans)
        .join(Mention, (Mention.workspace_id == AuditMatch.workspace_id) & (Mention.id == AuditMatch.mention_id))
        .join(Brand, (Brand.workspace_id == AuditMatch.workspace_id) & (Brand.id == AuditMatch.brand_id))
        .outerjoin(
            Match,
            (Match.workspace_id == AuditMatch.workspace_id)
            & (Match.brand_id == AuditMatch.brand_id)
            & (Match.mention_id == AuditMatch.mention_id),
        )
        .where(AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.label.is_(None))
        .where(Mention.deleted_at.is_(None))
    )
    return page(session, statement, Order("audit sample", AuditMatch.id, descending=False), after, limit).map(
        lambda rows: [
            ToLabel(row.AuditMatch.id, row.AuditMatch.drawn_at, row.Mention, row.Brand, row.spans or {}) for row in rows
        ]
    )


@may("read")
def progress(session: Session, viewer: Viewer, now: datetime) -> Progress:
    """How far the labelling of this week's sample has come."""
    here = (AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.week == monday(now))
    drawn, answered = session.execute(select(func.count(), func.count(AuditMatch.label)).where(*here)).one()
    return Progress(drawn, answered)


@may("read")
def last_label(session: Session, viewer: Viewer, now: datetime) -> UUID | None:
    """The mention that the viewer labelled last this week, which «undo» removes."""
    mine = (AuditMatch.workspace_id == viewer.workspace_id, AuditMatch.labelled_by == viewer.actor)
    return session.scalar(
        select(AuditMatch.id)
        .where(*mine, AuditMatch.label.is_not(None), AuditMatch.week == monday(now))
        .order_by(AuditMatch.labelled_at.desc(), AuditMatch.id.desc())
        .limit(1)
    )

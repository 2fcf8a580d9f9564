"""What the viewer was told: what was given to them, and which notes name them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.models import AlertRule, Brand, ForYou, IncidentRow, Mention
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

EXCERPT = 160


@dataclass(frozen=True, slots=True)
class ForYouView:
    """One line: why somebody was told, and what of. `title` is that of the mention, or the beginning of its text; of an
    incident, its brand and its rule."""

    row: ForYou
    title: str

    @property
    def href(self) -> str:
        return f"/mentions/{self.row.target_id}" if self.row.target == "mention" else f"/alerts/{self.row.target_id}"


@may("own")
def for_you(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[ForYouView]:
    """One page of it, newest first, without what is about something gone. Raises Problem 422 on a foreign cursor."""
    here = viewer.workspace_id
    said = case((Mention.title != "", Mention.title), else_=func.left(Mention.text, EXCERPT))
    told = case((ForYou.target == "mention", said), else_=func.concat(Brand.name, " · ", AlertRule.name))
    lines = (
        select(ForYou, told.label("title"))
        .outerjoin(Mention, _is(Mention, here, "mention") & Mention.deleted_at.is_(None))
        .outerjoin(IncidentRow, _is(IncidentRow, here, "incident"))
        .outerjoin(Brand, (Brand.workspace_id == here) & (Brand.id == IncidentRow.brand_id))
        .outerjoin(AlertRule, (AlertRule.workspace_id == here) & (AlertRule.id == IncidentRow.rule_id))
        .where(ForYou.workspace_id == here, ForYou.user_id == viewer.user_id)
        .where(or_(Mention.id.is_not(None), IncidentRow.id.is_not(None)))
    )
    found = page(session, lines, Order("for you", ForYou.id), after, limit)
    return found.map(lambda rows: [ForYouView(row.ForYou, row.title) for row in rows])


@may("read")
def is_unread(session: Session, viewer: Viewer, target: str, target_id: UUID) -> bool:
    """Whether the viewer was told of this mention or incident, and has not read it yet."""
    mine = (ForYou.workspace_id == viewer.workspace_id, ForYou.user_id == viewer.user_id, ForYou.read_at.is_(None))
    here = exists().where(*mine, ForYou.target == target, ForYou.target_id == target_id)
    return bool(session.scalar(select(here)))


def _is(table: type[Mention] | type[IncidentRow], workspace_id: UUID, target: str) -> ColumnElement[bool]:
    return (table.workspace_id == workspace_id) & (table.id == ForYou.target_id) & (ForYou.target == target)

"""The alert rules of a workspace."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AlertRule
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("read")
def rules(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[AlertRule]:
    """The rules, oldest first."""
    statement = select(AlertRule).where(AlertRule.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("rule", AlertRule.id, descending=False), after, limit).map(
        lambda rows: [row.AlertRule for row in rows]
    )


@may("read")
def rule(session: Session, viewer: Viewer, rule_id: UUID) -> AlertRule:
    """One rule. Raises Problem 404."""
    row = session.get(AlertRule, (viewer.workspace_id, rule_id))
    if row is None:
        raise not_found("alert rule")
    return row


@may("read")
def rule_ids(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """The id of each rule by its name, sorted by that name."""
    rows = session.execute(select(AlertRule.name, AlertRule.id).where(AlertRule.workspace_id == viewer.workspace_id))
    return dict(sorted(rows.all()))

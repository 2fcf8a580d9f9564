"""API keys and the audit log, for administrators."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ApiKey, AuditEntry
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("admin")
def api_keys(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[ApiKey]:
    """The keys, oldest first. What is stored of a key opens nothing."""
    statement = select(ApiKey).where(ApiKey.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("key", ApiKey.id, descending=False), after, limit).map(
        lambda rows: [row.ApiKey for row in rows]
    )


@may("admin")
def audit_log(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[AuditEntry]:
    """Who did what, newest first."""
    statement = select(AuditEntry).where(AuditEntry.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("audit", AuditEntry.id), after, limit).map(
        lambda rows: [row.AuditEntry for row in rows]
    )

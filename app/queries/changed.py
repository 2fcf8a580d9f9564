"""Which mentions a change of several was about."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import BulkItem
from app.viewer import Viewer, may


@may("read")
def changed_by(session: Session, viewer: Viewer, change_id: UUID, limit: int) -> list[UUID]:
    """The ids of the first mentions of a change, in the order of their ids."""
    here = select(BulkItem.mention_id).where(BulkItem.workspace_id == viewer.workspace_id)
    return list(session.scalars(here.where(BulkItem.change_id == change_id).order_by(BulkItem.mention_id).limit(limit)))

"""The brands of a workspace by their names, for whoever types one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Brand
from app.viewer import Viewer, may


@may("read")
def brand_ids(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """The id of each brand by its name, sorted by that name."""
    rows = session.execute(select(Brand.name, Brand.id).where(Brand.workspace_id == viewer.workspace_id))
    return dict(sorted(rows.all()))

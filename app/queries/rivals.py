"""The brands that a brand is compared with."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Brand
from app.viewer import Viewer, may

MOST = 12


@may("read")
def rivals(session: Session, viewer: Viewer, brand: Brand) -> list[Brand]:
    """The competitors of a brand, the oldest first, twelve at most: those that were chosen for it, else every
    competitor of the workspace. Those of a competitor are the own brands that it competes with."""
    here = select(Brand).where(Brand.workspace_id == viewer.workspace_id, Brand.id != brand.id)
    if brand.competitors is not None:
        here = here.where(Brand.id.in_(brand.competitors))
    elif brand.kind == "competitor":
        here = here.where(Brand.kind == "own", or_(Brand.competitors.is_(None), Brand.competitors.contains([brand.id])))
    else:
        here = here.where(Brand.kind == "competitor")
    return list(session.scalars(here.order_by(Brand.id).limit(MOST)))

"""The brands of a workspace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Brand
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("read")
def brands(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[Brand]:
    """The brands, oldest first."""
    statement = select(Brand).where(Brand.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("brand", Brand.id, descending=False), after, limit).map(
        lambda rows: [row.Brand for row in rows]
    )


@may("read")
def brands_being_removed(session: Session, viewer: Viewer) -> Sequence[Brand]:
    """The deleted brands whose mentions are still being deleted, the oldest first."""
    here = (Brand.workspace_id == viewer.workspace_id, Brand.removed_at.is_not(None))
    statement = select(Brand).where(*here).order_by(Brand.id)
    return session.scalars(statement, execution_options={"removed": True}).all()


@may("read")
def brand(session: Session, viewer: Viewer, brand_id: UUID) -> Brand:
    """One brand. Raises Problem 404."""
    row = session.get(Brand, (viewer.workspace_id, brand_id))
    if row is None:
        raise not_found("brand")
    return row


@may("read")
def known_brands(session: Session, viewer: Viewer, ids: Collection[UUID]) -> list[Brand]:
    """These brands, in the order given. Raises Problem 404 when one of them is not the viewer's."""
    return [brand(session, viewer, brand_id) for brand_id in ids]


@may("read")
def brand_ids(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """The id of each brand by its name, sorted by that name."""
    rows = session.execute(select(Brand.name, Brand.id).where(Brand.workspace_id == viewer.workspace_id))
    return dict(sorted(rows.all()))

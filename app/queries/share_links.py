"""The links that show the page of a reputation to whoever has them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Brand, ShareLink
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("read")
def share_links(
    session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT
) -> Slice[tuple[ShareLink, Brand]]:
    """The links with their brands, newest first, expired ones too. What is stored of a link opens nothing."""
    statement = (
        select(ShareLink, Brand)
        .join(Brand, (Brand.workspace_id == ShareLink.workspace_id) & (Brand.id == ShareLink.brand_id))
        .where(ShareLink.workspace_id == viewer.workspace_id)
    )
    return page(session, statement, Order("link", ShareLink.id), after, limit).map(
        lambda rows: [(row.ShareLink, row.Brand) for row in rows]
    )

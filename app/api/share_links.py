"""Read-only links to the page of a reputation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import share_links as actions
from app.api.deps import Id, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, Out, Page, page_of
from app.models import Brand, ShareLink
from app.queries.brands import brand
from app.queries.share_links import share_links

router = APIRouter(prefix="/api/v1", tags=["reputation"], route_class=Route)


class ShareLinkOut(Out):
    """A link, without what opens it."""

    id: UUID
    name: str
    brand: BrandRef
    choice: dict[str, Any] = Field(description="What the page shows: period, by, weight, source, language.")
    mentions: bool = Field(description="Whether it shows texts of mentions too.")
    created_by: str
    created_at: datetime
    expires_at: datetime
    opened: int = Field(description="How many times it was opened.")


class NewShareLinkOut(ShareLinkOut):
    """A new link: `url` is shown only this once."""

    url: str


@router.get("/share-links")
def list_share_links(viewer: Reader, session: Reading, page: Paged) -> Page[ShareLinkOut]:
    """The links, newest first."""
    return page_of(share_links(session, viewer, page.after, page.limit), lambda pair: link_out(*pair))


@router.post("/share-links", status_code=201)
def create_share_link(
    new: actions.NewShareLink, viewer: Writer, session: Writing, services: Served, now: Now
) -> NewShareLinkOut:
    """Makes a link that shows the page of one brand to whoever has it, and shows it only this once."""
    made = actions.create(session, viewer, new, now)
    shown = link_out(made.row, brand(session, viewer, new.brand_id))
    return NewShareLinkOut(**shown.model_dump(), url=f"{services.settings.address}/shared/{made.token}")


@router.delete("/share-links/{link_id}", status_code=204)
def revoke_share_link(link_id: Id, viewer: Writer, session: Writing) -> None:
    """Revokes a link: it shows nothing from the next request on."""
    actions.revoke(session, viewer, ident(link_id, "link"))


def link_out(row: ShareLink, of: Brand) -> ShareLinkOut:
    """A link as the API shows it."""
    plain = {name: getattr(row, name) for name in ShareLinkOut.model_fields if name != "brand"}
    return ShareLinkOut(brand=BrandRef.model_validate(of), **plain)

"""Read-only links to the page of a reputation: made, shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.fields import Fields, Language, Name
from app.crypto import digest, token
from app.models import ShareLink, Source, uuid7
from app.problems import FieldError, invalid, not_found
from app.viewer import Viewer, may

LONGEST = timedelta(days=366)


class NewShareLink(Fields):
    """A link to the page of one brand, with what the page chooses. Without `mentions` it shows no text of anybody."""

    name: Name
    brand_id: UUID
    expires_at: AwareDatetime
    mentions: bool = False
    period: Literal["7", "30", "90", "365"] = "30"
    by: Literal["day", "week", "month"] | None = None
    weight: Literal["stories", "mentions", "reach"] = "stories"
    source: UUID | None = None
    language: Annotated[Language | None, Field()] = None


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link: `token` is shown now and never again."""

    row: ShareLink
    token: str


@may("write")
def create(session: Session, viewer: Viewer, new: NewShareLink, now: datetime) -> MadeLink:
    """Makes a link. Raises Problem 404 for a brand or source that is not the viewer's, 422 for an end that is past or
    further away than a year."""
    check_brand(session, viewer, new.brand_id)
    if new.source is not None and session.get(Source, (viewer.workspace_id, new.source)) is None:
        raise not_found("source")
    if new.expires_at <= now:
        raise invalid(FieldError("expires_at", "This date is past."))
    if new.expires_at > now + LONGEST:
        raise invalid(FieldError("expires_at", "A link lasts a year at most."))
    chosen = {name: getattr(new, name) for name in ("period", "by", "weight", "source", "language")}
    secret = token()
    row = ShareLink(
        id=uuid7(),
        workspace_id=viewer.workspace_id,
        brand_id=new.brand_id,
        name=new.name,
        token_hash=digest(secret),
        choice={name: str(value) for name, value in chosen.items() if value},
        mentions=new.mentions,
        timezone=viewer.timezone,
        created_by=viewer.actor,
        expires_at=new.expires_at,
    )
    session.add(row)
    record(session, viewer, "share-link.create", row.id, name=new.name, mentions=new.mentions)
    session.flush()
    session.refresh(row)
    return MadeLink(row, secret)


@may("write")
def revoke(session: Session, viewer: Viewer, link_id: UUID) -> None:
    """Revokes a link: it shows nothing from the next request on. Raises Problem 404."""
    row = session.get(ShareLink, (viewer.workspace_id, link_id), with_for_update=True)
    if row is None:
        raise not_found("link")
    record(session, viewer, "share-link.revoke", link_id, name=row.name, opened=row.opened)
    session.delete(row)
    session.flush()

"""The choices that the filters of the feed offer, and how many mentions came since it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Brand, Mention, Source
from app.queries.feed import FeedFilter, statement_of
from app.viewer import Viewer, may

LOOKED_AT = 5_000  # recent mentions whose platforms and languages are offered: a full scan would cost a second
MOST = 200
COUNTED = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """The brands and sources of a workspace by name, and the platforms and languages of its recent mentions."""

    brands: list[Brand]
    sources: list[Source]
    platforms: list[str]
    languages: list[str]


@may("read")
def choices(session: Session, viewer: Viewer) -> Choices:
    """The choices of the viewer's workspace."""
    here = viewer.workspace_id
    brands = session.scalars(select(Brand).where(Brand.workspace_id == here).order_by(Brand.id).limit(MOST))
    sources = session.scalars(
        select(Source).where(Source.workspace_id == here).order_by(func.lower(Source.name)).limit(MOST)
    )
    recent = (
        select(Mention.platform, Mention.language)
        .where(Mention.workspace_id == here)
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    pairs = session.execute(select(recent.c.platform, recent.c.language).distinct()).all()
    return Choices(
        list(brands),
        list(sources),
        sorted({platform for platform, _ in pairs if platform}),
        sorted({language for _, language in pairs if language}),
    )


@may("read")
def count_arrived(session: Session, viewer: Viewer, filters: FeedFilter, since: datetime) -> int:
    """How many mentions of a feed were collected after `since`; counting stops at 100."""
    statement, _ = statement_of(session, viewer, filters)
    newer = statement.where(Mention.collected_at > since).with_only_columns(Mention.id).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(newer)) or 0

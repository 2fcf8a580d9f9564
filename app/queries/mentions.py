"""One mention and all that is known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Brand, Match, Mention, Revision, Source, Story
from app.problems import not_found
from app.queries.threads import conversation
from app.viewer import Viewer, may

COPIES = 100
REVISIONS = 100


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match and its brand."""

    match: Match
    brand: Brand


@dataclass(frozen=True, slots=True)
class MentionView:
    """A mention with its matches, its source, and the number of mentions of its story, itself included."""

    mention: Mention
    matches: list[MatchView]
    source: Source | None
    copies: int


@dataclass(frozen=True, slots=True)
class MentionDetail:
    """A mention, its conversation, oldest first, the other mentions of its story and its history, newest first."""

    view: MentionView
    copies: list[Mention]
    history: list[Revision]
    conversation: list[Mention]


@may("read")
def views(session: Session, viewer: Viewer, mentions: Sequence[Mention]) -> list[MentionView]:
    """These mentions with their matches, sources and copies, in the same order."""
    if not mentions:
        return []
    matches: dict[UUID, list[MatchView]] = defaultdict(list)
    rows = session.execute(
        select(Match, Brand)
        .join(Brand, (Brand.workspace_id == Match.workspace_id) & (Brand.id == Match.brand_id))
        .where(Match.workspace_id == viewer.workspace_id, Match.mention_id.in_([m.id for m in mentions]))
        .order_by(Match.brand_id)
    )
    for match, brand in rows:
        matches[match.mention_id].append(MatchView(match, brand))
    sources = _sources(session, viewer, {m.source_id for m in mentions if m.source_id})
    stories = _copies(session, viewer, {m.story_id for m in mentions if m.story_id})
    return [
        MentionView(
            m,
            matches[m.id],
            sources.get(m.source_id) if m.source_id else None,
            stories.get(m.story_id, 1) if m.story_id else 1,
        )
        for m in mentions
    ]


@may("read")
def mentions_of(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> list[MentionView]:
    """Those of these mentions that are the viewer's, newest first."""
    here = select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.deleted_at.is_(None))
    newest = (Mention.published_at.desc(), Mention.id.desc())
    return views(session, viewer, session.scalars(here.where(Mention.id.in_(ids)).order_by(*newest)).all())


def _sources(session: Session, viewer: Viewer, ids: set[UUID]) -> dict[UUID, Source]:
    statement = select(Source).where(Source.workspace_id == viewer.workspace_id, Source.id.in_(ids))
    return {source.id: source for source in session.scalars(statement)} if ids else {}


def _copies(session: Session, viewer: Viewer, ids: set[UUID]) -> dict[UUID, int]:
    statement = select(Story.id, Story.copies).where(Story.workspace_id == viewer.workspace_id, Story.id.in_(ids))
    return {row.id: row.copies for row in session.execute(statement)} if ids else {}


@may("read")
def mention(session: Session, viewer: Viewer, mention_id: UUID) -> MentionDetail:
    """One mention with its matches, copies and history. Raises Problem 404."""
    row = session.get(Mention, (viewer.workspace_id, mention_id))
    if row is None or row.deleted_at is not None:
        raise not_found("mention")
    copies: list[Mention] = []
    if row.story_id:
        copies = list(
            session.scalars(
                select(Mention)
                .where(
                    Mention.workspace_id == viewer.workspace_id,
                    Mention.story_id == row.story_id,
                    Mention.id != row.id,
                    Mention.deleted_at.is_(None),
                )
                .order_by(Mention.published_at.desc(), Mention.id.desc())
                .limit(COPIES)
            )
        )
    history = session.scalars(
        select(Revision)
        .where(Revision.workspace_id == viewer.workspace_id, Revision.mention_id == mention_id)
        .order_by(Revision.id.desc())
        .limit(REVISIONS)
    )
    around = conversation(session, viewer, row)
    return MentionDetail(views(session, viewer, [row])[0], copies, list(history), around)

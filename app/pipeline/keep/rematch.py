"""Applies a brand's changed query to the mentions that are stored, page by page; an interrupted run starts over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import Brand, Match, Mention, Source
from app.pipeline.keep.matches import MentionRef, add_match, mark_dirty
from app.pipeline.keep.store import lock_workspace
from app.pipeline.sift.queries import is_readable
from matching.match import BrandQuery, Matcher
from matching.query import parse, to_tsquery

PAGE = 500


class Rematch:
    """The step: `Rematch(db, jobs)(workspace_id, brand_id)`. Adds and removes matches; corrected stances stay."""

    def __init__(self, db: Database, jobs: Jobs, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._db, self._jobs, self._now = db, jobs, now

    def __call__(self, workspace_id: str, brand_id: str) -> int:
        """Returns how many stored mentions were matched again."""
        workspace, brand, after, done = UUID(workspace_id), UUID(brand_id), UUID(int=0), 0
        with self._db.reading() as session:
            requested_at = session.scalar(select(Brand.rematch_requested_at).where(*_is(workspace, brand)))
        while requested_at is not None:
            with self._db.writing() as session:
                lock_workspace(session, workspace)
                seen = self._page(session, workspace, brand, after)
                if seen:
                    self._jobs.defer(session, "score")
                    self._jobs.defer(session, "watch", workspace_id=workspace_id, brand_id=brand_id)
                else:
                    session.execute(
                        update(Brand)
                        .where(*_is(workspace, brand), Brand.rematch_requested_at == requested_at)
                        .values(rematch_requested_at=None)
                    )
            if not seen:
                break
            after, done = seen[-1], done + len(seen)
        return done

    def _page(self, session: Session, workspace: UUID, brand_id: UUID, after: UUID) -> list[UUID]:
        """Matches a page of mentions again, those that match now or did before. Returns their ids in order."""
        brand = session.scalars(select(Brand).where(*_is(workspace, brand_id))).one_or_none()
        if brand is None or not is_readable(brand_id, brand.query):
            return []
        query = func.cast(literal(to_tsquery(parse(brand.query))), TSQUERY)
        matched_before = exists().where(
            Match.workspace_id == workspace, Match.brand_id == brand_id, Match.mention_id == Mention.id
        )
        tied = exists().where(
            Source.workspace_id == workspace, Source.id == Mention.source_id, Source.brand_id == brand_id
        )
        ref = (Mention.id, Mention.story_id, Mention.published_at, Mention.collected_at, Mention.published_guessed)
        rows = session.execute(
            select(*ref, Mention.title, Mention.text, matched_before.label("matched_before"), tied.label("tied"))
            .where(Mention.workspace_id == workspace, Mention.id > after)
            .where(or_(Mention.search.bool_op("@@")(query), matched_before))
            .order_by(Mention.id)
            .limit(PAGE)
        )
        matcher = Matcher([BrandQuery(brand_id, brand.query)])
        ids = []
        for row in rows:
            ids.append(row.id)
            matches = matcher.match(row.title, row.text)
            if matches and not row.matched_before:
                mention = MentionRef(row.id, row.story_id, row.published_at, row.collected_at, row.published_guessed)
                add_match(session, workspace, mention, matches[0])
            elif row.matched_before and not matches and not row.tied:
                mark_dirty(session, workspace, [row.id])
                session.execute(
                    delete(Match).where(
                        Match.workspace_id == workspace, Match.brand_id == brand_id, Match.mention_id == row.id
                    )
                )
        return ids


def _is(workspace: UUID, brand_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Brand.workspace_id == workspace, Brand.id == brand_id)

"""Applies a brand's changed query to what is stored already, in pages that may be interrupted."""

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
from app.pipeline.keep.store import add_match, lock_workspace, mark_dirty
from matching.match import BrandQuery, Matcher
from matching.query import parse, to_tsquery

PAGE = 500


class Rematch:
    """The step: `Rematch(db, jobs)(workspace_id, brand_id)`. Matches are added and removed; corrections stay."""

    def __init__(self, db: Database, jobs: Jobs, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._db, self._jobs, self._now = db, jobs, now

    def __call__(self, workspace_id: str, brand_id: str) -> int:
        """Returns how many stored mentions were looked at again."""
        workspace, brand, after, done = UUID(workspace_id), UUID(brand_id), UUID(int=0), 0
        with self._db.reading() as session:
            asked = session.scalar(select(Brand.rematch_requested_at).where(*_is(workspace, brand)))
        while asked is not None:
            with self._db.writing() as session:
                lock_workspace(session, workspace)
                seen = self._page(session, workspace, brand, after)
                if seen:
                    self._jobs.defer(session, "score")
                    self._jobs.defer(session, "watch", workspace_id=workspace_id, brand_id=brand_id)
                else:
                    session.execute(
                        update(Brand)
                        .where(*_is(workspace, brand), Brand.rematch_requested_at == asked)
                        .values(rematch_requested_at=None)
                    )
            if not seen:
                break
            after, done = seen[-1], done + len(seen)
        return done

    def _page(self, session: Session, workspace: UUID, brand_id: UUID, after: UUID) -> list[UUID]:
        """Looks at a page of the mentions that match now or did before. Returns their ids, in order."""
        brand = session.scalars(select(Brand).where(*_is(workspace, brand_id))).one_or_none()
        if brand is None:
            return []
        wanted = func.cast(literal(to_tsquery(parse(brand.query))), TSQUERY)
        before = exists().where(
            Match.workspace_id == workspace, Match.brand_id == brand_id, Match.mention_id == Mention.id
        )
        tied = exists().where(
            Source.workspace_id == workspace, Source.id == Mention.source_id, Source.brand_id == brand_id
        )
        columns = (
            Mention.id,
            Mention.title,
            Mention.text,
            Mention.published_at,
            Mention.collected_at,
            Mention.story_id,
        )
        rows = session.execute(
            select(*columns, before.label("had"), tied.label("tied"))
            .where(Mention.workspace_id == workspace, Mention.id > after)
            .where(or_(Mention.search.bool_op("@@")(wanted), before))
            .order_by(Mention.id)
            .limit(PAGE)
        )
        matcher = Matcher([BrandQuery(brand_id, brand.query)])
        ids = []
        for row in rows.mappings():
            ids.append(row["id"])
            found = matcher.match(row["title"], row["text"])
            if found and not row["had"]:
                add_match(session, workspace, dict(row), found[0])
            elif row["had"] and not found and not row["tied"]:
                mark_dirty(session, workspace, [row["id"]])
                session.execute(
                    delete(Match).where(
                        Match.workspace_id == workspace, Match.brand_id == brand_id, Match.mention_id == row["id"]
                    )
                )
        return ids


def _is(workspace: UUID, brand_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Brand.workspace_id == workspace, Brand.id == brand_id)

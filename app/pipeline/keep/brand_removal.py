"""Deletes the mentions of removed brands, page by page, the newest first; an interrupted run goes on.

`app.actions.brands.delete_brand` puts a brand out of sight, and what acts for it is gone at once. What it has matched
is deleted here, because a third of a million mentions take longer than anybody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.db import Database
from app.models import Brand, Match
from app.pipeline.keep.removal import delete_mentions, end_stories
from app.pipeline.keep.store import lock_workspace

PAGE = 500


class RemoveBrand:
    """The step: `RemoveBrand(db)(workspace_id, brand_id)`. A second run changes nothing."""

    def __init__(
        self,
        db: Database,
        *,
        page: int = PAGE,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._page, self._stopping, self._checkpoint = db, page, stopping, checkpoint

    def __call__(self, workspace_id: str, brand_id: str) -> int:
        """Returns how many matches were deleted."""
        workspace, brand, done = UUID(workspace_id), UUID(brand_id), 0
        while not self._stopping():
            number = self._db.retry(lambda session: self._one_page(session, workspace, brand))
            self._checkpoint("remove-brand:stored")
            if number is None:
                break
            done += number
        return done

    def _one_page(self, session: Session, workspace: UUID, brand_id: UUID) -> int | None:
        """Deletes a page of matches, or at last the brand. None where there is no such removed brand any more."""
        brand = removed_brand(session, workspace, brand_id)
        if brand is None:
            return None
        here = and_(Match.workspace_id == workspace, Match.brand_id == brand_id)
        if brand.removal_total is None:
            brand.removal_total = session.scalar(select(func.count()).select_from(Match).where(here)) or 0
            return 0
        lock_workspace(session, workspace)
        page = _newest(session, here, self._page)
        if not page:
            session.delete(brand)
            return 0
        _delete_page(session, workspace, here, page)
        brand.removal_done += len(page)
        self._checkpoint("remove-brand:before-commit")
        return len(page)


def removed_brand(session: Session, workspace_id: UUID, brand_id: UUID) -> Brand | None:
    """A brand of which the mentions are being deleted; None where it is watched, or gone."""
    here = (Brand.workspace_id == workspace_id, Brand.id == brand_id, Brand.removed_at.is_not(None))
    return session.scalars(select(Brand).where(*here), execution_options={"removed": True}).one_or_none()


def _newest(session: Session, here: ColumnElement[bool], number: int) -> Sequence[Any]:
    """The newest of these matches, and whether another brand has the mention as well."""
    other = aliased(Match)
    shared = exists().where(
        other.workspace_id == Match.workspace_id,
        other.mention_id == Match.mention_id,
        other.brand_id != Match.brand_id,
    )
    newest = (Match.published_at.desc(), Match.mention_id.desc())
    statement = select(Match.mention_id, shared.label("shared")).where(here).order_by(*newest).limit(number)
    return session.execute(statement).all()


def _delete_page(session: Session, workspace_id: UUID, here: ColumnElement[bool], page: Sequence[Any]) -> None:
    """Deletes the mentions that no other brand has, and only the match of the others.

    No hour is counted again, and no lead passed on: what is counted of the brand goes with it.
    """
    alone = [row.mention_id for row in page if not row.shared]
    session.execute(delete(Match).where(here, Match.mention_id.in_([row.mention_id for row in page])))
    end_stories(session, workspace_id, delete_mentions(session, workspace_id, alone))

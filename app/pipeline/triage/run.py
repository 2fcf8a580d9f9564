"""Applies changes for many mentions, or undoes them, page by page. An interrupted run goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import BulkChange, BulkItem, Json, Match
from app.pipeline.triage.apply import By, apply_page, recounts
from app.pipeline.triage.undo import undo_page
from app.pipeline.triage.wish import wish_of

PAGE = 1000
UNDO_FOR = timedelta(seconds=60)
"""How long a change can be undone, from the answer that tells of it, or from its end if that is later."""


class ChangeMany:
    """The step: `ChangeMany(db, jobs)(workspace_id)`. A second run changes nothing."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        *,
        page: int = PAGE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._jobs, self._page, self._now = db, jobs, page, now
        self._stopping, self._checkpoint = stopping, checkpoint
        self._running = threading.Lock()

    def __call__(self, workspace_id: str) -> int:
        """Returns how many mentions were gone through. While a call runs in this process, others return 0 at once."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._work(UUID(workspace_id))
        finally:
            self._running.release()

    def _work(self, workspace: UUID) -> int:
        done = 0
        while not self._stopping():
            seen = self._db.retry(lambda session: self._one_page(session, workspace))
            self._checkpoint("bulk:stored")
            if seen is None:
                break
            done += seen
        return done

    def _one_page(self, session: Session, workspace: UUID) -> int | None:
        """Does a page of the oldest change. None where none waits, or another worker has it."""
        row = session.scalars(
            select(BulkChange)
            .where(BulkChange.workspace_id == workspace, waits())
            .order_by(BulkChange.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        seen = go_on(session, row, self._jobs, self._now(), self._page)
        self._checkpoint("bulk:before-commit")
        return seen


def waits() -> ColumnElement[bool]:
    """The condition for changes that are not over."""
    return BulkChange.state.in_(("applying", "undoing"))


def finish(session: Session, row: BulkChange, jobs: Jobs, now: datetime) -> None:
    """Goes on until the change is applied, or undone. The caller has locked `row`."""
    while row.state in ("applying", "undoing"):
        go_on(session, row, jobs, now)


def go_on(session: Session, row: BulkChange, jobs: Jobs, now: datetime, size: int = PAGE) -> int:
    """Does the next page of a change that is not over. Returns how many mentions it held."""
    statement = select(BulkItem).where(BulkItem.workspace_id == row.workspace_id, BulkItem.change_id == row.id)
    if row.position is not None:
        statement = statement.where(BulkItem.mention_id > row.position)
    fresh = statement.order_by(BulkItem.mention_id).limit(size).execution_options(populate_existing=True)
    page = session.scalars(fresh).all()
    if page and row.state == "applying":
        _apply(session, row, page, now)
    elif page:
        restored, kept = undo_page(session, row, page, By(row.workspace_id, row.undone_by or row.actor, now))
        row.restored, row.kept = row.restored + restored, row.kept + kept
    if recounts(wish_of(row.changes)):
        _watch(session, jobs, row.workspace_id, [item.mention_id for item in page])
    row.position = page[-1].mention_id if page else row.position
    if len(page) < size:
        _end(row, now)
    session.flush()
    return len(page)


def _apply(session: Session, row: BulkChange, page: Sequence[BulkItem], now: datetime) -> None:
    by = By(row.workspace_id, row.actor, now)
    was = apply_page(session, by, [item.mention_id for item in page], wish_of(row.changes))
    note_what_was(session, row, was, now)
    row.done += len(page)


def note_what_was(session: Session, row: BulkChange, was: dict[UUID, Json], now: datetime) -> None:
    """Keeps what mentions were before a change."""
    if was:
        session.connection().execute(
            update(BulkItem)
            .where(
                BulkItem.workspace_id == row.workspace_id,
                BulkItem.change_id == row.id,
                BulkItem.mention_id == bindparam("mention"),
            )
            .values(was=bindparam("before"), at=now),
            [{"mention": mention_id, "before": before} for mention_id, before in was.items()],
        )


def _end(row: BulkChange, now: datetime) -> None:
    row.position = None
    if row.state == "applying":
        row.state, row.undo_until = "done", max(row.undo_until, now + UNDO_FOR)
    else:
        row.state = "undone"


def _watch(session: Session, jobs: Jobs, workspace_id: UUID, mention_ids: Sequence[UUID]) -> None:
    """Has the brands of these mentions counted again, and their rules checked."""
    matched = select(Match.brand_id).where(Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids))
    brands = session.scalars(matched.distinct()).all()
    jobs.defer_all(session, [("watch", {"workspace_id": str(workspace_id), "brand_id": str(key)}) for key in brands])

"""Undoes imports, page by page: deletes what an import alone has brought. An interrupted run goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.db import Database
from app.models import (
    AuditMatch,
    FileImport,
    ImportedAnswer,
    ImportedMention,
    Mention,
    Revision,
    SurveyResponse,
)
from app.pipeline.keep.brought import Table
from app.pipeline.keep.removal import remove_mentions
from app.pipeline.keep.store import lock_workspace

PAGE = 500


class UndoImports:
    """The step: `UndoImports(db)(workspace_id)`. A second run changes nothing."""

    def __init__(
        self,
        db: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._now, self._stopping, self._checkpoint = db, now, stopping, checkpoint
        self._running = threading.Lock()

    def __call__(self, workspace_id: str) -> int:
        """Returns how many items were deleted. While a call runs in this process, others return 0 at once."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._work(UUID(workspace_id))
        finally:
            self._running.release()

    def _work(self, workspace: UUID) -> int:
        removed = 0
        while not self._stopping():
            number = self._db.retry(lambda session: self._one_page(session, workspace))
            self._checkpoint("undo:stored")
            if number is None:
                break
            removed += number
        return removed

    def _one_page(self, session: Session, workspace: UUID) -> int | None:
        """Deletes a page of the import that has waited longest. None where none waits, or another worker has it."""
        row = session.scalars(
            select(FileImport)
            .where(FileImport.workspace_id == workspace, is_being_undone())
            .order_by(FileImport.undo_requested_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        removed = undo_page(session, row, self._now())
        self._checkpoint("undo:before-commit")
        return removed


def is_being_undone() -> ColumnElement[bool]:
    """The condition for imports that somebody asked to undo, and that are not undone yet."""
    return and_(FileImport.undo_requested_at.is_not(None), FileImport.undone_at.is_(None))


def undo_page(session: Session, row: FileImport, now: datetime) -> int:
    """Deletes the next page of what an import alone has brought, and sets `undone_at` with the last one.

    Returns how many were deleted. The caller has locked `row`.
    """
    lock_workspace(session, row.workspace_id)
    table = table_of(row)
    here = (table.workspace_id == row.workspace_id, table.import_id == row.id)
    page = session.scalars(select(table.item_id).where(*here).order_by(table.item_id).limit(PAGE)).all()
    _lock(session, row, page)
    doomed = session.scalars(alone(row).where(table.item_id.in_(page))).all()
    _remove(session, row, doomed)
    session.execute(delete(table).where(*here, table.item_id.in_(page)))
    row.removed += len(doomed)
    if len(page) < PAGE:
        row.undone_at = now
    session.flush()
    return len(doomed)


def _lock(session: Session, row: FileImport, ids: Sequence[UUID]) -> None:
    """Waits for whoever works on these items, and keeps others from beginning to."""
    what = Mention if row.brand_id is None else SurveyResponse
    here = (what.workspace_id == row.workspace_id, what.id.in_(ids))
    session.execute(select(what.id).where(*here).order_by(what.id).with_for_update())


def _remove(session: Session, row: FileImport, ids: Sequence[UUID]) -> None:
    if row.brand_id is None:
        remove_mentions(session, row.workspace_id, ids)
    else:
        here = (SurveyResponse.workspace_id == row.workspace_id, SurveyResponse.id.in_(ids))
        session.execute(delete(SurveyResponse).where(*here))


def table_of(row: FileImport) -> Table:
    """The table that says what an import brought."""
    return ImportedMention if row.brand_id is None else ImportedAnswer


def alone(row: FileImport) -> Select[UUID]:
    """Selects the ids of what this import alone has brought, and nobody has worked on."""
    table = table_of(row)
    other = aliased(table)
    shared = exists().where(
        other.workspace_id == table.workspace_id, other.item_id == table.item_id, other.import_id != row.id
    )
    mine = select(table.item_id).where(table.workspace_id == row.workspace_id, table.import_id == row.id)
    return mine.where(~shared) if row.brand_id else mine.where(~shared, ~worked_on())


def worked_on() -> ColumnElement[bool]:
    """The condition for imported mentions that somebody has corrected, labelled, tagged, assigned or answered."""
    changed = exists().where(
        Revision.workspace_id == ImportedMention.workspace_id,
        Revision.mention_id == ImportedMention.item_id,
        Revision.actor != "",
    )
    labelled = exists().where(
        AuditMatch.workspace_id == ImportedMention.workspace_id,
        AuditMatch.mention_id == ImportedMention.item_id,
        AuditMatch.label.is_not(None),
    )
    return or_(changed, labelled)

"""Imports of files as rows: begun, counted as they go on, finished, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.jobs import Jobs
from app.models import FileImport, uuid7
from app.pipeline.files.tables import Shape
from app.pipeline.files.undoing import alone, undo_page
from app.problems import Problem, not_found
from app.viewer import Viewer, may
from ground.plain import clean_line

FILE_MAX = 200


class Counts(Protocol):
    """What an import has done so far."""

    stored: int
    updated: int
    unchanged: int
    unmatched: int
    refused_count: int


@may("write")
def begin(
    session: Session,
    viewer: Viewer,
    file: str,
    into: str,
    shape: Shape,
    rows: int,
    now: datetime,
    *,
    source_id: UUID | None = None,
    brand_id: UUID | None = None,
    undated: int = 0,
) -> UUID:
    """Notes that a file of so many rows is being imported: mentions, or where a brand is given, answers about it.

    `into` is the name of the source or of the brand. Returns the id of the import.
    """
    row = FileImport(
        workspace_id=viewer.workspace_id,
        id=uuid7(),
        source_id=source_id,
        brand_id=brand_id,
        source_name=into,
        file=clean_line(file, FILE_MAX),
        actor=viewer.actor,
        shape={**shape.as_json(), "columns": [*shape.columns_read.items()]},
        started_at=now,
        read=rows,
        undated=undated,
    )
    session.add(row)
    session.flush()
    return row.id


@may("write")
def lock_open(session: Session, viewer: Viewer, import_id: UUID) -> FileImport:
    """Locks an import that goes on. Raises Problem 409 once somebody has undone it, 404 where it is gone."""
    row = lock(session, viewer, import_id)
    if row.undo_requested_at is not None:
        raise Problem("import-undone", 409, "Somebody has undone this import while it went on.")
    return row


@may("write")
def lock(session: Session, viewer: Viewer, import_id: UUID) -> FileImport:
    """Locks the import until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(FileImport, (viewer.workspace_id, import_id), with_for_update=True, populate_existing=True)
    if row is None:
        raise not_found("import")
    return row


def note_counts(row: FileImport, counts: Counts) -> None:
    """Writes to its row what an import has done so far."""
    row.stored, row.updated, row.unchanged = counts.stored, counts.updated, counts.unchanged
    row.unmatched, row.refused = counts.unmatched, counts.refused_count


@may("write")
def finish(session: Session, viewer: Viewer, import_id: UUID, counts: Counts, now: datetime) -> None:
    """Notes that the whole file was imported. Raises as `lock_open`."""
    row = lock_open(session, viewer, import_id)
    note_counts(row, counts)
    row.finished_at = now
    session.flush()


@may("write")
def undo(session: Session, viewer: Viewer, import_id: UUID, jobs: Jobs, now: datetime) -> FileImport:
    """Deletes what this import alone has brought, and nobody has worked on; the first 500 at once, the others soon.

    Asking again changes nothing. Raises Problem 404.
    """
    row = lock(session, viewer, import_id)
    if row.undo_requested_at is None:
        row.undo_requested_at = now
        number = session.scalar(select(func.count()).select_from(alone(row).subquery())) or 0
        record(session, viewer, "import.undo", import_id, file=row.file, removes=number)
        undo_page(session, row, now)
        if row.undone_at is None:
            jobs.defer(session, "undo_imports", workspace_id=str(row.workspace_id))
    session.flush()
    return row

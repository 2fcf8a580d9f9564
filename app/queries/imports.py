"""The files that were imported, and what the undo of one would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import FileImport
from app.pipeline.files.undoing import alone, table_of
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

ImportRow: TypeAlias = FileImport
"""An import as it is stored, for those who only show it."""
State = Literal["unfinished", "done", "undoing", "undone"]


@dataclass(frozen=True, slots=True)
class Undo:
    """How many mentions or answers an undo deletes, and how many of what the import brought it leaves.

    Those are what another import brought as well, and what somebody has worked on.
    """

    removes: int
    leaves: int


@may("read")
def file_imports(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[FileImport]:
    """The imports of files, newest first."""
    statement = select(FileImport).where(FileImport.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("import", FileImport.id), after, limit).map(
        lambda rows: [row.FileImport for row in rows]
    )


@may("read")
def file_import(session: Session, viewer: Viewer, import_id: UUID) -> FileImport:
    """One import. Raises Problem 404."""
    row = session.get(FileImport, (viewer.workspace_id, import_id))
    if row is None:
        raise not_found("import")
    return row


@may("read")
def undo_of(session: Session, viewer: Viewer, import_id: UUID) -> Undo:
    """What undoing this import would do now. Raises Problem 404."""
    row = file_import(session, viewer, import_id)
    table = table_of(row)
    here = (table.workspace_id == row.workspace_id, table.import_id == row.id)
    brought = session.scalar(select(func.count()).select_from(table).where(*here)) or 0
    removes = session.scalar(select(func.count()).select_from(alone(row).subquery())) or 0
    return Undo(removes, brought - removes)


def state_of(row: FileImport) -> State:
    """How far an import has come. An unfinished one goes on, or was broken off."""
    if row.undone_at is not None:
        return "undone"
    if row.undo_requested_at is not None:
        return "undoing"
    return "done" if row.finished_at is not None else "unfinished"

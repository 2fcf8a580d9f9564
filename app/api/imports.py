"""The files that were imported: listed, looked at, undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import imports as actions
from app.api.deps import Id, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.models import FileImport
from app.queries.imports import State, file_import, file_imports, state_of, undo_of

router = APIRouter(prefix="/api/v1", tags=["imports"], route_class=Route)


class FileImportOut(Out):
    """A file that was imported, and what came of its rows."""

    id: UUID
    state: State = Field(description="unfinished: it goes on, or was broken off. undoing: being deleted.")
    file: str
    source: str = Field(description="The name of its source; for answers to a survey, of the brand.")
    source_id: UUID | None = Field(description="null where nothing was stored, or the source was deleted since.")
    brand_id: UUID | None = Field(description="The brand that the survey asks about; null for mentions.")
    by: str = Field(description="Who imported it.")
    started_at: datetime
    finished_at: datetime | None
    read: int = Field(description="The rows of the file.")
    stored: int
    updated: int
    unchanged: int = Field(description="Known already.")
    unmatched: int = Field(description="About none of the brands: not kept.")
    refused: int
    undated: int
    columns: dict[str, str] = Field(description="What each column was read as.")
    unused_columns: list[str]
    tool: str | None = Field(description="The tool whose export the file was taken for.")
    header_row: int | None
    sheet: str | None
    sheets: list[str]
    undo_requested_at: datetime | None
    undone_at: datetime | None
    removed: int = Field(description="Mentions or answers that the undo has deleted so far.")


class UndoOut(Out):
    """What an undo would do now."""

    removes: int = Field(description="Mentions or answers that only this import has brought: they are deleted.")
    leaves: int = Field(description="What another import has brought as well, or somebody has worked on: it stays.")


class OneImportOut(FileImportOut):
    """A file that was imported, with what its undo would do."""

    undo: UndoOut


def import_out(row: FileImport) -> FileImportOut:
    """An import as the API shows it."""
    return FileImportOut.model_validate(_fields(row))


def _fields(row: FileImport) -> dict[str, object]:
    own = {name: getattr(row, name) for name in FileImportOut.model_fields if hasattr(row, name)}
    shape = {**row.shape, "columns": dict(row.shape["columns"])}
    return {**own, **shape, "state": state_of(row), "source": row.source_name, "by": row.actor}


@router.get("/imports")
def list_imports(viewer: Reader, session: Reading, page: Paged) -> Page[FileImportOut]:
    """The files that were imported, newest first."""
    return page_of(file_imports(session, viewer, page.after, page.limit), import_out)


@router.get("/imports/{import_id}")
def get_import(import_id: Id, viewer: Reader, session: Reading) -> OneImportOut:
    """One import, and what its undo would do."""
    row = file_import(session, viewer, ident(import_id, "import"))
    undo = undo_of(session, viewer, row.id)
    return OneImportOut.model_validate({**_fields(row), "undo": UndoOut.model_validate(undo)})


@router.delete("/imports/{import_id}", status_code=202)
def undo_import(import_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> FileImportOut:
    """Undoes an import: deletes the mentions or answers that it alone has brought, in the background where many.

    What another import or source has brought as well stays, and so does what somebody has worked on. Asking again
    changes nothing. The file can be imported again.
    """
    return import_out(actions.undo(session, viewer, ident(import_id, "import"), services.jobs, now))

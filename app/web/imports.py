"""The files that were imported: what came of each, and the button that undoes it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.actions import imports as actions
from app.queries.imports import file_import, file_imports, state_of, undo_of
from app.web.importing import LABELS
from app.web.page import Visit, editor, member, redirect

router = APIRouter(prefix="/sources/imports")


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The imports, newest first."""
    with visit.services.db.reading() as session:
        found = file_imports(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(session, "imports.html", found=found, state_of=state_of)


@router.get("/{import_id}")
def show_one(import_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One import: how the file was read, what came of its lines, and what an undo would do."""
    with visit.services.db.reading() as session:
        row = file_import(session, visit.viewer, import_id)
        undo = undo_of(session, visit.viewer, import_id)
        return visit.page(session, "import_one.html", one=row, state=state_of(row), undo=undo, labels=LABELS)


@router.post("/{import_id}/undo")
def undo_one(import_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Undoes an import; a second press changes nothing."""
    with visit.services.db.writing() as session:
        row = actions.undo(session, visit.viewer, import_id, visit.services.jobs, visit.now)
        done = state_of(row) == "undone"
    return redirect(f"/sources/imports/{import_id}", "import-undone" if done else "import-undoing")

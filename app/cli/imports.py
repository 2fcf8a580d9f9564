"""`vigie import --list` and `--undo`: the imports that were made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from app.actions import imports as actions
from app.cli.names import operator
from app.cli.reading import Failed
from app.cli.running import running
from app.pipeline.files.undoing import UndoImports
from app.problems import Problem
from app.queries.imports import ImportRow, Undo, file_import, file_imports, state_of, undo_of
from app.queries.paging import LIMIT_MAX
from app.services import Services
from app.viewer import Viewer

SHOWN = ("read", "stored", "updated", "unchanged", "unmatched", "refused", "removed")


def list_imports(workspace: str, *, as_json: bool) -> None:
    """Prints the imports of a workspace, the newest first; as JSON, one object a line."""
    with running() as services, services.db.reading() as session:
        for row in file_imports(session, operator(session, workspace), limit=LIMIT_MAX).items:
            click.echo(json.dumps(as_dict(row), ensure_ascii=False) if as_json else as_line(row))


def undo_import(import_id: str, workspace: str, *, yes: bool, as_json: bool) -> None:
    """Undoes an import to its end, once whoever types has agreed. Raises Failed, click.Abort."""
    with running() as services:
        with services.db.reading() as session:
            viewer = operator(session, workspace)
            row, would = find_import(session, viewer, import_id)
        if not (yes or row.undo_requested_at):
            click.confirm(question(row, would), abort=True, err=True)
        row = undone(services, viewer, row.id)
        click.echo(json.dumps(as_dict(row), ensure_ascii=False) if as_json else f"{row.removed} removed")


def find_import(session: Session, viewer: Viewer, import_id: str) -> tuple[ImportRow, Undo]:
    """The import of this id, and what its undo would do. Raises Failed."""
    try:
        row = file_import(session, viewer, UUID(import_id))
    except (ValueError, Problem):
        raise Failed(f"there is no import {import_id!r}: vigie import --list shows those there are") from None
    return row, undo_of(session, viewer, row.id)


def question(row: ImportRow, would: Undo) -> str:
    """What is asked before an undo."""
    stay = (
        f" ({would.leaves} stay: another import brought them too, or somebody worked on them)" if would.leaves else ""
    )
    return f"Delete {would.removes} of what {row.file!r} brought{stay}?"


def undone(services: Services, viewer: Viewer, import_id: UUID) -> ImportRow:
    """Undoes the import, beside a worker that may do the same, and returns it."""
    with services.db.writing() as session:
        actions.undo(session, viewer, import_id, services.jobs, datetime.now(UTC))
    UndoImports(services.db)(str(viewer.workspace_id))
    with services.db.reading() as session:
        return file_import(session, viewer, import_id)


def as_dict(row: ImportRow) -> dict[str, object]:
    """An import as a script reads it."""
    counts = {name: getattr(row, name) for name in SHOWN}
    when = row.started_at.isoformat()
    return {"id": str(row.id), "state": state_of(row), "file": row.file, "source": row.source_name, "by": row.actor,
            "started_at": when, **counts, "unused_columns": row.shape.get("unused_columns", [])}  # fmt: skip


def as_line(row: ImportRow) -> str:
    """An import as a person reads it."""
    when = row.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return f"{row.id}  {when}  {state_of(row)}  {row.file} → {row.source_name}: {row.stored} of {row.read} stored"

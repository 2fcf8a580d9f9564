"""Remembers which items imports alone have brought, so that the undo of an import removes those and no others."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import ImportedAnswer, ImportedMention
from app.pipeline.keep.bulk import copy_rows

Table = type[ImportedMention] | type[ImportedAnswer]
COLUMNS = ("workspace_id", "import_id", "item_id")


def note_brought(
    session: Session,
    table: Table,
    workspace_id: UUID,
    import_id: UUID | None,
    new: Collection[UUID],
    met: Collection[UUID],
) -> None:
    """Notes who brought items: those that are `new`, and those that were `met` again.

    `import_id` is None where it was no import. What something else than an import brings as well is no longer an
    import's alone, and what it brought first never becomes so.
    """
    if import_id is None:
        _forget(session, table, workspace_id, met)
        return
    if new:
        copy_rows(session, table.__tablename__, COLUMNS, ((workspace_id, import_id, item) for item in new))
    if met:
        here = (table.workspace_id == workspace_id, table.item_id.in_(met))
        known = [*session.scalars(select(table.item_id).where(*here).distinct())]
        rows = [{"workspace_id": workspace_id, "import_id": import_id, "item_id": item} for item in known]
        if rows:
            session.execute(insert(table).values(rows).on_conflict_do_nothing())


def _forget(session: Session, table: Table, workspace_id: UUID, items: Collection[UUID]) -> None:
    if items:
        session.execute(delete(table).where(table.workspace_id == workspace_id, table.item_id.in_(items)))

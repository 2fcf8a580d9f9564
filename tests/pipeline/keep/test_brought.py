"""Which items imports alone have brought."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import FileImport, ImportedMention, Mention
from app.pipeline.keep.brought import note_brought
from tests.rows import mention_row, next_id


@pytest.fixture
def mention(db: Database, workspace_id: UUID) -> Mention:
    with db.writing() as session:
        row = mention_row(workspace_id, "brumelo")
        session.add(row)
    return row


def begun(db: Database, workspace_id: UUID) -> UUID:
    row = FileImport(id=next_id(), workspace_id=workspace_id, source_name="Avis", file="a.csv", actor="ana")
    with db.writing() as session:
        session.add(row)
    return row.id


def note(db: Database, mention: Mention, import_id: UUID | None, *, new: bool = False) -> list[UUID]:
    """Notes that it was brought, and returns the imports that it is of now."""
    with db.writing() as session:
        ids = {mention.id}
        note_brought(
            session, ImportedMention, mention.workspace_id, import_id, ids if new else set(), set() if new else ids
        )
        return sorted(session.scalars(select(ImportedMention.import_id)))


def test_imports_share_a_mention_that_one_of_them_brought(db: Database, mention: Mention, workspace_id: UUID) -> None:
    first, second = begun(db, workspace_id), begun(db, workspace_id)
    assert note(db, mention, first, new=True) == [first]
    assert note(db, mention, second) == [first, second]
    assert note(db, mention, second) == [first, second]


def test_what_a_source_brings_as_well_is_no_longer_an_import_s(
    db: Database, mention: Mention, workspace_id: UUID
) -> None:
    first = begun(db, workspace_id)
    note(db, mention, first, new=True)
    assert note(db, mention, None) == []
    assert note(db, mention, first) == []


def test_what_a_source_brought_first_never_becomes_an_import_s(
    db: Database, mention: Mention, workspace_id: UUID
) -> None:
    assert note(db, mention, None, new=True) == []
    assert note(db, mention, begun(db, workspace_id)) == []

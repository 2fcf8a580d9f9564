"""Rows that are written by COPY."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.models import DirtyHour
from app.pipeline.keep.bulk import copy_rows
from tests.rows import NOW, brand_row

COLUMNS = ("workspace_id", "brand_id", "hour")


def test_rows_are_written_in_the_transaction_of_the_session(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        session.add(brand := brand_row(workspace_id, "Acme"))
        session.flush()
        copy_rows(session, "dirty_hour", COLUMNS, [(workspace_id, brand.id, NOW)])
        assert session.scalars(select(DirtyHour.hour)).all() == [NOW]
        session.rollback()
    with db.reading() as session:
        assert session.scalars(select(DirtyHour.hour)).all() == []


def test_no_row_writes_nothing(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        copy_rows(session, "dirty_hour", COLUMNS, [])
        assert session.scalars(select(DirtyHour.hour)).all() == []

"""The version of a row goes up when it changes, and only then."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from app.actions import brands
from app.actions.versions import versioned
from app.db import Database
from app.jobs import Jobs
from app.models import AuditEntry
from app.viewer import Viewer


def test_what_changes_nothing_raises_no_version_and_leaves_no_line(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        row = brands.create(
            session, viewer, brands.NewBrand(name="Acme", query="acme"), Jobs(), datetime(2026, 11, 22, tzinfo=UTC)
        )
        for name, version in (("Acme", 1), ("Acme", 1), ("Brumelo", 2), ("Brumelo", 2)):
            with versioned(session, viewer, row, "brand.update", ["name"]):
                row.name = name
                session.flush()  # what a query in the block would do
            assert row.version == version
    with db.reading() as session:
        noted = select(AuditEntry.details).where(AuditEntry.action == "brand.update")
        assert session.scalars(noted).all() == [{"fields": ["name"]}]

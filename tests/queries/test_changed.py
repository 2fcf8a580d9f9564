"""Which mentions a change was about."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from app.actions import bulk
from app.actions.mentions import MentionChanges
from app.db import Database
from app.jobs import Jobs
from app.models import uuid7
from app.queries.changed import changed_by
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import mention_row


def test_a_change_tells_its_mentions_and_no_other_change_does(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["manager"])
    with db.writing() as session:
        rows = [mention_row(workspace_id, f"Brumelo says {n}") for n in range(3)]
        session.add_all(rows)
    ids, closed = sorted(row.id for row in rows), MentionChanges(status="closed")
    with db.writing() as session:
        change = bulk.change_these(session, viewer, ids, closed, Jobs(), datetime.now(UTC)).change
    with db.reading() as session:
        assert changed_by(session, viewer, change.id, 2) == ids[:2]
        assert changed_by(session, viewer, uuid7(), 2) == []

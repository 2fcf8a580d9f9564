"""API keys and the audit log, of one workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from app.actions.keys import NewKey, create
from app.db import Database
from app.queries.keys import api_keys, audit_log
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_keys_are_listed_oldest_first_and_the_log_newest_first(
    db: Database, workspace_id: UUID, elsewhere: Viewer
) -> None:
    admin = Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["admin"])
    with db.writing() as session:
        for name in ("first", "second"):
            create(session, admin, NewKey(name=name, scopes=["read"]), NOW)
    with db.reading() as session:
        assert [row.name for row in api_keys(session, admin).items] == ["first", "second"]
        assert [row.details["name"] for row in audit_log(session, admin).items] == ["second", "first"]
        assert (api_keys(session, elsewhere).items, audit_log(session, elsewhere).items) == ([], [])

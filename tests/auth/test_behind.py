"""Which person is behind a request."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from app.auth.behind import person_behind
from app.bootstrap import operator_of
from app.db import Database
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import member_rows


def test_it_is_who_is_logged_in_else_who_made_the_key_else_the_oldest_owner(db: Database, workspace_id: UUID) -> None:
    terminal, one, other = operator_of(workspace_id), uuid4(), uuid4()
    with db.writing() as session:
        assert person_behind(session, terminal) is None
        joined = {}
        for name, day in (("Zoé", 2), ("Ana", 3)):
            user, member = member_rows(workspace_id, name, "owner")
            member.created_at = datetime(2026, 11, day, tzinfo=UTC)
            session.add(user)
            session.flush()
            session.add(member)
            session.flush()
            joined[name] = user.id
        assert person_behind(session, terminal) == joined["Zoé"]
        assert person_behind(session, Viewer(workspace_id, "key:x", ROLE_SCOPES["admin"], behind=one)) == one
        assert person_behind(session, Viewer(workspace_id, "ana", ROLE_SCOPES["admin"], user_id=other)) == other

"""The link of an invitation: what it opens, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.actions import invitations
from app.auth.invitations import recognise
from app.bootstrap import operator_of
from app.db import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_link_opens_its_workspace_until_its_end(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        new = invitations.NewInvitation(role="viewer", days=2)
        made = invitations.create(session, operator_of(workspace_id), new, NOW)
        found = recognise(session, made.token, NOW + timedelta(days=2, seconds=-1))
        assert found is not None
        assert (found.workspace.id, found.viewer.workspace_id, found.invitation.role) == (
            workspace_id,
            workspace_id,
            "viewer",
        )
        for token, now in ((made.token, NOW + timedelta(days=2)), ("", NOW), ("x" * 300, NOW), ("nonsense", NOW)):
            assert recognise(session, token, now) is None

"""Only invitations that still work are listed, only those of the workspace."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.actions.invitations import NewInvitation, create
from app.bootstrap import operator_of
from app.db import Database
from app.queries.invitations import invitations
from app.viewer import Viewer
from tests.rows import NOW


def test_what_is_too_old_or_elsewhere_is_left_out(db: Database, workspace_id: UUID, elsewhere: Viewer) -> None:
    here = operator_of(workspace_id)
    with db.writing() as session:
        create(session, here, NewInvitation(role="viewer", days=1), NOW)
        lasting = create(session, here, NewInvitation(role="viewer", days=3), NOW)
        create(session, elsewhere, NewInvitation(role="viewer", days=3), NOW)
        found = invitations(session, here, NOW + timedelta(days=2))
    assert [one.id for one in found.items] == [lasting.row.id]

"""Links that show one page: what opens them, when they end, and how openings are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.actions.share_links import NewShareLink, create
from app.auth.shared import link_of, note_opened, viewer_of
from app.db import Database
from app.models import AuditEntry, Brand, ShareLink, uuid7
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_only_the_token_opens_a_link_until_it_ends_and_openings_are_counted(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["manager"], timezone="Europe/Paris")
    brand_id = uuid7()
    with db.writing() as session:
        session.add(
            Brand(id=brand_id, workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
        )
        session.flush()
        new = NewShareLink(name="Client", brand_id=brand_id, expires_at=NOW + timedelta(days=7))
        made = create(session, viewer, new, NOW)
        token, stored = made.token, made.row.token_hash
    assert token.encode() not in stored
    assert len(stored) == 32
    for minutes in (0, 5, 65):
        with db.writing() as session:
            row = link_of(session, token, NOW)
            assert row is not None
            note_opened(session, row, NOW + timedelta(minutes=minutes))
    with db.reading() as session:
        row = session.scalars(select(ShareLink)).one()
        assert row.opened == 3
        opened = session.scalars(select(AuditEntry.details).where(AuditEntry.action == "share-link.open")).all()
        assert sorted(one["opened"] for one in opened) == [1, 3]
        assert link_of(session, token, NOW + timedelta(days=7)) is None
        assert link_of(session, token[:-1] + ("A" if token[-1] != "A" else "B"), NOW) is None
        assert link_of(session, "", NOW) is None
        guest = viewer_of(row)
    assert (guest.scopes, guest.user_id, guest.timezone) == ({"read"}, None, "Europe/Paris")

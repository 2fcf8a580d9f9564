"""The links of a workspace, with their brands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.db import Database
from app.models import Brand, ShareLink
from app.queries.share_links import share_links
from app.viewer import Viewer
from tests.queries.conftest import Add


def test_links_are_those_of_the_workspace_newest_first(
    db: Database, viewer: Viewer, elsewhere: Viewer, workspace_id: UUID, add: Add
) -> None:
    brand = Brand(id=UUID(int=1), workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    end = datetime.now(UTC) + timedelta(days=1)
    links = [
        ShareLink(id=UUID(int=n), workspace_id=workspace_id, brand_id=brand.id, name=f"Link {n}",
                  token_hash=bytes([n]), choice={}, created_by="ana", expires_at=end)
        for n in (1, 2)
    ]  # fmt: skip
    add(brand, *links)
    with db.reading() as session:
        found = [(link.name, of.name) for link, of in share_links(session, viewer).items]
        assert found == [("Link 2", "Acme"), ("Link 1", "Acme")]
        assert share_links(session, elsewhere).items == []

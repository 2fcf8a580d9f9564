"""Making and revoking links: what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.actions.share_links import NewShareLink, create, revoke
from app.db import Database
from app.models import uuid7
from app.problems import Problem
from app.viewer import Viewer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_what_is_not_of_the_workspace_is_not_found(db: Database, viewer: Viewer) -> None:
    new = NewShareLink(name="Client", brand_id=uuid7(), expires_at=NOW + timedelta(days=7))
    with db.writing() as session, pytest.raises(Problem) as refused:
        create(session, viewer, new, NOW)
    assert refused.value.status == 404
    with db.writing() as session, pytest.raises(Problem) as unknown:
        revoke(session, viewer, uuid7())
    assert unknown.value.status == 404

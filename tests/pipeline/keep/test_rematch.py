"""A changed query is applied to what is stored."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.db import Database
from app.jobs import Jobs
from app.models import Brand, Match
from app.pipeline.keep.rematch import Rematch
from tests.rows import NOW, brand_row, match_row, mention_row


@pytest.mark.parametrize(("query", "matches", "warnings"), [("acme", 1, 0), ("zephyrine", 0, 0), ("acme AND (", 1, 1)])
def test_history_follows_the_query_and_stays_as_it_is_under_one_that_cannot_be_read(
    db: Database, workspace_id: UUID, query: str, matches: int, warnings: int
) -> None:
    brand = brand_row(workspace_id, "Acme", query=query, rematch_requested_at=NOW)
    mention = mention_row(workspace_id, "acme is loud")
    with db.writing() as session:
        session.add_all([brand, mention])
        session.flush()
        session.add(match_row(mention, brand))
    with capture_logs() as logs:
        for _ in range(2):
            Rematch(db, Jobs())(str(workspace_id), str(brand.id))
    assert len(logs) == warnings
    with db.reading() as session:
        assert session.scalar(select(Brand.rematch_requested_at)) is None
        assert len(session.scalars(select(Match.mention_id)).all()) == matches

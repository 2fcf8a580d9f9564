"""A reader of the workspace `default`, one of another workspace, and a way to add rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC
from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import Bucket, Workspace
from app.pipeline.keep.aggregate import sum_up_days
from app.viewer import ROLE_SCOPES, Viewer

Add = Callable[..., None]


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])


@pytest.fixture
def elsewhere(db: Database) -> Viewer:
    """A reader of the workspace `others`."""
    with db.writing() as session:
        row = Workspace(slug="others", name="Others")
        session.add(row)
        session.flush()
        return Viewer(row.id, "eve", ROLE_SCOPES["admin"])


@pytest.fixture
def add(db: Database) -> Add:
    """Adds rows in their order, those that refer to others after them, and sums up the days of buckets."""

    def added(*rows: Any) -> None:
        with db.writing() as session:
            for row in rows:
                session.add(row)
                session.flush()
            days = defaultdict(set)
            for bucket in (row for row in rows if isinstance(row, Bucket)):
                days[bucket.workspace_id, bucket.brand_id].add(bucket.hour.astimezone(UTC).date())
            for (workspace_id, brand_id), each in days.items():
                sum_up_days(session, workspace_id, brand_id, each)

    return added

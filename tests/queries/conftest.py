"""A reader of the workspace `default`, one of another workspace, and a way to add rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import Workspace
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
    """Adds rows in their order: those that refer to others come after them."""

    def added(*rows: Any) -> None:
        with db.writing() as session:
            for row in rows:
                session.add(row)
                session.flush()

    return added

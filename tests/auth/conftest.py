"""Ana, who has an account in the workspace `default`."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.actions import accounts
from app.db import Database
from app.models import User
from app.viewer import ROLE_SCOPES, Viewer

GOOD = "une girafe sous la pluie"
EMAIL = "ana@example.com"


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])


@pytest.fixture
def ana(db: Database, viewer: Viewer) -> User:
    with db.writing() as session:
        return accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=GOOD), "manager")

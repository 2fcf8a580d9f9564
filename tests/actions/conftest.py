"""An editor of the workspace `default`."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.viewer import ROLE_SCOPES, Viewer


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["manager"])

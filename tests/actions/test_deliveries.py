"""Sending a message again belongs to those who may change things; the API's tests say what it does."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from app.actions.deliveries import retry
from app.db import Database
from app.jobs import Jobs
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer
from tests.alerts.conftest import NOW


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("manager", 404)])
def test_a_message_that_is_not_there_is_told_to_those_who_may_ask(
    db: Database, workspace_id: UUID, role: str, status: int
) -> None:
    viewer = Viewer(workspace_id, "ana", ROLE_SCOPES[role])
    with db.writing() as session, pytest.raises(Problem) as caught:
        retry(session, viewer, uuid4(), Jobs(), NOW)
    assert caught.value.status == status

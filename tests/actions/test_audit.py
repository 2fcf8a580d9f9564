"""The audit log: who did what."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.actions.audit import record
from app.models import AuditEntry
from app.viewer import Viewer

BRAND = UUID(int=7)


def test_a_line_names_the_actor_the_action_and_its_target() -> None:
    session = Session()
    record(session, Viewer(UUID(int=1), "key:script", frozenset()), "brand.update", BRAND, fields=["name"])
    [line] = session.new
    assert isinstance(line, AuditEntry)
    assert (line.workspace_id, line.actor, line.action) == (UUID(int=1), "key:script", "brand.update")
    assert (line.target, line.details) == (str(BRAND), {"fields": ["name"]})

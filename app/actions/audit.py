"""The audit log: who did what, when."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.models import AuditEntry
from app.viewer import Viewer, may


@may("any")
def record(session: Session, viewer: Viewer, action: str, target: object = "", **details: Any) -> None:
    """Writes one line. `action` reads noun.verb; never a secret, never the text of a mention."""
    session.add(
        AuditEntry(
            workspace_id=viewer.workspace_id, actor=viewer.actor, action=action, target=str(target), details=details
        )
    )

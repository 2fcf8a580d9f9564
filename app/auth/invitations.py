"""Invitations: who holds the link may become a member, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import digest
from app.models import Invitation, Workspace
from app.viewer import ROLE_SCOPES, Viewer


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that still works, its workspace, and the viewer as which the link is used: the machine itself."""

    invitation: Invitation
    workspace: Workspace
    viewer: Viewer


def recognise(session: Session, token: str, now: datetime) -> Invited | None:
    """The invitation of a link; None when it is unknown, used, revoked or too old."""
    if not token or len(token) > 200:
        return None
    found = session.execute(
        select(Invitation, Workspace)
        .join(Workspace, Workspace.id == Invitation.workspace_id)
        .where(Invitation.token_hash == digest(token), Invitation.expires_at > now)
    ).one_or_none()
    if found is None:
        return None
    machine = Viewer(found.Workspace.id, "invitation", ROLE_SCOPES["owner"], owns=True)
    return Invited(found.Invitation, found.Workspace, machine)

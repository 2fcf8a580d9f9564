"""How people log in: their sessions, and who of a workspace has two factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.devices import program_of, system_of
from app.auth.sessions import IDLE, name_of
from app.models import LoginSession, Member, User
from app.viewer import Viewer, may


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is logged in. `network` is the beginning of its address, `here`, `local` or empty."""

    name: str
    program: str
    system: str
    network: str
    since: datetime
    seen_at: datetime
    current: bool


@may("own")
def open_sessions(session: Session, viewer: Viewer, now: datetime, current: bytes) -> list[OpenSession]:
    """The viewer's sessions: this one (`current` is its token's digest), then those seen last."""
    rows = session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == viewer.user_id, LoginSession.expires_at > now, LoginSession.seen_at > now - IDLE)
        .order_by((LoginSession.token_hash == current).desc(), LoginSession.seen_at.desc())
        .limit(100)
    )
    return [
        OpenSession(
            name_of(row),
            program_of(row.agent),
            system_of(row.agent),
            row.network,
            row.created_at,
            row.seen_at,
            row.token_hash == current,
        )
        for row in rows
    ]


@may("admin")
def colleagues(session: Session, viewer: Viewer) -> list[User]:
    """The other members of the workspace, by address."""
    others = select(User).join(Member, Member.user_id == User.id).where(Member.workspace_id == viewer.workspace_id)
    return list(session.scalars(others.where(User.id != viewer.user_id).order_by(User.email).limit(500)))

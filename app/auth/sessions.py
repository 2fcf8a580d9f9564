"""Browsers that are logged in: 256 random bits in a cookie, their SHA-256 in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.crypto import digest, token
from app.models import LoginSession, Member, User
from app.viewer import ROLE_SCOPES, Viewer

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Login:
    """A session that is still valid, and its user. `stale`: it is time to call touch() again."""

    token_hash: bytes
    viewer: Viewer
    user: User
    role: str
    stale: bool


def log_in(session: Session, user_id: UUID, workspace_id: UUID, now: datetime, agent: str = "", old: str = "") -> str:
    """Opens a session under a new token and closes `old`, the one that the browser had. Returns the cookie's value."""
    if old:
        log_out(session, old)
    value = token()
    session.add(
        LoginSession(
            token_hash=digest(value),
            user_id=user_id,
            workspace_id=workspace_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            agent=agent[:200],
        )
    )
    session.flush()
    return value


def login_of(session: Session, value: str, now: datetime) -> Login | None:
    """The login that belongs to a cookie, with the user's present role; None when it has ended or never was."""
    rows = session.execute(
        select(LoginSession, User, Member)
        .join(User, User.id == LoginSession.user_id)
        .join(Member, (Member.user_id == User.id) & (Member.workspace_id == LoginSession.workspace_id))
        .where(LoginSession.token_hash == digest(value))
    ).one_or_none()
    if rows is None:
        return None
    row, user, member = rows
    if now >= row.expires_at or now - row.seen_at >= IDLE:
        return None
    viewer = Viewer(
        row.workspace_id,
        user.email,
        ROLE_SCOPES.get(member.role, frozenset()),
        user.id,
        user.language or "en",
        user.timezone or "UTC",
        owns=member.role == "owner",
    )
    return Login(row.token_hash, viewer, user, member.role, now - row.seen_at >= SEEN_EVERY)


def touch(session: Session, token_hash: bytes, now: datetime) -> None:
    """Notes that the session was used: its idle time starts again."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == token_hash).values(seen_at=now))


def log_out(session: Session, value: str) -> None:
    """Closes one session."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == digest(value)))


def log_out_others(session: Session, user_id: UUID, kept: bytes | None = None) -> None:
    """Closes every session of a user but one: after a change of password, or on request."""
    doomed = delete(LoginSession).where(LoginSession.user_id == user_id)
    session.execute(doomed.where(LoginSession.token_hash != kept) if kept else doomed)

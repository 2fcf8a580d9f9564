"""Browsers that are logged in: 256 random bits in a cookie, their SHA-256 in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.crypto import digest, token
from app.models import LoginSession, Member, User, Workspace
from app.viewer import ROLE_SCOPES, Viewer

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
REMEMBERED = timedelta(days=1)
"""How long the row and the cookie of an ended session stay: they say whose form came too late."""
DEMANDS_FACTOR = "second_factor_required"
"""The setting of a workspace that demands two factors of everybody."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What is kept of a browser that logs in. `second_factor`: more than a password was shown."""

    agent: str = ""
    network: str = ""
    second_factor: bool = False


UNKNOWN = Browser()


@dataclass(frozen=True, slots=True)
class Login:
    """A session that is still valid, and its user. `stale`: it is time to call touch() again.

    `lacks_factor`: the workspace demands a second factor, and this session was opened without one.
    """

    token_hash: bytes
    viewer: Viewer
    user: User
    role: str
    stale: bool
    lacks_factor: bool = False


def log_in(
    session: Session, user_id: UUID, workspace_id: UUID, now: datetime, browser: Browser = UNKNOWN, old: str = ""
) -> str:
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
            agent=browser.agent[:200],
            network=browser.network,
            second_factor=browser.second_factor,
        )
    )
    session.flush()
    return value


def login_of(session: Session, value: str, now: datetime) -> Login | None:
    """The login that belongs to a cookie, with the user's present role; None when it has ended or never was."""
    rows = session.execute(
        select(LoginSession, User, Member, Workspace.settings)
        .join(User, User.id == LoginSession.user_id)
        .join(Member, (Member.user_id == User.id) & (Member.workspace_id == LoginSession.workspace_id))
        .join(Workspace, Workspace.id == LoginSession.workspace_id)
        .where(LoginSession.token_hash == digest(value))
    ).one_or_none()
    if rows is None:
        return None
    row, user, member, settings = rows
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
    lacks_factor = bool(settings.get(DEMANDS_FACTOR)) and not row.second_factor
    return Login(row.token_hash, viewer, user, member.role, now - row.seen_at >= SEEN_EVERY, lacks_factor)


def touch(session: Session, token_hash: bytes, now: datetime) -> None:
    """Notes that the session was used: its idle time starts again."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == token_hash).values(seen_at=now))


def log_out(session: Session, value: str) -> None:
    """Closes one session."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == digest(value)))


def ended_login(session: Session, value: str, now: datetime) -> UUID | None:
    """Whose session this cookie opened, when it has ended by itself lately; None when it is valid or not known."""
    row = session.scalars(select(LoginSession).where(LoginSession.token_hash == digest(value))).one_or_none()
    if row is None or (now < row.expires_at and now - row.seen_at < IDLE):
        return None
    return row.user_id


def end_one(session: Session, user_id: UUID, name: str) -> bool:
    """Closes the session of this user that is listed under this name. Returns whether there was one."""
    rows = session.scalars(select(LoginSession).where(LoginSession.user_id == user_id)).all()
    doomed = [row for row in rows if name_of(row) == name]
    for row in doomed:
        session.delete(row)
    return bool(doomed)


def name_of(row: LoginSession) -> str:
    """What a session is called in addresses: it opens nothing."""
    return row.token_hash[:8].hex()


def log_out_others(session: Session, user_id: UUID, kept: bytes | None = None) -> None:
    """Closes every session of a user but one: after a change of password, or on request."""
    doomed = delete(LoginSession).where(LoginSession.user_id == user_id)
    session.execute(doomed.where(LoginSession.token_hash != kept) if kept else doomed)

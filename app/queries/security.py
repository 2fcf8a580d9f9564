"""How people log in: their sessions, and who of a workspace has two factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth import second_factor
from app.auth.devices import program_of, system_of
from app.auth.sessions import DEMANDS_FACTOR, IDLE, name_of
from app.models import LoginSession, Member, SecondFactor, User, Workspace
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


@dataclass(frozen=True, slots=True)
class Factor:
    """The viewer's second factor. `password`: whether there is one to ask for."""

    on: bool
    codes_left: int
    demanded: bool
    password: bool


@dataclass(frozen=True, slots=True)
class Demand:
    """Whether a workspace demands two factors, and how many of its members have not set one up."""

    on: bool
    without: int


@may("own")
def factor_of(session: Session, viewer: Viewer) -> Factor:
    """The viewer's second factor, as their page shows it."""
    assert viewer.user_id
    user = session.get_one(User, viewer.user_id)
    demanded = _is_demanded(session, viewer)
    on = second_factor.is_on(session, user.id)
    return Factor(on, second_factor.codes_left(session, user.id), demanded, bool(user.password_hash))


@may("admin")
def demand_of(session: Session, viewer: Viewer) -> Demand:
    """What the workspace demands, and of how many it would be something new."""
    lacking = ~select(SecondFactor.user_id).where(SecondFactor.user_id == Member.user_id).exists()
    counted = select(func.count()).select_from(Member).where(Member.workspace_id == viewer.workspace_id, lacking)
    return Demand(_is_demanded(session, viewer), session.scalar(counted) or 0)


def _is_demanded(session: Session, viewer: Viewer) -> bool:
    return bool(session.get_one(Workspace, viewer.workspace_id).settings.get(DEMANDS_FACTOR))


@may("admin")
def colleagues(session: Session, viewer: Viewer) -> list[User]:
    """The other members of the workspace, by address."""
    others = select(User).join(Member, Member.user_id == User.id).where(Member.workspace_id == viewer.workspace_id)
    return list(session.scalars(others.where(User.id != viewer.user_id).order_by(User.email).limit(500)))

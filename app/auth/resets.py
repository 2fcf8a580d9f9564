"""A new password for whoever forgot theirs: by a link that works once, within an hour, for one address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import links, passwords, sessions
from app.models import Brand, Member, User
from app.problems import Problem

MAIL = "reset"
"""What asking for a mail is counted as: see throttle.FREE."""


def new_link(session: Session, email: str, now: datetime) -> str:
    """Makes a token for whoever has this address. Nobody looks whether somebody has: it takes as long either way."""
    return links.new_link(session, links.RESET, now, links.HOUR, links.Target(address=email))


def person_of(session: Session, token: str, now: datetime) -> User | None:
    """The account that a link opens; None when it works no longer, or nobody has its address any more."""
    target = links.target_of(session, token, links.RESET, now)
    if target is None or target.address is None:
        return None
    return session.scalars(select(User).where(User.email == target.address)).one_or_none()


def account_of(session: Session, email: str) -> User | None:
    """The account of an address, however it is spelt."""
    return session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()


def workspaces_of(session: Session, user: User) -> list[UUID]:
    """The workspaces that an account belongs to."""
    theirs = select(Member.workspace_id).where(Member.user_id == user.id).order_by(Member.workspace_id)
    return list(session.scalars(theirs))


def check(session: Session, user: User, password: str) -> None:
    """Raises Problem 422 for a password that is too short, or easy to guess for whoever knows this account."""
    theirs = Brand.workspace_id.in_(workspaces_of(session, user))
    brands = session.scalars(select(Brand.name).where(theirs).order_by(Brand.name))
    passwords.check(password, [user.email.partition("@")[0], user.email, user.name, *brands])


def reset(session: Session, token: str, password_hash: str, now: datetime) -> User:
    """Spends the link: sets the password, ends every session and every other link. Raises Problem 403."""
    user = person_of(session, token, now)
    if user is None or not links.spend(session, token, links.RESET, now):
        raise spent()
    user.password_hash = password_hash
    sessions.log_out_others(session, user.id)
    links.end_of(session, links.RESET, user.id, user.email)
    session.flush()
    return user


def spent() -> Problem:
    """403: the link was used, or is too old."""
    return Problem("link-spent", 403, "This link no longer works: ask for a new one.")

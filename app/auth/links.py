"""Links that work once, for one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.crypto import digest, token
from app.models import OneTimeLink

SETUP = "setup"
RESET = "reset"
EMAIL = "email"
LASTS = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a link is for: a person, whoever has an e-mail address, or both."""

    user_id: UUID | None = None
    address: str | None = None


NOBODY = Target()


def new_link(session: Session, purpose: str, now: datetime, lasts: timedelta = LASTS, target: Target = NOBODY) -> str:
    """Makes a token for this purpose and returns it. Earlier ones go on working: another server printed them."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at <= now))
    value = token()
    row = OneTimeLink(token_hash=digest(value), purpose=purpose, created_at=now, expires_at=now + lasts)
    row.user_id, row.address = target.user_id, target.address
    session.add(row)
    session.flush()
    return value


def end_all(session: Session, purpose: str) -> None:
    """No link made for this purpose works any more."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == purpose))


def is_valid(session: Session, value: str, purpose: str, now: datetime) -> bool:
    """Whether the token would work now, for this purpose. Does not use it up."""
    return target_of(session, value, purpose, now) is not None


def target_of(session: Session, value: str, purpose: str, now: datetime) -> Target | None:
    """Whom the token is for; None when it would not work now, for this purpose. Does not use it up."""
    row = session.scalars(select(OneTimeLink).where(OneTimeLink.token_hash == digest(value))).one_or_none()
    if row is None or row.purpose != purpose or now >= row.expires_at:
        return None
    return Target(row.user_id, row.address)


def end_of(session: Session, purpose: str, user_id: UUID, *addresses: str) -> None:
    """No link of this purpose works any more for this person, or for one of these addresses."""
    theirs = or_(OneTimeLink.user_id == user_id, OneTimeLink.address.in_(addresses))
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == purpose, theirs))


def spend(session: Session, value: str, purpose: str, now: datetime) -> bool:
    """Uses the token up. Returns False when it no longer works, or somebody else was quicker."""
    used = session.execute(
        delete(OneTimeLink)
        .where(OneTimeLink.token_hash == digest(value), OneTimeLink.purpose == purpose, OneTimeLink.expires_at > now)
        .returning(OneTimeLink.token_hash)
    )
    return used.one_or_none() is not None

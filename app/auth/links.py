"""Links that work once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.crypto import digest, token
from app.models import OneTimeLink

SETUP = "setup"
LASTS = timedelta(days=1)


def new_link(session: Session, purpose: str, now: datetime, lasts: timedelta = LASTS) -> str:
    """Makes a token for this purpose and returns it. Earlier ones go on working: another server printed them."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at <= now))
    value = token()
    session.add(OneTimeLink(token_hash=digest(value), purpose=purpose, created_at=now, expires_at=now + lasts))
    session.flush()
    return value


def end_all(session: Session, purpose: str) -> None:
    """No link made for this purpose works any more."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == purpose))


def is_valid(session: Session, value: str, purpose: str, now: datetime) -> bool:
    """Whether the token would work now, for this purpose. Does not use it up."""
    row = session.scalars(select(OneTimeLink).where(OneTimeLink.token_hash == digest(value))).one_or_none()
    return row is not None and row.purpose == purpose and now < row.expires_at


def spend(session: Session, value: str, purpose: str, now: datetime) -> bool:
    """Uses the token up. Returns False when it no longer works, or somebody else was quicker."""
    used = session.execute(
        delete(OneTimeLink)
        .where(OneTimeLink.token_hash == digest(value), OneTimeLink.purpose == purpose, OneTimeLink.expires_at > now)
        .returning(OneTimeLink.token_hash)
    )
    return used.one_or_none() is not None

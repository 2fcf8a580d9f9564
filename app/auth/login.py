"""Whether an address and a password go together."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import passwords
from app.models import Member, User


def authenticate(session: Session, email: str, password: str) -> tuple[User, UUID] | None:
    """The user and their first workspace, or None. As slow for an address without account as for a wrong password."""
    found = session.execute(
        select(User, Member.workspace_id)
        .join(Member, Member.user_id == User.id)
        .where(User.email == email.strip().lower())
        .order_by(Member.created_at, Member.workspace_id)
        .limit(1)
    ).one_or_none()
    if not passwords.matches(found[0].password_hash if found else None, password) or found is None:
        return None
    if passwords.outdated(found[0].password_hash):
        found[0].password_hash = passwords.hashed(password)
        session.flush()
    return found[0], found[1]

"""Whether an address and a password go together."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import passwords
from app.db import Database
from app.models import Member, User


@dataclass(frozen=True, slots=True)
class Account:
    """A user, and the workspace that they log in to: the first one that they became a member of."""

    user_id: UUID
    workspace_id: UUID
    password_hash: str


def authenticate(db: Database, email: str, password: str) -> Account | None:
    """The account, or None when the two do not go together; as slow for an address that has no account.

    Hashing takes long, so it happens between transactions. A hash that was made with older parameters is renewed.
    """
    with db.reading() as session:
        account = _account(session, email.strip().lower())
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        return None
    if passwords.is_outdated(account.password_hash):
        renewed = passwords.hash_of(password)
        with db.writing() as session:
            session.get_one(User, account.user_id).password_hash = renewed
    return account


def _account(session: Session, email: str) -> Account | None:
    row = session.execute(
        select(User.id, Member.workspace_id, User.password_hash)
        .join(Member, Member.user_id == User.id)
        .where(User.email == email)
        .order_by(Member.created_at, Member.workspace_id)
        .limit(1)
    ).one_or_none()
    return Account(*row) if row else None

"""Invitations: made, shown once, revoked, and used once by somebody who has an account or makes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from app.actions import accounts
from app.actions.audit import record
from app.actions.fields import Fields
from app.actions.members import owners_only
from app.crypto import digest, token
from app.models import Invitation, Member, User, uuid7
from app.problems import FieldError, Problem, not_found
from app.viewer import Role, Viewer, may

DAYS, MOST_DAYS = 3, 30


class NewInvitation(Fields):
    """An invitation. With an address, only the account of that address may use it."""

    role: Role
    email: accounts.Email | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="For how long the link works.")] = DAYS


@dataclass(frozen=True, slots=True)
class MadeInvitation:
    """A new invitation: its token is shown now and never again."""

    row: Invitation
    token: str


@may("admin")
def create(session: Session, viewer: Viewer, new: NewInvitation, now: datetime) -> MadeInvitation:
    """Makes an invitation. Raises Problem 403 where only an owner may; 409 for somebody who is a member already."""
    if new.role == "owner":
        owners_only(viewer)
    if new.email and _is_member(session, viewer, new.email):
        raise Problem(
            "already-member",
            409,
            "This person is a member already.",
            errors=[FieldError("email", "This person is a member already.")],
        )
    value = token()
    row = Invitation(
        id=uuid7(),
        workspace_id=viewer.workspace_id,
        token_hash=digest(value),
        role=new.role,
        email=new.email,
        invited_by=viewer.actor,
        created_at=now,
        expires_at=now + timedelta(days=new.days),
    )
    session.add(row)
    record(session, viewer, "invitation.create", row.id, role=new.role, **({"email": new.email} if new.email else {}))
    session.flush()
    return MadeInvitation(row, value)


@may("admin")
def revoke(session: Session, viewer: Viewer, invitation_id: UUID) -> None:
    """Ends an invitation: its link no longer works. Raises Problem 404."""
    row = _lock(session, viewer, invitation_id)
    record(session, viewer, "invitation.delete", row.id, role=row.role, **({"email": row.email} if row.email else {}))
    session.delete(row)
    session.flush()


@may("admin")
def accept(session: Session, viewer: Viewer, invitation_id: UUID, user_id: UUID) -> Member:
    """Makes the account a member, with the role of the invitation, which is used up.

    Raises Problem 404 when somebody else was quicker; 403 for another address than the invited one; 409 for a member.
    """
    row, user = _lock(session, viewer, invitation_id), session.get_one(User, user_id)
    _for_address(row, user.email)
    if session.get(Member, (viewer.workspace_id, user_id)) is not None:
        raise Problem("already-member", 409, "You are a member of this workspace already.")
    member = Member(workspace_id=viewer.workspace_id, user_id=user_id, role=row.role)
    session.add(member)
    _used(session, viewer, row, user)
    return member


@may("admin")
def accept_as_new(session: Session, viewer: Viewer, invitation_id: UUID, new: accounts.NewAccount) -> User:
    """Creates an account and makes it a member. Raises Problem 404, 403, 409 as `accept` does, 422 on the password."""
    row = _lock(session, viewer, invitation_id)
    _for_address(row, new.email)
    user = accounts.create(session, viewer, new, row.role)  # type: ignore[arg-type]  # written by NewInvitation
    _used(session, viewer, row, user)
    return user


def _for_address(row: Invitation, email: str) -> None:
    if row.email and row.email != email:
        raise Problem("another-address", 403, "This invitation is for {email}: use that address.", email=row.email)


def _used(session: Session, viewer: Viewer, row: Invitation, user: User) -> None:
    record(session, viewer, "member.join", user.id, email=user.email, role=row.role, invited_by=row.invited_by)
    session.delete(row)
    session.flush()


def _lock(session: Session, viewer: Viewer, invitation_id: UUID) -> Invitation:
    row = session.get(Invitation, (viewer.workspace_id, invitation_id), with_for_update=True)
    if row is None:
        raise not_found("invitation")
    return row


def _is_member(session: Session, viewer: Viewer, email: str) -> bool:
    user = session.query(User).filter(User.email == email).one_or_none()
    return user is not None and session.get(Member, (viewer.workspace_id, user.id)) is not None

"""What people change about how they log in: their address, their sessions; and a new password for a colleague."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.accounts import Email, me
from app.actions.audit import record
from app.actions.fields import Fields
from app.auth import links, passwords, resets, sessions
from app.models import Member, User
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may

IN_CHARGE = ("admin", "owner")


class NewEmail(Fields):
    """The address to log in with from now on."""

    email: Email


@may("own")
def ask_email(session: Session, viewer: Viewer, new: NewEmail, current: str, now: datetime) -> str:
    """Makes the token that confirms a new address. Whether it has an account already is not told here.

    Raises Problem 422 on a wrong password.
    """
    user = me(session, viewer)
    confirm_password(user, current, "email_current")
    links.end_of(session, links.EMAIL, user.id)
    return links.new_link(session, links.EMAIL, now, links.HOUR, links.Target(user.id, new.email))


@may("own")
def confirm_email(session: Session, viewer: Viewer, token: str, now: datetime) -> tuple[str, str]:
    """Spends the token: the account has the new address. Returns the old one and the new one.

    Raises Problem 409 when the link works no longer or is somebody else's, or the address is taken.
    """
    user = me(session, viewer)
    target = links.target_of(session, token, links.EMAIL, now)
    if target is None or target.user_id != user.id or not target.address:
        raise Problem("link-spent", 409, "This link no longer works, or is for another account.")
    if session.scalar(select(User.id).where(User.email == target.address)):
        raise Problem("email-taken", 409, "An account with this address already exists.")
    links.end_of(session, links.EMAIL, user.id)
    links.end_of(session, links.RESET, user.id, user.email, target.address)
    old, user.email = user.email, target.address
    record(session, viewer, "account.email", target.address, before=old)
    session.flush()
    return old, target.address


@may("own")
def end_session(session: Session, viewer: Viewer, name: str) -> None:
    """Logs one of the viewer's browsers out. Raises Problem 404."""
    user = me(session, viewer)
    if not sessions.end_one(session, user.id, name):
        raise not_found("session")
    record(session, viewer, "account.session", user.email)


@may("own")
def end_other_sessions(session: Session, viewer: Viewer, kept: bytes) -> None:
    """Logs every browser of the viewer out but this one."""
    user = me(session, viewer)
    sessions.log_out_others(session, user.id, kept)
    record(session, viewer, "account.sessions", user.email)


@may("admin")
def reset_link(session: Session, viewer: Viewer, user_id: UUID, now: datetime) -> str:
    """Makes the token of a link to a new password for a member.

    Whoever holds it becomes that person, in all their workspaces. Raises Problem 404 for somebody of another workspace,
    403 for somebody who may do more, here or elsewhere, than the viewer.
    """
    theirs, own = _roles_of(session, user_id), _roles_of(session, viewer.user_id)
    if viewer.workspace_id not in theirs:
        raise not_found("member")
    if any(not _covers(own.get(workspace_id), role) for workspace_id, role in theirs.items()):
        raise Problem(
            "forbidden",
            403,
            "This person may do things that you may not: whoever runs Vigie can make the link on the command line.",
        )
    email = session.get_one(User, user_id).email
    record(session, viewer, "account.reset-link", email)
    return resets.new_link(session, email, now)


def _covers(own: str | None, theirs: str) -> bool:
    """Whether somebody with one role may become somebody with the other: only owners may become owners."""
    return own in IN_CHARGE and (theirs != "owner" or own == "owner")


def _roles_of(session: Session, user_id: UUID | None) -> dict[UUID, str]:
    """The role of a person in each of their workspaces."""
    return dict(session.execute(select(Member.workspace_id, Member.role).where(Member.user_id == user_id)).all())


def confirm_password(user: User, current: str, field: str = "current") -> None:
    """Raises Problem 422 unless this is the present password. An account of the single sign-on may have none."""
    if not user.password_hash:
        raise invalid(FieldError(field, "This account has no password yet: log out and use «Forgotten password?»."))
    if not passwords.matches(user.password_hash, current):
        raise invalid(FieldError(field, "This is not your current password."))

"""Accounts of people: creating the first one, changing a password, choosing language and time zone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.actions import sample
from app.actions.audit import record
from app.actions.fields import Changes, Fields, Line, TimeZone
from app.auth import links, passwords, sessions
from app.auth.occasions import OCCASIONS, Occasion
from app.bootstrap import has_account
from app.models import Brand, IncidentRow, Member, Mention, User, uuid7
from app.problems import FieldError, Problem, invalid
from app.viewer import Role, Viewer, may, no_account


def _email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    complete = at and local and ("." in domain.strip(".") or domain == "localhost")
    if not complete or set(value) & set(' ,;<>"\\\t'):
        raise ValueError("write an address like ana@example.com")
    return value


Email = Annotated[Line, StringConstraints(to_lower=True, min_length=3, max_length=254), AfterValidator(_email)]


class NewAccount(Fields):
    """A person who may log in."""

    email: Email
    password: Annotated[str, StringConstraints(max_length=1_000)]
    name: Line = ""
    language: Literal["en", "fr"] | None = None
    timezone: TimeZone | None = None


class Preferences(Changes):
    """How somebody wants to see Vigie, and what they are told by mail; a field left out stays."""

    name: Line = ""
    language: Literal["en", "fr"] | None = None
    timezone: TimeZone | None = None
    appearance: Literal["light", "dark"] | None = None
    occasions: list[Occasion] = Field(default_factory=list, max_length=len(OCCASIONS))


@may("admin")
def create(session: Session, viewer: Viewer, new: NewAccount, role: Role = "admin") -> User:
    """Creates an account and its membership, and ends the links by which the first account could be made.

    The first administrator of a workspace is its owner.
    Raises Problem 409 when an account with this address exists, 422 on the password.
    """
    passwords.check(new.password, _words_near(session, viewer, new.email, new.name))
    row = {
        "id": uuid7(),
        "email": new.email,
        "name": new.name,
        "password_hash": passwords.hash_of(new.password),
        "language": new.language,
        "timezone": new.timezone,
    }
    made = session.execute(insert(User).values(row).on_conflict_do_nothing().returning(User.id)).scalar()
    if made is None:
        error = FieldError("email", "Log in, or use another address.")
        raise Problem("email-taken", 409, "An account with this address already exists.", errors=[error])
    role = "owner" if role == "admin" and not _has_owner(session, viewer) else role
    session.add(Member(workspace_id=viewer.workspace_id, user_id=made, role=role))
    links.end_all(session, links.SETUP)  # they are for the first account only, however it was made
    record(session, viewer, "account.create", new.email, role=role)
    session.flush()
    return session.get_one(User, made)


@may("admin")
def set_up(session: Session, viewer: Viewer, link: str, new: NewAccount, now: datetime) -> User:
    """Creates the first account, with the link from the terminal. Raises Problem 403 when the link no longer works,
    also because somebody has an account already."""
    if has_account(session) or not links.spend(session, link, links.SETUP, now):
        raise Problem("link-spent", 403, "This link no longer works: start Vigie again to get a new one.")
    if new.language:
        sample.rename(session, viewer, new.language)
    return create(session, viewer, new, "owner")


@may("own")
def change_password(
    session: Session, viewer: Viewer, current: str, new: str, current_session: bytes | None = None
) -> None:
    """Sets a new password, and ends all sessions except `current_session`. Raises Problem 422 on a wrong password."""
    user = me(session, viewer)
    if not passwords.matches(user.password_hash, current):
        raise invalid(FieldError("current", "This is not your current password."))
    passwords.check(new, _words_near(session, viewer, user.email, user.name), "new")
    user.password_hash = passwords.hash_of(new)
    sessions.log_out_others(session, user.id, current_session)
    record(session, viewer, "account.password", user.email)
    session.flush()


@may("own")
def prefer(session: Session, viewer: Viewer, changes: Preferences) -> User:
    """Changes the viewer's own preferences."""
    user = me(session, viewer)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(user, name, value)
    if "name" in changes.model_fields_set:
        for table in (Mention, IncidentRow):  # what is theirs shows their new name, in each of their workspaces
            theirs = update(table).where(table.assignee_id == user.id, table.workspace_id.in_(_workspaces_of(user)))
            session.execute(theirs.values(assignee=user.name or user.email))
    session.flush()
    return user


def _workspaces_of(user: User) -> Select[UUID]:
    return select(Member.workspace_id).where(Member.user_id == user.id)


@may("own")
def me(session: Session, viewer: Viewer) -> User:
    """Locks the viewer's own account, and returns it. Raises Problem 403 for a key, which has no account."""
    user = session.get(User, viewer.user_id, with_for_update=True)
    if user is None:
        raise no_account()
    return user


def _has_owner(session: Session, viewer: Viewer) -> bool:
    owners = select(Member.user_id).where(Member.workspace_id == viewer.workspace_id, Member.role == "owner")
    return session.scalar(owners.limit(1)) is not None


def _words_near(session: Session, viewer: Viewer, email: str, name: str) -> list[str]:
    """The texts that somebody who guesses the password of this account knows."""
    brands = session.scalars(select(Brand.name).where(Brand.workspace_id == viewer.workspace_id).order_by(Brand.name))
    return [email.partition("@")[0], email, name, *brands]

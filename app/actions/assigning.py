"""To whom something is assigned: a member of the workspace, or somebody without an account, by name."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Member, User
from app.problems import FieldError, invalid
from app.viewer import Viewer, may

ME = "me"


@dataclass(frozen=True, slots=True)
class Assignee:
    """A member and their name; a name alone for somebody without an account; neither for nobody."""

    name: str | None = None
    member_id: UUID | None = None


@may("read")
def assignee_of(session: Session, viewer: Viewer, said: str | None) -> Assignee:
    """Whom a text means: a member's id, `me`, or the address or the name of a member. Any other name stays a name.

    Raises Problem 422 for an id that is no member's, and for `me` where nobody with an account asks.
    """
    if not said:
        return Assignee()
    if said == ME:
        member_id = viewer.user_id
        if member_id is None:
            raise invalid(FieldError("assignee", "A key has no account: give the id of a member."))
    else:
        member_id = _id(said)
    found = _member(session, viewer, said, member_id)
    if found is None and member_id is not None:
        raise invalid(FieldError("assignee", "No member of this workspace has this id."))
    return found or Assignee(said)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _member(session: Session, viewer: Viewer, said: str, member_id: UUID | None) -> Assignee | None:
    statement = select(User).join(Member, Member.user_id == User.id).where(Member.workspace_id == viewer.workspace_id)
    if member_id is not None:
        statement = statement.where(User.id == member_id)
    else:
        statement = statement.where(or_(User.email == said.lower(), func.lower(User.name) == said.lower()))
    row = session.scalars(statement.order_by(User.email).limit(1)).first()
    return Assignee(row.name or row.email, row.id) if row else None

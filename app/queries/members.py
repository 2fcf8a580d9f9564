"""The members of a workspace: who may be assigned, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models import Member, User
from app.pipeline.tell.naming import Names, names_in
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Role, Viewer, may

MOST = 1_000


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member by the id of their account. `shown` is how others read them: by name, or by address without one."""

    id: UUID
    name: str
    email: str
    role: Role
    joined_at: datetime

    @property
    def shown(self) -> str:
        return self.name or self.email


@may("read")
def members(session: Session, viewer: Viewer) -> list[MemberView]:
    """Everybody in the workspace, by name."""
    shown = func.lower(func.coalesce(func.nullif(User.name, ""), User.email))
    return [_view(*row) for row in session.execute(_members_of(viewer).order_by(shown, User.id).limit(MOST))]


@may("read")
def names(session: Session, viewer: Viewer) -> Names:
    """Whom a note can name, and how."""
    return names_in(session, viewer.workspace_id)


@may("admin")
def members_page(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[MemberView]:
    """One page of the members, in the order in which they joined."""
    order = Order("member", Member.user_id, Member.created_at, descending=False)
    return page(session, _members_of(viewer), order, after, limit).map(
        lambda rows: [_view(row.User, row.Member) for row in rows]
    )


@may("read")
def administrators(session: Session, viewer: Viewer) -> list[MemberView]:
    """Who may let others in: owners first, then administrators, by name."""
    able = [one for one in members(session, viewer) if one.role in ("owner", "admin")]
    return sorted(able, key=lambda one: one.role != "owner")


@may("read")
def member(session: Session, viewer: Viewer, member_id: UUID) -> MemberView:
    """One member. Raises Problem 404 for somebody who is in another workspace only."""
    row = session.execute(_members_of(viewer).where(Member.user_id == member_id)).one_or_none()
    if row is None:
        raise not_found("member")
    return _view(*row)


def _members_of(viewer: Viewer) -> Select[User, Member]:
    statement = select(User, Member).join(Member, Member.user_id == User.id)
    return statement.where(Member.workspace_id == viewer.workspace_id)


def _view(user: User, row: Member) -> MemberView:
    return MemberView(user.id, user.name, user.email, cast(Role, row.role), row.created_at)

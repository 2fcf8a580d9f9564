"""The workspaces of the person who asks, or of the person behind the key in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from app.auth.behind import person_behind
from app.models import Member, Workspace
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Role, Viewer, may

MOST = 200


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """A workspace, and what the person is there."""

    id: UUID
    slug: str
    name: str
    role: Role
    created_at: datetime


@may("own")
def my_workspaces(session: Session, viewer: Viewer) -> list[WorkspaceView]:
    """The workspaces that the viewer is a member of, by name; 200 at most."""
    assert viewer.user_id is not None
    statement = _workspaces_of(viewer.user_id).order_by(func.lower(Workspace.name), Workspace.id).limit(MOST)
    return [_view(row, role) for row, role in session.execute(statement)]


@may("admin")
def workspaces(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[WorkspaceView]:
    """The workspaces of the person behind the viewer, oldest first.

    Of a key that was made at the terminal before anybody had an account, none but its own.
    """
    person = person_behind(session, viewer)
    statement: Select[Workspace, str] = (
        _workspaces_of(person)
        if person
        else select(Workspace, literal("owner")).where(Workspace.id == viewer.workspace_id)
    )
    order = Order("workspace", Workspace.id, descending=False)
    return page(session, statement, order, after, limit).map(lambda rows: [_view(row[0], row[1]) for row in rows])


def _workspaces_of(user_id: UUID) -> Select[Workspace, str]:
    return (
        select(Workspace, Member.role)
        .join(Member, Member.workspace_id == Workspace.id)
        .where(Member.user_id == user_id)
    )


def _view(row: Workspace, role: str) -> WorkspaceView:
    return WorkspaceView(row.id, row.slug, row.name, cast(Role, role), row.created_at)

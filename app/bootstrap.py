"""What runs before anybody can log in: the default workspace, the operator at the terminal, whether anything is here.

These functions take no `Viewer`: they make one, or run while there is none.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Brand, Source, User, Workspace, uuid7
from app.viewer import ROLE_SCOPES, Viewer


def ensure_default_workspace(session: Session) -> None:
    """Makes the workspace `default` unless it exists, so that a key can be made before any account."""
    row = insert(Workspace).values(id=uuid7(), slug="default", name="Default")
    session.execute(row.on_conflict_do_nothing(index_elements=["slug"]))


def workspaces(session: Session) -> dict[str, UUID]:
    """The id of every workspace by its short name, sorted by that name."""
    rows = session.execute(select(Workspace.slug, Workspace.id).order_by(Workspace.slug))
    return dict(rows.all())


def operator_of(workspace_id: UUID) -> Viewer:
    """The person at the terminal, who may do anything in this workspace."""
    return Viewer(workspace_id, "cli", ROLE_SCOPES["owner"], owns=True)


def has_account(session: Session) -> bool:
    """Whether somebody can log in."""
    return session.scalar(select(User.id).limit(1)) is not None


def is_unused(session: Session) -> bool:
    """Whether the database holds no account, no brand and no source."""
    return not any(session.scalar(select(table.id).limit(1)) for table in (User, Brand, Source))

"""The workspaces of the person behind the key. A key stays of one workspace."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import workspaces as actions
from app.api.deps import Admin, Paged, Reading, Writing
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.workspaces import workspaces

router = APIRouter(prefix="/api/v1", tags=["administration"], route_class=Route)


class OwnWorkspaceOut(Out):
    """A workspace, and what the person behind the key is there."""

    id: UUID
    slug: str
    name: str
    role: str = Field(description="owner, admin, manager (acts) or viewer (reads)")
    created_at: datetime


@router.get("/workspaces")
def list_workspaces(viewer: Admin, session: Reading, page: Paged) -> Page[OwnWorkspaceOut]:
    """The workspaces of the person who made the key, oldest first; of the oldest owner for a key from the terminal."""
    return page_of(workspaces(session, viewer, page.after, page.limit), OwnWorkspaceOut.model_validate)


@router.post("/workspaces", status_code=201)
def create_workspace(new: actions.NewWorkspace, viewer: Admin, session: Writing) -> OwnWorkspaceOut:
    """Makes a workspace, which the person behind the key owns. Keys for it are made there."""
    row = actions.create(session, viewer, new)
    return OwnWorkspaceOut(id=row.id, slug=row.slug, name=row.name, role="owner", created_at=row.created_at)

"""Which key is used, and what it may do."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from app.api.deps import Reader, Reading
from app.api.route import Route
from app.api.schemas import Out
from app.models import Workspace
from app.queries.paging import LIMIT_MAX

router = APIRouter(prefix="/api/v1", tags=["key"], route_class=Route)


class WorkspaceOut(Out):
    """The workspace that the key opens."""

    id: UUID
    slug: str
    name: str


class KeyRef(Out):
    """The key in use."""

    id: UUID
    name: str


class LimitsOut(Out):
    """Requests, written as number/period, and the longest page."""

    requests: str
    costly_requests: str
    page: int


class Me(Out):
    """The key in use, its workspace and its limits."""

    workspace: WorkspaceOut
    key: KeyRef
    scopes: list[str]
    limits: LimitsOut


@router.get("/me")
def me(request: Request, viewer: Reader, session: Reading) -> Me:
    """The workspace, the key, its scopes and its limits."""
    rates = request.app.state.limits.rates
    return Me(
        workspace=WorkspaceOut.model_validate(_workspace(session, viewer.workspace_id)),
        key=KeyRef(id=request.state.key.key_id, name=request.state.key.name),
        scopes=sorted(viewer.scopes),
        limits=LimitsOut(requests=f"{rates.key}/minute", costly_requests=f"{rates.costly}/minute", page=LIMIT_MAX),
    )


def _workspace(session: Session, workspace_id: UUID) -> Workspace:
    return session.get_one(Workspace, workspace_id)

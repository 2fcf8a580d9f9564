"""API keys and the audit log, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import keys as actions
from app.api.deps import Admin, Id, Now, Paged, Reading, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.keys import api_keys, audit_log

router = APIRouter(prefix="/api/v1", tags=["administration"], route_class=Route)


class KeyOut(Out):
    """A key, without its secret."""

    id: UUID
    name: str
    public_id: str = Field(description="The 8 characters after `vig_`.")
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKeyOut(KeyOut):
    """A new key: `key` is shown only this once."""

    key: str


class AuditOut(Out):
    """Who did what, when."""

    id: UUID
    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]


@router.get("/api-keys")
def list_keys(viewer: Admin, session: Reading, page: Paged) -> Page[KeyOut]:
    """The keys of the workspace, oldest first."""
    return page_of(api_keys(session, viewer, page.after, page.limit), KeyOut.model_validate)


@router.post("/api-keys", status_code=201)
def create_key(new: actions.NewKey, viewer: Admin, session: Writing, now: Now) -> NewKeyOut:
    """Creates a key, and shows it only this once."""
    made = actions.create(session, viewer, new, now)
    return NewKeyOut(**KeyOut.model_validate(made.row).model_dump(), key=made.secret)


@router.delete("/api-keys/{key_id}", status_code=204)
def delete_key(key_id: Id, viewer: Admin, session: Writing) -> None:
    """Revokes a key: it stops working with the next request."""
    actions.delete(session, viewer, ident(key_id, "API key"))


@router.get("/audit-log")
def list_audit_log(viewer: Admin, session: Reading, page: Paged) -> Page[AuditOut]:
    """Who did what, newest first."""
    return page_of(audit_log(session, viewer, page.after, page.limit), AuditOut.model_validate)

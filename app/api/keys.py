"""API keys and the audit log, for administrators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.actions import keys as actions
from app.api.deps import Admin, Id, Now, Paged, Reading, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.audit import AuditFilter, audit_log
from app.queries.keys import api_keys, usage
from app.queries.wanted import Moment, check_no_null

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


class KeyDayOut(Out):
    """What a key sent on one day, in UTC."""

    day: date
    requests: int


class UsedKeyOut(KeyOut):
    """A key, and how many requests it sent on each of the last 30 days, today last."""

    usage: list[KeyDayOut]


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
def list_keys(viewer: Admin, session: Reading, page: Paged, now: Now) -> Page[UsedKeyOut]:
    """The keys of the workspace, oldest first, with the requests they sent on each of the last 30 days."""
    found = api_keys(session, viewer, page.after, page.limit)
    used = usage(session, viewer, found.items, now)
    return page_of(
        found,
        lambda row: UsedKeyOut(
            **KeyOut.model_validate(row).model_dump(), usage=[KeyDayOut.model_validate(each) for each in used[row.id]]
        ),
    )


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
def list_audit_log(
    viewer: Admin,
    session: Reading,
    page: Paged,
    actor: Annotated[str | None, Query(max_length=300, description="An e-mail address, `key:name` or `cli`.")] = None,
    action: Annotated[
        str | None, Query(max_length=100, description="`mention.update`, or `mention` for all that is about one.")
    ] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
) -> Page[AuditOut]:
    """Who did what, newest first."""
    check_no_null("actor", actor)
    check_no_null("action", action)
    filters = AuditFilter(actor, action, since, until)
    return page_of(audit_log(session, viewer, page.after, page.limit, filters), AuditOut.model_validate)

"""Silences: incidents of which nobody is told for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from app.actions import silences as actions
from app.api.deps import Id, Now, Paged, Reader, Reading, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.silences import SilenceState, SilenceView, preview, silence, silences

router = APIRouter(prefix="/api/v1", tags=["alerts"], route_class=Route)


class SuppressedOut(Out):
    """What is kept back: of how many incidents, how many messages, each channel counted."""

    incidents: int
    messages: int


class SilenceOut(Out):
    """A silence, and what it kept back until now."""

    id: UUID
    brand_id: UUID | None = Field(description=actions.WHICH)
    kind: str | None = Field(description=actions.KIND)
    q: str | None = Field(description=actions.QUERY)
    starts_at: datetime
    until: datetime
    reason: str
    author: str
    state: SilenceState
    ended_at: datetime | None = Field(description="When a person ended it, where that was before its time.")
    ended_by: str | None
    suppressed: SuppressedOut
    created_at: datetime


class SilencePreviewIn(actions.Matchers):
    """A silence that is not saved: its time and its reason are checked where they are given, and change nothing."""

    starts_at: AwareDatetime | None = None
    until: AwareDatetime | None = None
    reason: actions.Reason | None = None
    days: int = Field(default=30, ge=1, le=365, description="How far back.")


class QuietOut(Out):
    """An incident of which nobody would have been told, and the messages that were sent about it."""

    id: UUID
    brand: str
    rule: str
    severity: str
    opened_at: datetime
    messages: int


class SilencePreviewOut(Out):
    """What a silence would have kept back in the last days."""

    days: int
    suppressed: SuppressedOut
    incidents: list[QuietOut] = Field(description="Last opened first.")
    complete: bool = Field(description="false where there were more than 200 incidents: older ones are left out.")


def silence_out(view: SilenceView) -> SilenceOut:
    """A silence as the API shows it."""
    own = {"state": view.state, "suppressed": SuppressedOut.model_validate(view.suppressed)}
    return SilenceOut(
        **{name: getattr(view.silence, name) for name in SilenceOut.model_fields if name not in own}, **own
    )


@router.get("/silences")
def list_silences(
    viewer: Reader, session: Reading, page: Paged, now: Now, state: Annotated[SilenceState | None, Query()] = None
) -> Page[SilenceOut]:
    """The silences, last made first; those that are over too."""
    return page_of(silences(session, viewer, now, page.after, page.limit, state=state), silence_out)


@router.post("/silences", status_code=201)
def create_silence(new: actions.NewSilence, viewer: Writer, session: Writing, now: Now) -> SilenceOut:
    """Keeps incidents quiet for a time. Without brand, kind and query, it keeps all of them quiet."""
    row = actions.create(session, viewer, new, now)
    session.refresh(row)
    return silence_out(silence(session, viewer, row.id, now))


@router.post("/silences/preview", openapi_extra={"x-costly": True})
def preview_silence(wanted: SilencePreviewIn, viewer: Writer, session: Reading, now: Now) -> SilencePreviewOut:
    """What such a silence would have kept back in the last days. Nothing is saved."""
    actions.check_matchers(session, viewer, wanted)
    if wanted.until:
        actions.check_time(wanted.starts_at, wanted.until, now)
    found = preview(session, viewer, wanted.brand_id, wanted.kind, wanted.q, wanted.days, now)
    return SilencePreviewOut(
        days=wanted.days,
        suppressed=SuppressedOut.model_validate(found.suppressed),
        incidents=[
            QuietOut(
                id=kept.incident.id,
                brand=kept.brand,
                rule=kept.rule,
                severity=kept.incident.severity,
                opened_at=kept.incident.opened_at,
                messages=kept.messages,
            )
            for kept in found.kept
        ],
        complete=not found.cut,
    )


@router.get("/silences/{silence_id}")
def get_silence(silence_id: Id, viewer: Reader, session: Reading, now: Now) -> SilenceOut:
    """One silence."""
    return silence_out(silence(session, viewer, ident(silence_id, "silence"), now))


@router.delete("/silences/{silence_id}", status_code=204)
def end_silence(silence_id: Id, viewer: Writer, session: Writing, now: Now) -> None:
    """Ends a silence now: it stays in the list, with what it kept back. One that has not begun is removed."""
    actions.end(session, viewer, ident(silence_id, "silence"), now)

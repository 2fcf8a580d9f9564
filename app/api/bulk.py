"""The same change for many mentions, and the undo of any change."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.actions import bulk as actions
from app.actions.mentions import MentionChanges
from app.api.deps import Id, Now, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out
from app.queries.matching_then import matching_then
from app.queries.wanted import Moment, Wanted, filter_of
from app.viewer import Viewer

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)

IDS_MAX = 5_000


class BulkIn(MentionChanges):
    """The same change for several mentions: these `ids`, all of them or none when one does not exist; or all that
    passed the `filter` at the time `at`."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=IDS_MAX)] | None = None
    filter: Wanted | None = Field(None, description="The filters of GET /mentions.")
    at: Moment | None = Field(
        None, description="When the list was shown: what came or was changed into it since stays. Now, when left out."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.ids is None) is (self.filter is None):
            raise ValueError("give either ids or a filter")
        if self.ids is not None and self.at is not None:
            raise ValueError("at goes with a filter")
        return self


class BulkOut(Out):
    """A change of several mentions, done or in progress."""

    id: UUID
    state: str = Field(description="applying (in the background), done, undoing, undone")
    total: int = Field(description="How many mentions it is about.")
    done: int = Field(description="How many of them have been changed.")
    restored: int = Field(description="How many an undo has put back.")
    kept: int = Field(description="Of how many something stays after an undo, as somebody else has changed it since.")


class BulkStartedOut(BulkOut):
    """A change that was asked for."""

    updated: int = Field(description="The same as `done`.")
    ids: list[UUID] = Field(description="Those that were asked for by id.")
    undo: str = Field(description="Undoes the change at POST /undo/{token}, for 60 seconds after its end.")
    undo_until: datetime


@router.post("/mentions/bulk")
def change_mentions(sent: BulkIn, viewer: Writer, session: Writing, services: Served, now: Now) -> BulkStartedOut:
    """The same change for many mentions, by their ids or by a filter. More than 2,000 are changed in the background."""
    if sent.filter is not None:
        found = _selected(session, viewer, sent, sent.filter, now)
        started = actions.change_all(session, viewer, found, sent, services.jobs, now)
    else:
        started = actions.change_these(session, viewer, sent.ids or [], sent, services.jobs, now)
    row = started.change
    return BulkStartedOut(
        **dict(BulkOut.model_validate(row)),
        updated=row.done,
        ids=sorted(set(sent.ids or [])),
        undo=started.token,
        undo_until=row.undo_until,
    )


def _selected(session: Session, viewer: Viewer, sent: BulkIn, wanted: Wanted, now: datetime) -> Select[Any]:
    """The ids that passed the filter at the time given. Raises Problem 404, 422."""
    at = min(sent.at or now, now)
    return matching_then(session, viewer, filter_of(wanted, at), at)


@router.get("/mentions/bulk/{change_id}")
def get_change(change_id: Id, viewer: Reader, session: Reading) -> BulkOut:
    """How far a change has come that goes on in the background."""
    return BulkOut.model_validate(actions.progress(session, viewer, ident(change_id, "change")))


@router.post("/undo/{token}")
def undo_change(token: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> BulkOut:
    """Puts back what a change has altered, but for what somebody else has changed since; a repeat changes nothing."""
    return BulkOut.model_validate(actions.undo(session, viewer, token, services.jobs, now))

"""Saved views of the feed, with how many mentions each holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import views as actions
from app.api.deps import Id, IfMatch, Now, Reader, Reading, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out
from app.queries.views import ViewView, count_of, counts, saved_view, view_of, views_of
from app.queries.wanted import Wanted

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)


class NewViewIn(actions.NewView):
    """A view to save: the filters of GET /mentions under a name."""

    filter: Wanted


class ViewChangesIn(actions.ViewChanges):
    """What changes of a view; a field left out stays."""

    filter: Wanted = Field(default_factory=Wanted)


class ViewOut(Out):
    """A saved view of the feed."""

    id: UUID
    name: str
    filter: dict[str, Any]
    shared: bool = Field(description="Whether the whole workspace sees it.")
    given: str | None = Field(description="to_answer, mine, overdue: Vigie gives it, until somebody removes it.")
    position: int
    version: int
    count: int | None = Field(description="At most 1,000; null where its filter means nothing for this key.")


class ViewsOut(Out):
    """The views, in their order."""

    items: list[ViewOut]
    next_cursor: None = None
    prev_cursor: None = None


def view_out(view: ViewView, count: int | None) -> ViewOut:
    """A view as the API shows it."""
    names = ("id", "name", "filter", "shared", "given", "position", "version")
    return ViewOut(**{name: getattr(view, name) for name in names}, count=count)


@router.get("/views")
def list_views(viewer: Reader, session: Reading, now: Now) -> ViewsOut:
    """The saved views, those that Vigie gives first, each with how many mentions it holds."""
    found = views_of(session, viewer)
    numbers = counts(session, viewer, found, now)
    return ViewsOut(items=[view_out(view, numbers[view.id]) for view in found])


@router.post("/views", status_code=201)
def create_view(new: NewViewIn, viewer: Writer, session: Writing, now: Now) -> ViewOut:
    """Saves a view. One that a key saves is shared."""
    row = actions.create(session, viewer, new, new.filter.stored())
    view = view_of(row, viewer)
    return view_out(view, count_of(session, viewer, view, now))


@router.patch("/views/{view_id}")
def change_view(
    view_id: Id, changes: ViewChangesIn, viewer: Writer, session: Writing, now: Now, if_match: IfMatch
) -> ViewOut:
    """Renames, shares, orders a view, or changes its filters."""
    key = ident(view_id, "view")
    if_match.check(saved_view(session, viewer, key).version)
    filters = changes.filter.stored() if "filter" in changes.model_fields_set else None
    view = view_of(actions.update(session, viewer, key, changes, filters), viewer)
    return view_out(view, count_of(session, viewer, view, now))


@router.delete("/views/{view_id}", status_code=204)
def delete_view(view_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Removes a view, also one that Vigie gives."""
    key = ident(view_id, "view")
    if_match.check(saved_view(session, viewer, key).version)
    actions.delete(session, viewer, key)

"""The saved views of the feed: those that Vigie gives, those of the workspace, and the viewer's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import SavedView
from app.problems import Problem, not_found
from app.queries.feed import statement_of
from app.queries.wanted import Wanted, filter_of
from app.viewer import Viewer, may

COUNTED = 1_000
"""Counting stops there: more are shown as 1,000+."""
MOST = 100
GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "to_answer": ("To answer", {"stance": ["detractor"], "unanswered": True, "folded": True}),
    "mine": ("Mine", {"assignee": "me", "unanswered": True}),
    "overdue": ("Overdue", {"stance": ["detractor"], "overdue": True, "folded": True}),
}
"""The views that every workspace has until somebody removes them; their names are translated for the reader."""


@dataclass(frozen=True, slots=True)
class ViewView:
    """A view of the feed. `given` is its code where Vigie gives it; `mine` says whether the viewer made it."""

    id: UUID
    name: str
    filter: dict[str, Any]
    shared: bool
    mine: bool
    given: str | None
    position: int
    version: int


@may("read")
def views_of(session: Session, viewer: Viewer) -> list[ViewView]:
    """The given ones first, then the others by position and age."""
    rows = list(session.scalars(_visible(viewer).order_by(SavedView.position, SavedView.id).limit(MOST)))
    removed = {row.given for row in rows}
    given = [given_view(viewer.workspace_id, code) for code in GIVEN if code not in removed]
    return [*given, *(view_of(row, viewer) for row in rows if row.given is None)]


@may("read")
def saved_view(session: Session, viewer: Viewer, view_id: UUID) -> ViewView:
    """One view. Raises Problem 404, also for another person's own."""
    for view in views_of(session, viewer):
        if view.id == view_id:
            return view
    raise not_found("view")


def given_view(workspace_id: UUID, code: str) -> ViewView:
    """One of the views that Vigie gives."""
    name, filters = GIVEN[code]
    return ViewView(uuid5(workspace_id, code), name, filters, True, False, code, -1, 1)


@may("read")
def view_of(row: SavedView, viewer: Viewer) -> ViewView:
    """A view that somebody saved, as the viewer sees it."""
    mine = row.owner_id is not None and row.owner_id == viewer.user_id
    return ViewView(row.id, row.name, row.filter, row.shared, mine, None, row.position, row.version)


def _visible(viewer: Viewer) -> Any:
    own = SavedView.owner_id == viewer.user_id if viewer.user_id else SavedView.shared
    return select(SavedView).where(
        SavedView.workspace_id == viewer.workspace_id,
        or_(SavedView.shared, SavedView.given.is_not(None), own),
    )


@may("read")
def counts(session: Session, viewer: Viewer, views: Sequence[ViewView], now: datetime) -> dict[UUID, int | None]:
    """How many mentions each view holds, at most 1,000; None where its filter names what is gone, or `me` for a key."""
    return {view.id: count_of(session, viewer, view, now) for view in views}


@may("read")
def count_of(session: Session, viewer: Viewer, view: ViewView, now: datetime) -> int | None:
    """How many mentions a view holds, at most 1,000; None where its filter no longer means anything."""
    try:
        statement, _ = statement_of(session, viewer, filter_of(Wanted.model_validate(view.filter), now))
    except (Problem, ValueError):
        return None
    some = statement.with_only_columns(1).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0

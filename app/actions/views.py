"""Saving views of the feed: one's own, or shared with the workspace."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Changes, Fields, Name
from app.models import SavedView, uuid7
from app.problems import Problem, not_found
from app.viewer import Viewer, may

VIEWS_MAX = 100
GIVEN = ("to_answer", "mine", "overdue")


class NewView(Fields):
    """A view to save. A key has no account: what it saves is shared."""

    name: Name
    shared: bool = False


class ViewChanges(Changes):
    """What changes of a view; a field left out stays. `position` orders them, the lowest first."""

    name: Name = ""
    shared: bool = False
    position: int = 0


@may("write")
def create(session: Session, viewer: Viewer, new: NewView, filters: dict[str, Any]) -> SavedView:
    """Saves a view. Raises Problem 409 where there are too many."""
    number = session.scalar(select(func.count()).where(SavedView.workspace_id == viewer.workspace_id)) or 0
    if number >= VIEWS_MAX:
        raise Problem("too-many", 409, "There are {number} views already.", number=number)
    row = SavedView(
        workspace_id=viewer.workspace_id,
        id=uuid7(),
        name=new.name,
        filter=filters,
        shared=new.shared or viewer.user_id is None,
        owner_id=viewer.user_id,
        position=0,
        version=1,
    )
    session.add(row)
    record(session, viewer, "view.create", row.id, name=row.name)
    session.flush()
    return row


@may("write")
def update(
    session: Session, viewer: Viewer, view_id: UUID, changes: ViewChanges, filters: dict[str, Any] | None
) -> SavedView:
    """Changes a view that is shared or the viewer's own. Raises Problem 404; 409 for one that Vigie gives."""
    if view_id in given_ids(viewer.workspace_id):
        raise Problem("given", 409, "Vigie gives this view: it can be removed, and another one saved.")
    row = lock(session, viewer, view_id)
    values = changes.model_dump(exclude_unset=True, include=set(ViewChanges.model_fields))
    values |= {"filter": filters} if filters is not None else {}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.version += 1
        record(session, viewer, "view.update", row.id, fields=sorted(changed))
    session.flush()
    return row


@may("write")
def delete(session: Session, viewer: Viewer, view_id: UUID) -> None:
    """Removes a view, also one that Vigie gives. Raises Problem 404."""
    code = given_ids(viewer.workspace_id).get(view_id)
    if code is None:
        row = lock(session, viewer, view_id)
        session.delete(row)
    else:
        session.add(SavedView(workspace_id=viewer.workspace_id, id=uuid7(), name=code, filter={}, given=code))
    record(session, viewer, "view.delete", view_id)
    session.flush()


def given_ids(workspace_id: UUID) -> dict[UUID, str]:
    """The ids of the views that Vigie gives in a workspace, with their codes."""
    return {uuid5(workspace_id, code): code for code in GIVEN}


@may("write")
def lock(session: Session, viewer: Viewer, view_id: UUID) -> SavedView:
    """Locks a view that somebody saved and the viewer may change. Raises Problem 404."""
    row = session.get(SavedView, (viewer.workspace_id, view_id), with_for_update=True)
    if row is None or row.given is not None or not (row.shared or row.owner_id == viewer.user_id):
        raise not_found("view")
    return row

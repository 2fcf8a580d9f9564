"""Adding, changing and deleting canned answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Changes, Fields, Name, Note, unique_name
from app.models import CannedAnswer, uuid7
from app.problems import Problem, not_found
from app.viewer import Viewer, may

ANSWERS_MAX = 500
FIELDS = ("author", "brand", "my name")


def _known_fields(value: str) -> str:
    for part in value.split("{")[1:]:
        name, closed, _ = part.partition("}")
        if closed and name.strip() not in FIELDS:
            raise ValueError("in braces stand author, brand or my name only")
    return value


Text = Annotated[Note, StringConstraints(max_length=5_000), AfterValidator(_known_fields)]


class NewAnswer(Fields):
    """A text to answer with. {author}, {brand} and {my name} are filled in for each mention."""

    name: Name
    text: Text


class AnswerChanges(Changes):
    """What changes of a canned answer; a field left out stays."""

    name: Name = ""
    text: Text = ""


@may("write")
def create(session: Session, viewer: Viewer, new: NewAnswer) -> CannedAnswer:
    """Adds a canned answer. Raises Problem 409 when the name is taken, or there are too many."""
    number = session.scalar(select(func.count()).where(CannedAnswer.workspace_id == viewer.workspace_id)) or 0
    if number >= ANSWERS_MAX:
        raise Problem("too-many", 409, "There are {number} canned answers already.", number=number)
    row = CannedAnswer(workspace_id=viewer.workspace_id, id=uuid7(), name=new.name, text=new.text, version=1)
    with unique_name(session, viewer, "answer"):
        session.add(row)
    record(session, viewer, "answer.create", row.id, name=row.name)
    session.flush()
    session.refresh(row)
    return row


@may("write")
def update(session: Session, viewer: Viewer, answer_id: UUID, changes: AnswerChanges) -> CannedAnswer:
    """Changes a canned answer. Raises Problem 404, 409."""
    row = lock(session, viewer, answer_id)
    values = changes.model_dump(exclude_unset=True)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    with unique_name(session, viewer, "answer"):
        for name in changed:
            setattr(row, name, values[name])
        row.version += bool(changed)
    if changed:
        record(session, viewer, "answer.update", row.id, fields=changed)
    session.flush()
    session.refresh(row)
    return row


@may("write")
def delete(session: Session, viewer: Viewer, answer_id: UUID) -> None:
    """Deletes a canned answer. Raises Problem 404."""
    row = lock(session, viewer, answer_id)
    session.delete(row)
    record(session, viewer, "answer.delete", answer_id, name=row.name)
    session.flush()


@may("write")
def lock(session: Session, viewer: Viewer, answer_id: UUID) -> CannedAnswer:
    """Locks the canned answer until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(CannedAnswer, (viewer.workspace_id, answer_id), with_for_update=True)
    if row is None:
        raise not_found("answer")
    return row

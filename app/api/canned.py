"""Canned answers: texts that people answer with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import canned as actions
from app.api.deps import Id, IfMatch, Reader, Reading, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out
from app.queries.canned import canned_answer, canned_answers

router = APIRouter(prefix="/api/v1", tags=["mentions"], route_class=Route)


class AnswerOut(Out):
    """A canned answer."""

    id: UUID
    name: str
    text: str = Field(description="With {author}, {brand} and {my name} to fill in.")
    version: int
    created_at: datetime
    updated_at: datetime


class AnswersOut(Out):
    """The canned answers, by name."""

    items: list[AnswerOut]
    next_cursor: None = None
    prev_cursor: None = None


@router.get("/canned-answers")
def list_canned_answers(viewer: Reader, session: Reading) -> AnswersOut:
    """The canned answers of the workspace, by name."""
    return AnswersOut(items=[AnswerOut.model_validate(row) for row in canned_answers(session, viewer)])


@router.post("/canned-answers", status_code=201)
def create_canned_answer(new: actions.NewAnswer, viewer: Writer, session: Writing) -> AnswerOut:
    """Adds a canned answer."""
    return AnswerOut.model_validate(actions.create(session, viewer, new))


@router.get("/canned-answers/{answer_id}")
def get_canned_answer(answer_id: Id, viewer: Reader, session: Reading) -> AnswerOut:
    """One canned answer."""
    return AnswerOut.model_validate(canned_answer(session, viewer, ident(answer_id, "answer")))


@router.patch("/canned-answers/{answer_id}")
def change_canned_answer(
    answer_id: Id, changes: actions.AnswerChanges, viewer: Writer, session: Writing, if_match: IfMatch
) -> AnswerOut:
    """Changes a canned answer."""
    row = actions.lock(session, viewer, ident(answer_id, "answer"))
    if_match.check(row.version)
    return AnswerOut.model_validate(actions.update(session, viewer, row.id, changes))


@router.delete("/canned-answers/{answer_id}", status_code=204)
def delete_canned_answer(answer_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Deletes a canned answer."""
    row = actions.lock(session, viewer, ident(answer_id, "answer"))
    if_match.check(row.version)
    actions.delete(session, viewer, row.id)

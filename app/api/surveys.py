"""Answers to surveys: pushed, listed, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.actions import surveys as actions
from app.actions.fields import Fields
from app.api.deps import Id, Paged, Reader, Reading, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import FieldErrorOut, Out, Page, page_of
from app.problems import FieldError, invalid
from app.queries.surveys import responses

router = APIRouter(prefix="/api/v1", tags=["surveys"], route_class=Route)

RESPONSE: dict[str, Any] = {
    "type": "object",
    "description": "One answer: " + ", ".join(actions.NewResponse.model_fields) + ". "
    "`external_id`, `score` (0 to 10) and `answered_at` (with its time zone) are required. Checked one by one.",
    "examples": [{"external_id": "a-17", "score": 9, "answered_at": "2026-11-22T09:30:00Z", "channel": "e-mail"}],
}


class ResponsesIn(Fields):
    """Up to 1,000 answers."""

    items: Annotated[
        list[Annotated[dict[str, Any], Field(json_schema_extra=RESPONSE)]],
        Field(min_length=1, max_length=actions.PUSH_MAX),
    ]


class ResponseResultOut(Out):
    """The result of one answer: stored, updated, unchanged or refused."""

    index: int
    external_id: str
    status: str
    id: UUID | None
    errors: list[FieldErrorOut]


class ResponsesOut(Out):
    """The result of each answer, in the order of the request."""

    stored: int
    updated: int
    items: list[ResponseResultOut]


class ResponseOut(Out):
    """One answer, 0 to 10."""

    id: UUID
    external_id: str
    score: int
    comment: str
    answered_at: datetime
    channel: str
    respondent: str
    received_at: datetime


@router.post("/brands/{brand_id}/survey-responses")
def push_responses(brand_id: Id, pushed: ResponsesIn, viewer: Writer, session: Writing) -> ResponsesOut:
    """Stores answers about a brand, once however often they are sent. Each has its own result."""
    results = actions.push(session, viewer, ident(brand_id, "brand"), pushed.items)
    return ResponsesOut(
        stored=sum(result.status == "stored" for result in results),
        updated=sum(result.status == "updated" for result in results),
        items=[ResponseResultOut.model_validate(result) for result in results],
    )


@router.get("/brands/{brand_id}/survey-responses")
def list_responses(
    brand_id: Id,
    viewer: Reader,
    session: Reading,
    page: Paged,
    respondent: Annotated[
        str | None, Query(max_length=200, description="Your own reference for the respondent.")
    ] = None,
) -> Page[ResponseOut]:
    """The answers about a brand, the latest first."""
    if respondent is not None and "\x00" in respondent:
        raise invalid(FieldError("respondent", "It holds a null character."))
    rows = responses(session, viewer, ident(brand_id, "brand"), page.after, page.limit, respondent=respondent)
    return page_of(rows, ResponseOut.model_validate)


@router.delete("/survey-responses/{response_id}", status_code=204)
def delete_response(response_id: Id, viewer: Writer, session: Writing) -> None:
    """Deletes an answer."""
    actions.delete(session, viewer, ident(response_id, "survey response"))

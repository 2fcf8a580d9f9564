"""Answers to surveys: stored once, however often they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields, Line, Prose, invalid_fields
from app.models import Brand, ImportedAnswer, SurveyResponse, uuid7
from app.pipeline.keep.brought import note_brought
from app.problems import FieldError, not_found
from app.viewer import Viewer, may

PUSH_MAX = 1_000
Status = Literal["stored", "updated", "unchanged", "refused"]


class NewResponse(Fields):
    """One answer. `external_id` makes it the same one when it is sent again; `respondent` is your own reference."""

    external_id: Annotated[Line, StringConstraints(min_length=1)]
    score: Annotated[int, Field(ge=0, le=10, strict=True)]
    comment: Prose = ""
    answered_at: AwareDatetime
    channel: Line = ""
    respondent: Line = ""


@dataclass(frozen=True, slots=True)
class ResponseResult:
    """The result of one answer. `errors` say why it was refused."""

    index: int
    external_id: str
    status: Status
    id: UUID | None = None
    errors: tuple[FieldError, ...] = ()


@may("write")
def push(session: Session, viewer: Viewer, brand_id: UUID, items: Sequence[Any]) -> list[ResponseResult]:
    """Stores the answers that somebody pushed. Raises Problem 404 for the brand."""
    results = keep(session, viewer, brand_id, items)
    stored = sum(result.status in ("stored", "updated") for result in results)
    record(session, viewer, "survey.push", brand_id, kept=stored)
    session.flush()
    return results


@may("write")
def keep(
    session: Session, viewer: Viewer, brand_id: UUID, items: Sequence[Any], import_id: UUID | None = None
) -> list[ResponseResult]:
    """Stores the answers; `import_id` is that of the file which brought them.

    Returns one result for each, in order. Raises Problem 404 for the brand.
    """
    if session.get(Brand, (viewer.workspace_id, brand_id), with_for_update=True) is None:
        raise not_found("brand")
    read = list(_read(items))
    ids = [item.external_id for item in read if isinstance(item, NewResponse)]
    stored = _stored_responses(session, viewer, brand_id, ids)
    results = [
        _keep_one(session, viewer, brand_id, index, item, stored) if isinstance(item, NewResponse) else item
        for index, item in enumerate(read)
    ]
    session.flush()
    new = {result.id for result in results if result.id and result.status == "stored"}
    met = {result.id for result in results if result.id} - new
    note_brought(session, ImportedAnswer, viewer.workspace_id, import_id, new, met)
    return results


@may("write")
def delete(session: Session, viewer: Viewer, response_id: UUID) -> None:
    """Deletes an answer. Raises Problem 404."""
    row = session.get(SurveyResponse, (viewer.workspace_id, response_id), with_for_update=True)
    if row is None:
        raise not_found("survey response")
    session.delete(row)
    record(session, viewer, "survey.delete", response_id)
    session.flush()


def _read(items: Sequence[Any]) -> Iterator[NewResponse | ResponseResult]:
    for index, item in enumerate(items):
        try:
            yield NewResponse.model_validate(item)
        except ValidationError as error:
            problem = invalid_fields(error.errors(include_input=False, include_url=False))
            external_id = item.get("external_id") if isinstance(item, dict) else None
            shown_id = external_id[:200] if isinstance(external_id, str) else ""
            yield ResponseResult(index, shown_id, "refused", errors=problem.errors)


def _stored_responses(
    session: Session, viewer: Viewer, brand_id: UUID, ids: Sequence[str]
) -> dict[str, SurveyResponse]:
    here = (SurveyResponse.workspace_id == viewer.workspace_id, SurveyResponse.brand_id == brand_id)
    rows = session.scalars(select(SurveyResponse).where(*here, SurveyResponse.external_id.in_(ids)).with_for_update())
    return {row.external_id: row for row in rows}


def _keep_one(
    session: Session, viewer: Viewer, brand_id: UUID, index: int, item: NewResponse, stored: dict[str, SurveyResponse]
) -> ResponseResult:
    """Adds or changes one answer. `stored` holds the rows by external id, and is added to."""
    values, row = item.model_dump(), stored.get(item.external_id)
    if row is None:
        row = SurveyResponse(id=uuid7(), workspace_id=viewer.workspace_id, brand_id=brand_id, **values)
        session.add(row)
        stored[item.external_id] = row
        return ResponseResult(index, item.external_id, "stored", row.id)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return ResponseResult(index, item.external_id, "updated" if changed else "unchanged", row.id)

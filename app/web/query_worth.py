"""The page that says what each part of a brand's query is worth."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.queries.brands import brand
from app.queries.query_check import query_check
from app.web.form_page import attempt
from app.web.page import Visit, member
from matching.in_words import in_words
from matching.nodes import Query

router = APIRouter(prefix="/settings/brands")

DAYS = (7, 30, 90, 365)
"""How far back one may look; the second to begin with."""


@router.get("/{brand_id}/check")
def show_check(brand_id: UUID, visit: Visit = Depends(member)) -> Response:
    """What each part of the query of a brand found, and what only it found. Raises Problem 404."""
    asked = visit.request.query_params.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DAYS[1]
    with visit.services.db.reading() as session:
        row = brand(session, visit.viewer, brand_id)
        worths, problem = attempt(
            lambda: (query_check(session, visit.viewer, row.query, days, visit.now), None),
            lambda refused: ([], refused),
            {422},
        )
        return visit.page(
            session,
            "query_worth.html",
            row=row,
            days=days,
            choices=DAYS,
            problem=problem,
            clauses=[(worth, said_of(visit, worth.clause.part)) for worth in worths],
        )


def said_of(visit: Visit, part: Query) -> str:
    """A part of a query in plain words of the reader's language."""
    return in_words(part, "fr" if visit.tongue.code == "fr" else "en")

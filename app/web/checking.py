"""«To check»: the mentions of which the model is unsure, the most useful to settle first."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.phrases import progress_of_all
from app.queries.to_check import COUNTED, SHOWN, count_to_check, to_check
from app.web.offers import offers_for
from app.web.page import Visit, member

router = APIRouter()


@router.get("/check")
def show_to_check(visit: Visit = Depends(member)) -> Response:
    """What is to check, of one brand or of all."""
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        wanted = visit.request.query_params.get("brand", "")
        chosen: tuple[UUID, ...] = tuple(row.id for row in offered if str(row.id) == wanted)
        return visit.page(
            session,
            "check.html",
            brands=offered,
            brand=str(chosen[0]) if chosen else "",
            items=to_check(session, visit.viewer, chosen),
            number=count_to_check(session, visit.viewer, chosen),
            most=COUNTED,
            shown=SHOWN,
            offers=offers_for(visit, session),
            deciding=progress_of_all(session, visit.viewer),
        )


@router.get("/check/count")
def show_number(visit: Visit = Depends(member)) -> Response:
    """How much is left to check, in words."""
    wanted = visit.request.query_params.get("brand", "")
    with visit.services.db.reading() as session:
        chosen = tuple(row.id for row in brands(session, visit.viewer, limit=LIMIT_MAX).items if str(row.id) == wanted)
        number = count_to_check(session, visit.viewer, chosen)
    return visit.page(None, "check_count.html", number=number, most=COUNTED)

"""Who has a mention open: said while it is open, and shown to the others. It hinders nobody."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions.claims import claim, let_go
from app.problems import not_found
from app.queries.claims import looking
from app.queries.mentions import mentions_of
from app.web.page import Visit, editor, member

router = APIRouter()


@router.get("/mentions/{mention_id}/looking")
def show_looking(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    """Who else has it open, for the place that says so. Raises Problem 404."""
    with visit.services.db.reading() as session:
        if not mentions_of(session, visit.viewer, [mention_id]):
            raise not_found("mention")
        return _others(visit, session, mention_id)


@router.post("/mentions/{mention_id}/claim")
def say_looking(mention_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Says, once more every so often, that one has it open. Answers who else has."""
    with visit.services.db.writing() as session:
        claim(session, visit.viewer, mention_id, visit.now)
        return _others(visit, session, mention_id)


@router.post("/mentions/{mention_id}/let-go")
def say_gone(mention_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Says that one has closed it."""
    with visit.services.db.writing() as session:
        let_go(session, visit.viewer, mention_id)
    return Response(status_code=204)


def _others(visit: Visit, session: Session, mention_id: UUID) -> Response:
    others = looking(session, visit.viewer, [mention_id], visit.now)[mention_id]
    return visit.page(None, "looking.html", others=others)

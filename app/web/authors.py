"""The author of a mention, as this workspace knows them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.problems import not_found
from app.queries.authors import author_of
from app.queries.mentions import mention
from app.web.page import Visit, member

router = APIRouter()


@router.get("/mentions/{mention_id}/author")
def show_author(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    """How often they write, with which stances, since when and where. Raises Problem 404 where nobody is named."""
    with visit.services.db.reading() as session:
        found = author_of(session, visit.viewer, mention(session, visit.viewer, mention_id).view.mention)
        if found is None:
            raise not_found("author")
        return visit.page(session, "author.html", author=found, mention_id=mention_id)

"""«For you»: what was given to the viewer and which notes name them. And the notes, with the names in them marked."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.actions import telling as actions
from app.pipeline.tell.naming import Names, find_named
from app.queries.for_you import for_you, is_unread
from app.web.page import Visit, member, redirect
from app.web.show import Piece, weave

router = APIRouter(prefix="/for-you")
OFFERED = 200


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        found = for_you(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(session, "for_you.html", found=found)


@router.post("/read")
def read_all(visit: Visit = Depends(member)) -> RedirectResponse:
    """Marks all of it as read."""
    with visit.services.db.writing() as session:
        actions.read(session, visit.viewer, visit.now)
    return redirect("/for-you", "saved")


def note_read(visit: Visit, target: actions.Target, target_id: UUID) -> None:
    """Marks as read what the viewer was told of the mention or incident whose page they open."""
    with visit.services.db.reading() as session:
        unread = is_unread(session, visit.viewer, target, target_id)
    if unread:
        with visit.services.db.writing() as session:
            actions.read(session, visit.viewer, visit.now, target, target_id)


def named_pieces(text: str | None, everybody: Names) -> list[Piece]:
    """A note, cut where it names a member."""
    text = text or ""
    return weave(text, [], [(one.start, one.end, "named") for one in find_named(text, everybody)])


def handles_of(everybody: Names) -> list[tuple[str, str]]:
    """What a note field offers to complete: (what to write after the @, whom it means)."""
    return [(handle, one.name or one.email) for handle, one in everybody.handles()[:OFFERED]]

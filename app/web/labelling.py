"""«Label a sample»: one mention at a time, one key each, without the model's answer."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import labelling as actions
from app.actions.fields import validate
from app.queries.labelling import last_label, progress, to_label
from app.queries.reputation import model
from app.queries.shifts import shifts
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, member, redirect
from app.web.words import N_
from sentiment.sampled import ENOUGH

router = APIRouter(prefix="/reputation/sample")
DICE = Random()  # noqa: S311 - sampling, no secret

KEYS = (
    ("positive", "p", N_("Positive"), "promoter"),
    ("neutral", "n", N_("Neutral"), "passive"),
    ("negative", "d", N_("Negative"), "detractor"),
    ("skip", "s", N_("Skip"), ""),
)
"""Label, its key, which is the same as for a stance, its name, its colour and shape."""


@router.get("")
def show_next(visit: Visit = Depends(member)) -> Response:
    """The next mention to label, how far this week is, and what the labels say so far."""
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "label.html",
            **_next(session, visit),
            own=model(session, visit.viewer).own,
            shifted=shifts(session, visit.viewer, visit.now),
            enough=ENOUGH,
        )


def _next(session: Session, visit: Visit) -> dict[str, Any]:
    """What changes from one label to the next."""
    waiting = to_label(session, visit.viewer, limit=1).items
    return {
        "item": waiting[0] if waiting else None,
        "week": progress(session, visit.viewer, visit.now),
        "undo": last_label(session, visit.viewer, visit.now),
        "keys": KEYS,
    }


def _answer(visit: Visit, done: str = "") -> Response:
    """The next mention: as a part of the page to a script, else as the page."""
    if "hx-request" not in visit.request.headers:
        return redirect("/reputation/sample", done)
    with visit.services.db.reading() as session:
        return visit.page(None, "label_part.html", **_next(session, visit))


@router.post("")
def draw(visit: Visit = Depends(editor)) -> RedirectResponse:
    """This week's sample, or more of it."""
    with visit.services.db.writing() as session:
        drawn = actions.draw_more(session, visit.viewer, visit.now, DICE.getrandbits(62))
    return redirect("/reputation/sample", "" if drawn else "nothing-drawn")


@router.post("/{item_id}")
def label(item_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Stores the label and shows the next mention."""
    labelled = validate(actions.Labelled, {"label": sent.get("label")})
    with visit.services.db.writing() as session:
        actions.label(session, visit.viewer, item_id, labelled, visit.now)
    return _answer(visit)


@router.post("/{item_id}/undo")
def undo(item_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Removes the label, and shows the mention again."""
    with visit.services.db.writing() as session:
        actions.unlabel(session, visit.viewer, item_id)
    return _answer(visit, "unlabelled")

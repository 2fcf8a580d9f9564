"""Canned answers: their settings pages, and one filled in for a mention, to copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import canned as actions
from app.actions.fields import validate
from app.models import CannedAnswer
from app.problems import not_found
from app.queries.canned import canned_answer, canned_answers, canned_names, filled
from app.queries.members import member as member_of
from app.queries.mentions import MentionView, mention
from app.web.form_page import Form, FormPage, add_routes
from app.web.forms import SentForm
from app.web.page import Visit, editor, member, redirect
from app.web.place import place_of
from app.web.show import strip_direction

router = APIRouter()

HOME = "/settings/answers"
CHOSEN = "canned"
"""The name of the answer that is picked, in an address; «answer» is a filter of the list."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The answer that somebody chose, its fields filled in for one mention."""

    id: UUID
    text: str


def offered_for(visit: Visit, session: Session) -> list[tuple[UUID, str]]:
    """The answers to choose from, for those who answer."""
    return canned_names(session, visit.viewer) if "write" in visit.viewer.scopes else []


@router.get("/mentions/{mention_id}/answer")
def show_filled(mention_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """The answer that is named in the address, filled in for this mention. Raises Problem 404."""
    parameters = dict(visit.request.query_params)
    chosen = parameters.pop(CHOSEN, "")
    place = place_of(parameters)
    with visit.services.db.reading() as session:
        detail = mention(session, visit.viewer, mention_id)
        answers, picked = offered_for(visit, session), _picked(visit, session, detail.view, chosen)
        return visit.page(session, "answer_filled.html", detail=detail, answers=answers, picked=picked, place=place)


def _picked(visit: Visit, session: Session, view: MentionView, chosen: str) -> Picked | None:
    if not chosen:
        return None
    try:
        row = canned_answer(session, visit.viewer, UUID(chosen))
    except ValueError:
        raise not_found("answer") from None
    return Picked(row.id, filled(row.text, values_for(view, _name(visit, session))))


def _name(visit: Visit, session: Session) -> str:
    """The name that somebody gave themselves; never their address, which is nobody else's business."""
    who = visit.viewer.user_id
    return member_of(session, visit.viewer, who).name if who else ""


def values_for(view: MentionView, name: str) -> dict[str, str]:
    """What the fields of an answer stand for; with several brands, the first."""
    brand = view.matches[0].brand.name if view.matches else ""
    return {"author": strip_direction(view.mention.author or "").strip(), "brand": brand, "my name": name}


@router.get(HOME)
def show_list(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return visit.page(session, "answers.html", found=canned_answers(session, visit.viewer))


AnswerForm = Form[CannedAnswer, None]


def values_of(typed: Mapping[str, str] | SentForm) -> dict[str, str]:
    """The fields of the form, as they were typed, with the line ends that we keep."""
    return {"name": typed.get("name", ""), "text": typed.get("text", "").replace("\r\n", "\n")}


def show_form(visit: Visit, form: AnswerForm) -> Response:
    with visit.services.db.reading() as session:
        labels = {"name": visit.say("Name of the answer"), "text": visit.say("Text of the answer")}
        return form.page(visit, session, "answer.html", labels=labels, fields=actions.FIELDS)


def create(visit: Visit, form: AnswerForm, _sent: SentForm) -> RedirectResponse:
    new = validate(actions.NewAnswer, form.values)
    with visit.services.db.writing() as session:
        actions.create(session, visit.viewer, new)
    return redirect(HOME, "saved")


def update(visit: Visit, row: CannedAnswer, form: AnswerForm, _sent: SentForm) -> RedirectResponse:
    changes = validate(actions.AnswerChanges, form.values)
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes)
    return redirect(HOME, "saved")


PAGE: FormPage[CannedAnswer, None] = FormPage(
    home=HOME,
    deleted="answer-deleted",
    find=canned_answer,
    show_new=lambda visit: show_form(visit, Form(None, values_of({}))),
    form_of=lambda _visit, row: Form(None, {"name": row.name, "text": row.text}, row),
    read_form=lambda sent, row: Form(None, values_of(sent), row),
    show_form=show_form,
    create=create,
    update=update,
    delete=lambda session, visit, answer_id: actions.delete(session, visit.viewer, answer_id),
)
add_routes(router, PAGE, HOME)

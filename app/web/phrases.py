"""Domain phrases, with what each would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.actions import common_phrases as common_actions
from app.actions import phrases as actions
from app.actions.fields import validate
from app.models import Phrase
from app.pipeline.judge.common_phrases import LANGUAGES
from app.problems import Problem
from app.queries.brands import brands
from app.queries.common_phrases import common
from app.queries.paging import LIMIT_MAX
from app.queries.phrases import phrase, phrase_of, phrases, preview, progress_of_all
from app.viewer import Viewer
from app.web.form_page import Form, FormPage, Values, add_routes, attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, member, redirect
from sentiment.base import SIDES

router = APIRouter(prefix="/settings")

HOME = "/settings/phrases"
FIELDS = ("text", "stance", "brand_id", "language")
CORRECTABLE = frozenset({404, 409, 422})
"""404: the brand that was chosen has been deleted meanwhile."""


@router.get("/phrases/preview")
def show_preview(visit: Visit = Depends(member)) -> Response:
    """The part of the form that shows what a phrase changes, while it is typed."""
    parameters = visit.request.query_params
    try:
        replaces = UUID(parameters["phrase_id"]) if parameters.get("phrase_id") else None
    except ValueError:
        replaces = None
    return visit.page(None, "phrase_preview.html", preview=preview_of(visit, values_of(parameters), replaces))


def preview_of(visit: Visit, values: Values, replaces: UUID | None = None) -> dict[str, Any]:
    """What a phrase would change, or what is wrong with it. It has a transaction of its own, because it may run out
    of time."""
    nothing: dict[str, Any] = {"found": None, "problem": None, "text": values["text"].strip()}

    def changes() -> dict[str, Any]:
        tried = validate(actions.TriedPhrase, {**fields_of_action(values), "phrase_id": replaces})
        with visit.services.db.reading() as session:
            candidate = phrase_of(tried.text, tried.stance, tried.brand_id, tried.language)
            return {**nothing, "found": preview(session, visit.viewer, candidate, tried.phrase_id)}

    def with_problem(problem: Problem) -> dict[str, Any]:
        return {**nothing, "problem": problem}

    return attempt(changes, with_problem, CORRECTABLE) if nothing["text"] else nothing


def values_of(typed: Mapping[str, str] | SentForm) -> Values:
    """The fields of the form, as they were typed."""
    values: Values = {name: str(typed.get(name, ""))[:1_000].strip() for name in FIELDS}
    return {**values, "language": values["language"].lower()}


def fields_of_action(values: Values) -> Values:
    return {**values, "brand_id": values["brand_id"] or None, "language": values["language"] or None}


@router.get("/phrases")
def show_list(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        shipped = common(session, visit.viewer)
        return visit.page(
            session,
            "phrases.html",
            found=phrases(session, visit.viewer, visit.request.query_params.get("after")),
            applying=progress_of_all(session, visit.viewer),
            common={code: [view for view in shipped if view.phrase.language == code] for code in LANGUAGES},
            any_on=any(view.on for view in shipped),
        )


@router.post("/phrases/common")
def switch_all(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Switches all common phrases on or off."""
    with visit.services.db.writing() as session:
        common_actions.switch_all(session, visit.viewer, _chosen(sent), visit.services.jobs)
    return redirect(f"{HOME}?done=common#common")


@router.post("/phrases/common/{phrase_id}")
def switch(phrase_id: str, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Switches one common phrase on or off."""
    with visit.services.db.writing() as session:
        common_actions.switch(session, visit.viewer, phrase_id, _chosen(sent), visit.services.jobs)
    return redirect(f"{HOME}?done=common#common")


def _chosen(sent: SentForm) -> common_actions.Switch:
    return common_actions.Switch(on=sent.get("on") == "1")


PhraseForm = Form[Phrase, None]


def find(session: Session, viewer: Viewer, phrase_id: UUID) -> Phrase:
    return phrase(session, viewer, phrase_id).phrase


def show_new(visit: Visit) -> Response:
    """An empty form, or one that an offer filled in."""
    offered = values_of(visit.request.query_params)
    return show_form(visit, Form(None, {**offered, "stance": offered["stance"] or "promoter"}))


def form_of(_visit: Visit, row: Phrase) -> PhraseForm:
    return Form(None, {name: str(getattr(row, name) or "") for name in FIELDS}, row)


def read_form(sent: SentForm, row: Phrase | None) -> PhraseForm:
    return Form(None, values_of(sent), row)


def show_form(visit: Visit, form: PhraseForm) -> Response:
    changes = preview_of(visit, form.values, form.row.id if form.row else None)
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        return form.page(
            visit,
            session,
            "phrase.html",
            stances=[(key, visit.word("stance", key)) for key in SIDES],
            brands=[("", visit.say("Every brand")), *((str(brand.id), brand.name) for brand in offered)],
            preview=changes,
        )


def create(visit: Visit, form: PhraseForm, _sent: SentForm) -> Response:
    new = validate(actions.NewPhrase, fields_of_action(form.values))
    with visit.services.db.writing() as session:
        actions.create(session, visit.viewer, new, visit.services.jobs)
    return redirect(HOME, "phrase-saved")


def update(visit: Visit, row: Phrase, form: PhraseForm, _sent: SentForm) -> Response:
    changes = validate(actions.PhraseChanges, fields_of_action(form.values))
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes, visit.services.jobs)
    return redirect(HOME, "phrase-saved")


def delete(session: Session, visit: Visit, phrase_id: UUID) -> None:
    actions.delete_phrase(session, visit.viewer, phrase_id, visit.services.jobs)


PAGE = FormPage(
    home=HOME,
    deleted="phrase-deleted",
    find=find,
    show_new=show_new,
    form_of=form_of,
    read_form=read_form,
    show_form=show_form,
    create=create,
    update=update,
    delete=delete,
    correctable=CORRECTABLE,
)
add_routes(router, PAGE, "/phrases")

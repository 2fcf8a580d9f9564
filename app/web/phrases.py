"""Domain phrases, with what each would change; and how ratings are read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.actions import phrases as actions
from app.actions import ratings as rating_actions
from app.actions.fields import validated
from app.problems import Problem
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.phrases import PhrasePreview, applying, as_heard, phrase, phrases, preview, ratings
from app.web.forms import Posted, posted
from app.web.page import Visit, away, member
from app.web.words import WORDS

router = APIRouter(prefix="/settings")

FIELDS = ("text", "stance", "brand_id", "language")
REFUSED = frozenset({404, 409, 422})
EMPTY = {"text": "", "stance": "promoter", "brand_id": "", "language": ""}


def preview_of(visit: Visit, values: dict[str, Any], replaces: UUID | None = None) -> dict[str, Any]:
    """What a phrase would change, or what is wrong with it. In a transaction of its own, for it may run out of time."""
    found: PhrasePreview | None = None
    problem: Problem | None = None
    if values["text"].strip():
        try:
            tried = validated(actions.TriedPhrase, {**wanted(values), "phrase_id": replaces})
            with visit.services.db.reading() as session:
                heard = as_heard(tried.text, tried.stance, tried.brand_id, tried.language)
                found = preview(session, visit.viewer, heard, tried.phrase_id)
        except Problem as refused:
            if refused.status not in REFUSED:
                raise
            problem = refused
    return {"found": found, "problem": problem, "text": values["text"].strip()}


def wanted(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of the action, from those of the form."""
    return {**values, "brand_id": values["brand_id"] or None, "language": values["language"] or None}


def typed(given: Any) -> dict[str, Any]:
    """The fields of the form, as they were typed."""
    values = {name: str(given.get(name, ""))[:1_000].strip() for name in FIELDS}
    return {**values, "language": values["language"].lower()}


@router.get("/phrases/preview")
def previewed(visit: Visit = Depends(member)) -> Response:
    """The part of the form that shows what a phrase changes, while it is typed."""
    given = visit.request.query_params
    try:
        replaces = UUID(given["phrase_id"]) if given.get("phrase_id") else None
    except ValueError:
        replaces = None
    return visit.page(None, "phrase_preview.html", preview=preview_of(visit, typed(given), replaces))


@router.get("/phrases")
def listed(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        found = phrases(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(session, "phrases.html", found=found, applying=applying(session, visit.viewer))


@router.get("/phrases/new")
def new(visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    return form_page(visit, None, EMPTY)


def form_page(
    visit: Visit, phrase_id: UUID | None, values: dict[str, Any], problem: Problem | None = None
) -> HTMLResponse:
    shown = preview_of(visit, values, phrase_id)
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "phrase.html",
            status=problem.status if problem else 200,
            phrase_id=phrase_id,
            values=values,
            stances=[(key, visit.word("stance", key)) for key in WORDS["stance"] if key],
            brands=_brands(visit, session),
            preview=shown,
            problem=problem,
            labels={},
        )


def _brands(visit: Visit, session: Session) -> list[tuple[str, str]]:
    found = brands(session, visit.viewer, limit=LIMIT_MAX).items
    return [("", visit.say("Every brand")), *((str(one.id), one.name) for one in found)]


@router.post("/phrases/new")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = typed(form)
    try:
        new = validated(actions.NewPhrase, wanted(values))
        with visit.services.db.writing() as session:
            actions.create(session, visit.viewer, new, visit.services.jobs)
    except Problem as problem:
        if problem.status not in REFUSED:
            raise
        return form_page(visit, None, values, problem)
    return away("/settings/phrases", "phrase-saved")


@router.get("/phrases/{phrase_id}")
def one(phrase_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        row = phrase(session, visit.viewer, phrase_id).phrase
    values = {name: str(getattr(row, name) or "") for name in FIELDS}
    return form_page(visit, phrase_id, values)


@router.post("/phrases/{phrase_id}")
def update(phrase_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = typed(form)
    try:
        changes = validated(actions.PhraseChanges, wanted(values))
        with visit.services.db.writing() as session:
            actions.update(session, visit.viewer, phrase_id, changes, visit.services.jobs)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return form_page(visit, phrase_id, values, problem)
    return away("/settings/phrases", "phrase-saved")


@router.post("/phrases/{phrase_id}/delete")
def delete(phrase_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete_phrase(session, visit.viewer, phrase_id, visit.services.jobs)
    return away("/settings/phrases", "phrase-deleted")


@router.get("/ratings")
def read_ratings(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return ratings_page(visit, session, asdict(ratings(session, visit.viewer)[0]))


def ratings_page(
    visit: Visit, session: Session, values: dict[str, Any], problem: Problem | None = None
) -> HTMLResponse:
    return visit.page(
        session,
        "ratings.html",
        status=problem.status if problem else 200,
        values=values,
        applying=applying(session, visit.viewer),
        problem=problem,
        labels={},
    )


@router.post("/ratings")
def change_ratings(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = {name: form.get(name) for name in rating_actions.RatingChanges.model_fields}
    try:
        changes = validated(rating_actions.RatingChanges, values)
        with visit.services.db.writing() as session:
            rating_actions.change(session, visit.viewer, changes, visit.services.jobs)
    except Problem as problem:
        if problem.status != 422:
            raise
        with visit.services.db.reading() as session:
            return ratings_page(visit, session, values, problem)
    return away("/settings/ratings", "ratings-saved")

"""How the ratings of a workspace are read: from which number of stars on an author is a promoter."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import ratings as actions
from app.actions.fields import validate
from app.problems import Problem
from app.queries.phrases import progress_of_all, ratings
from app.web.form_page import Form, Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, member, redirect

router = APIRouter(prefix="/settings")


@router.get("/ratings")
def show_ratings(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        values = asdict(ratings(session, visit.viewer)[0])
    return ratings_page(visit, values)


def ratings_page(visit: Visit, values: Values, problem: Problem | None = None) -> HTMLResponse:
    with visit.services.db.reading() as session:
        return Form(None, values, None, problem).page(
            visit, session, "ratings.html", applying=progress_of_all(session, visit.viewer)
        )


@router.post("/ratings")
def change_ratings(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    values = {name: sent.get(name) for name in actions.RatingChanges.model_fields}

    def save() -> Response:
        changes = validate(actions.RatingChanges, values)
        with visit.services.db.writing() as session:
            actions.change(session, visit.viewer, changes, visit.services.jobs)
        return redirect("/settings/ratings", "ratings-saved")

    return attempt(save, lambda problem: ratings_page(visit, values, problem), {422})

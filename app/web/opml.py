"""Imports the feeds of a feed reader from an OPML file."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions.opml import OpmlResult, import_opml
from app.problems import FieldError, Problem, invalid
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor

router = APIRouter(prefix="/sources")


@router.post("/opml")
def add_feeds(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Adds a source for each feed of an uploaded list."""

    def save() -> Response:
        data = sent.file("file")
        if not data:
            raise invalid(FieldError("file", "Choose a file first."))
        with visit.services.db.writing() as session:
            results = import_opml(session, visit.viewer, data, visit.services, visit.now)
        return result_page(visit, results)

    return attempt(save, lambda problem: result_page(visit, (), problem), {422})


def result_page(visit: Visit, results: Sequence[OpmlResult], problem: Problem | None = None) -> HTMLResponse:
    """The result for each feed, or why the file could not be read."""
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "source_opml.html",
            status=problem.status if problem else 200,
            results=results,
            problem=problem,
            labels={"file": visit.say("OPML file")},
        )

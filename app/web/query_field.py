"""The field of a query: proposed from the name of the brand, tried on what people paste, and asked about where words in
it may have been meant as operators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.problems import FieldError, invalid
from app.web.form_page import Values
from app.web.forms import SentForm
from app.web.page import Visit, member
from ground.words import folded_words
from matching.hints import meant, operators_meant
from matching.match import IndexedText
from matching.proposal import also_found, propose
from matching.query import QueryError, parse

router = APIRouter(prefix="/settings/brands")

LONGEST = 5_000
"""Characters of a query, a name or a pasted text that are looked at while somebody types."""


@router.get("/query")
def show_query(visit: Visit = Depends(member)) -> Response:
    """The field with the query proposed for the name, as long as nobody wrote another; with `meant`, with that one."""
    parameters = visit.request.query_params
    name, query = parameters.get("name", "")[:LONGEST], parameters.get("query", "")[:LONGEST].strip()
    wanted = parameters.get("meant", "")[:LONGEST]
    if not wanted and query not in ("", parameters.get("proposed", "")):
        return Response(status_code=204)
    wanted = wanted or propose(name)
    return visit.page(None, "query_field.html", values={"query": wanted}, problem=None, field=field_of(name, wanted))


def field_of(name: str, query: str) -> dict[str, Any]:
    """What stands around the field: what was proposed, which spellings the query finds too, and the question whether
    words in it were meant as operators."""
    return {
        "proposed": propose(name),
        "also": also_found(name, query) if name and query else [],
        "meant": meant(query),
        "operators": operators_meant(query),
    }


def asks_back(sent: SentForm) -> Values | None:
    """The values to show again instead of saving, though nothing is wrong: the button of the question was pressed, the
    query is to be tried, or was left to Vigie. None where the form is to be saved."""
    query = sent.get("query")
    if sent.is_checked("meant"):
        return {"query": sent.get("meant")}
    proposed = propose(sent.get("name"))
    if sent.is_checked("try"):
        return {"query": query or proposed}
    return {"query": proposed} if not query and proposed else None


def check_meant(sent: SentForm) -> None:
    """Asks once before a query is saved in which words look like operators. Raises Problem 422."""
    query = sent.get("query")
    if meant(query) is not None and sent.get("as_is") != query:
        raise invalid(FieldError("query", "Answer the question below: nothing was saved yet."))


def pasted_of(query: str, pasted: str) -> dict[str, Any] | None:
    """Whether the query finds itself in a text that somebody pasted, and where; None where nobody can tell. A pasted
    text has words only: `depends` says that a field of the query decides."""
    if not pasted.strip():
        return None
    try:
        asked = parse(query)
    except QueryError:
        return None
    text = IndexedText("", pasted, [], folded_words(pasted))
    found = text.decides(asked)
    spans = [(start, end) for start, end, _ in text.spans(asked)] if found is not False else []
    return {"text": pasted, "spans": spans, "matched": found is not False, "depends": found is None}

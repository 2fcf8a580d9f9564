"""The query language: what a query says in plain words, and what each of its parts is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.actions.fields import Fields, QueryText
from app.api.deps import Now, Reader, Reading
from app.api.route import Route
from app.api.schemas import HintOut, Out, hints_out
from app.queries.feed import query_refused
from app.queries.query_check import MOST, query_check
from matching.imported import Tool, imported
from matching.in_words import in_words
from matching.query import QueryError, parse

router = APIRouter(prefix="/api/v1/queries", tags=["queries"], route_class=Route)


class QueryIn(Fields):
    """A query."""

    query: QueryText


class CheckIn(QueryIn):
    """A query, and over how many days to look back."""

    days: Annotated[int, Field(ge=1, le=365)] = 30


class TranslateIn(QueryIn):
    """A query of another tool."""

    source: Annotated[Tool, Field(alias="from", description="The tool it comes from.")]


class TranslationOut(Out):
    """The query in the language of Vigie, and what was done to it."""

    query: str
    report: list[str] = Field(description="What was written in another way, what was left out, and what is wrong.")
    valid: bool = Field(description="Whether Vigie can read the result.")


class ExplanationOut(Out):
    """What the query finds, in plain words."""

    query: str = Field(description="As Vigie reads it, with every operator written out.")
    fr: str
    en: str
    hints: list[HintOut] = Field(description="What in the query may not have been meant as Vigie reads it.")


class ClauseOut(Out):
    """One part of a query, and what it is worth."""

    text: str
    at: int = Field(description="Where it stands in the query, in characters from 0.")
    narrows: bool = Field(description="It is required beside others, or excludes; otherwise it is an alternative.")
    matched: int = Field(description="The mentions of the query that have it.")
    only_by_it: int = Field(
        description="What the query would lose without it; where it narrows, what it alone keeps out."
    )
    irrelevant: int = Field(description="How many of these were marked irrelevant.")
    last_matched_at: datetime | None
    warning: str | None


class CheckOut(Out):
    """What each part of a query is worth, in its order."""

    clauses: list[ClauseOut] = Field(description=f"The first {MOST} of them.")


@router.post("/explain")
def explain_query(new: QueryIn, _viewer: Reader) -> ExplanationOut:
    """Says in plain words what a query finds, in French and English. 422 with the place of a mistake."""
    try:
        query = parse(new.query)
    except QueryError as error:
        raise query_refused(error, "query") from None
    return ExplanationOut(
        query=str(query), fr=in_words(query, "fr"), en=in_words(query, "en"), hints=hints_out(new.query)
    )


@router.post("/check", openapi_extra={"x-costly": True})
def check_query(new: CheckIn, viewer: Reader, session: Reading, now: Now) -> CheckOut:
    """What each part of a query has found among the stored mentions, and what only it has: which part has found
    nothing, which adds nothing, and which brings most of what was marked irrelevant."""
    found = query_check(session, viewer, new.query, new.days, now)
    return CheckOut(
        clauses=[
            ClauseOut(
                text=str(worth.clause.part),
                at=worth.clause.at,
                narrows=worth.clause.narrows,
                matched=worth.matched,
                only_by_it=worth.only_by_it,
                irrelevant=worth.irrelevant,
                last_matched_at=worth.last_matched_at,
                warning=str(worth.warning) if worth.warning else None,
            )
            for worth in found
        ]
    )


@router.post("/translate")
def translate_query(new: TranslateIn, _viewer: Reader) -> TranslationOut:
    """Translates a query of Brandwatch, Talkwalker, Mention or Brand24, and reports what was changed or left out."""
    found = imported(new.query, new.source)
    return TranslationOut(query=found.query, report=[str(notice) for notice in found.report], valid=found.valid)

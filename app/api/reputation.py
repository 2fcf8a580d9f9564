"""The reputation score, its interval and its series."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.api.deps import Id, Now, Reader, Reading, ident
from app.api.filters import Several
from app.api.reputation_out import (
    CompareOut,
    ReputationOut,
    change_out,
    compared_out,
    model_out,
    point_out,
    score_values,
    survey_out,
)
from app.api.route import Route
from app.api.schemas import BrandRef
from app.problems import FieldError, invalid
from app.queries.brands import brand
from app.queries.bucket_sums import Slant
from app.queries.periods import By, Period
from app.queries.reputation import compare, model, reputation
from app.queries.rivals import rivals
from app.queries.sums import Weight
from app.queries.surveys import survey_nps
from app.queries.wanted import Moment, check_no_null

router = APIRouter(prefix="/api/v1", tags=["reputation"], route_class=Route)

USUAL = timedelta(days=30)
COMPARED_MAX = 20


def asked_period(
    now: Now,
    since: Annotated[Moment | None, Query(alias="from", description="30 days before `to` when left out.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Now when left out.")] = None,
) -> tuple[datetime, datetime]:
    """The period asked for. Raises Problem 422 when it ends before it starts."""
    end = until or now
    start = since or end - USUAL
    if end <= start:
        raise invalid(FieldError("to", "The end must come after the start."))
    return start, end


def slant(
    source: Several = [],  # noqa: B006 - FastAPI copies it
    language: Several = [],  # noqa: B006
    weight: Annotated[Weight, Query(description="What a mention counts.")] = "stories",
) -> Slant:
    """What is counted."""
    check_no_null("language", *language)
    return Slant(weight, tuple(ident(each, "source") for each in source), tuple(language))


AskedPeriod = Annotated[tuple[datetime, datetime], Depends(asked_period)]
Slanted = Annotated[Slant, Depends(slant)]


@router.get("/brands/{brand_id}/reputation")
def brand_reputation(
    brand_id: Id,
    viewer: Reader,
    session: Reading,
    period: AskedPeriod,
    slanted: Slanted,
    by: Annotated[By, Query()] = "day",
) -> ReputationOut:
    """The score of a brand, estimated from what the model answered, with its interval of 95 %."""
    since, until = period
    view = reputation(session, viewer, ident(brand_id, "brand"), Period(since, until, by), slanted)
    return ReputationOut(
        **score_values(view.whole),
        brand=BrandRef.model_validate(view.brand),
        start=since,
        end=until,
        by=by,
        weight=slanted.weight,
        model=model_out(view.model),
        change=change_out(view.previous, view.verdict),
        series=[point_out(point) for point in view.series],
        survey_nps=survey_out(survey_nps(session, viewer, view.brand.id, since, until)),
    )


@router.get("/reputation/compare")
def compare_brands(
    viewer: Reader,
    session: Reading,
    period: AskedPeriod,
    slanted: Slanted,
    brands: Annotated[
        list[Annotated[str, Field(max_length=2_000)]],
        Query(max_length=COMPARED_MAX, description="Brand ids, repeated or separated by commas."),
    ] = [],  # noqa: B006 - FastAPI copies it
    of: Annotated[
        str | None, Query(alias="brand", max_length=200, description="A brand, with its competitors.")
    ] = None,
) -> CompareOut:
    """Brands side by side, with their share of voice: those named, or one brand with its competitors."""
    if not brands and of is None:
        raise invalid(FieldError("brands", "Name the brands to compare."))
    ids = _ids(brands) if brands else []
    if of is not None:
        one = brand(session, viewer, ident(of, "brand"))
        ids = list(dict.fromkeys([one.id, *(row.id for row in rivals(session, viewer, one)), *ids]))[:COMPARED_MAX]
    since, until = period
    scores = compare(session, viewer, ids, Period(since, until), slanted)
    return CompareOut(
        start=since,
        end=until,
        weight=slanted.weight,
        model=model_out(model(session, viewer)),
        items=[compared_out(score) for score in scores],
    )


def _ids(brands: list[str]) -> list[UUID]:
    ids = list(dict.fromkeys(ident(part.strip(), "brand") for each in brands for part in each.split(",")))
    if len(ids) > COMPARED_MAX:
        raise invalid(FieldError("brands", "You can compare at most {limit} brands.", {"limit": COMPARED_MAX}))
    return ids

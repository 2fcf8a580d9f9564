"""The reputation score, its interval and its series."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.api.deps import Id, Now, Reader, Reading, ident
from app.api.filters import Several
from app.api.route import Route
from app.api.schemas import BrandRef, Out
from app.problems import FieldError, invalid
from app.queries.bucket_sums import Slant
from app.queries.periods import By, Period
from app.queries.reputation import CONFIDENCE, BrandScore, Model, compare, model, reputation
from app.queries.sums import Point, Weight
from app.queries.surveys import SurveyNps, survey_nps
from app.queries.wanted import Moment, check_no_null

router = APIRouter(prefix="/api/v1", tags=["reputation"], route_class=Route)

USUAL = timedelta(days=30)
COMPARED_MAX = 20


class ShareOut(Out):
    """One stance: its share (0 to 1, as estimated; null where there is no score) and its raw count."""

    share: float | None
    count: int


class ModelOut(Out):
    """The sentiment model, and what was measured of it: null for a larger model that nobody measured yet."""

    name: str
    version: str
    measured: dict[str, Any] | None


class ScoreOut(Out):
    """100 × (promoters - detractors), estimated; null where nothing was said, or where it cannot be told yet."""

    score: float | None
    undecided: bool = Field(
        description="The estimate and the plain count differ in sign, and no sample of labels says which is right: the "
        "score is null, and the interval is all that is known."
    )
    interval: tuple[float, float] | None = Field(description="[low, high]")
    confidence: float
    raw_score: float | None = Field(description="From stances as counted.")
    known: Literal["sample", "model"] = Field(
        description="What the score rests on: your labels too, or the model alone."
    )
    labels: int = Field(description="How many labels of a random sample the interval rests on.")
    unread: float = Field(
        description="The share, 0 to 1, of what is in languages that the model was not shown to read; their part of "
        "the interval is ±50."
    )
    effective: float | None = Field(
        description="How many independent voices the interval rests on: without copies, repeated authors and weights."
    )
    mentions: int
    stories: int
    promoters: ShareOut
    passives: ShareOut
    detractors: ShareOut
    unsure: int = Field(description="To check: of no stance yet, and counted in the score by their probabilities.")


class PointOut(Out):
    """One period of the series; the score is null where nothing was said, or where it cannot be told yet."""

    start: datetime
    score: float | None
    low: float | None
    high: float | None
    raw_score: float | None
    mentions: int
    stories: int
    promoters: int
    passives: int
    detractors: int
    unsure: int


class SurveyOut(Out):
    """The survey NPS, shown beside the score and never mixed into it."""

    score: float
    interval: tuple[float, float]
    responses: int


class ReputationOut(ScoreOut):
    """A brand's score over a period, and its series."""

    brand: BrandRef
    start: datetime
    end: datetime
    by: str
    weight: str
    model: ModelOut
    series: list[PointOut]
    survey_nps: SurveyOut | None


class ComparedOut(ScoreOut):
    """One of the brands compared; `share_of_voice` is its share, 0 to 1, of all their mentions."""

    brand: BrandRef
    share_of_voice: float


class CompareOut(Out):
    """Brands side by side, in the order asked."""

    start: datetime
    end: datetime
    weight: str
    model: ModelOut
    items: list[ComparedOut]


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
        Query(min_length=1, max_length=COMPARED_MAX, description="Brand ids, repeated or separated by commas."),
    ],
) -> CompareOut:
    """Brands side by side, with their share of voice."""
    ids = _ids(brands)
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


def score_values(point: Point) -> dict[str, Any]:
    """The fields of a score."""
    score, counts = point.reputation, point.counts
    known = score.low is not None and score.high is not None
    shares = (score.promoters, score.passives, score.detractors) if score.told else (None, None, None)
    promoters, passives, detractors = shares
    return {
        "score": score.score if score.told else None,
        "undecided": known and not score.told,
        "interval": (score.low, score.high) if known else None,
        "known": "sample" if score.labels else "model",
        "labels": score.labels,
        "unread": score.unread,
        "confidence": CONFIDENCE,
        "raw_score": score.raw_score,
        "effective": score.voices,
        "mentions": point.mentions,
        "stories": point.stories,
        "promoters": ShareOut(share=promoters, count=counts.promoters),
        "passives": ShareOut(share=passives, count=counts.passives),
        "detractors": ShareOut(share=detractors, count=counts.detractors),
        "unsure": counts.unsure,
    }


def point_out(point: Point) -> PointOut:
    """One period as the API shows it."""
    score, counts = point.reputation, point.counts
    return PointOut(
        start=point.start,
        score=score.score if score.told else None,
        low=score.low,
        high=score.high,
        raw_score=score.raw_score,
        mentions=point.mentions,
        stories=point.stories,
        promoters=counts.promoters,
        passives=counts.passives,
        detractors=counts.detractors,
        unsure=counts.unsure,
    )


def compared_out(score: BrandScore) -> ComparedOut:
    """One of several brands as the API shows it."""
    return ComparedOut(
        **score_values(score.point), brand=BrandRef.model_validate(score.brand), share_of_voice=score.share_of_voice
    )


def survey_out(nps: SurveyNps | None) -> SurveyOut | None:
    """The survey NPS as the API shows it."""
    if nps is None:
        return None
    return SurveyOut(score=nps.score, interval=(nps.low, nps.high), responses=nps.responses)


def model_out(model: Model) -> ModelOut:
    """The model as the API shows it."""
    known = model.measured is not None or model.own.texts
    measured = {**(model.measured or {}), "own_sample": model.own.as_json()} if known else None
    return ModelOut(name=model.name, version=model.version, measured=measured)

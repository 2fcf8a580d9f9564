"""The reputation score, its change and its series as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.api.schemas import BrandRef, Out
from app.queries.reputation import CONFIDENCE, BrandScore, Model
from app.queries.sums import Point
from app.queries.surveys import SurveyNps
from sentiment.change import Verdict


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


class PreviousOut(Out):
    """The score of the period of the same length before; null where nothing was said, or where it cannot be told."""

    score: float | None
    low: float | None
    high: float | None
    mentions: int


class ScoreChangeOut(Out):
    """What became of the score since the period before."""

    previous: PreviousOut
    verdict: Verdict = Field(
        description="up or down where the difference is more than both intervals allow; steady where it is surely "
        "small; else unknown."
    )


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
    change: ScoreChangeOut
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


def change_out(previous: Point, verdict: Verdict) -> ScoreChangeOut:
    """What became of a score as the API shows it."""
    score = previous.reputation
    shown = PreviousOut(
        score=score.score if score.told else None, low=score.low, high=score.high, mentions=previous.mentions
    )
    return ScoreChangeOut(previous=shown, verdict=verdict)


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

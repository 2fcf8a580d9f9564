"""The reputation score of a brand over time, and of brands side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Result, func, select
from sqlalchemy.orm import Session

from app.models import Brand, Bucket
from app.pipeline.judge.active_model import scoring_model
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.queries.brands import brand, known_brands
from app.queries.feed import one_of
from app.queries.labelling import OwnSample, own_sample
from app.queries.periods import Period, periods
from app.queries.sources import known_sources
from app.queries.sums import Point, Sum, Weight, points, sums_by, total
from app.viewer import Viewer, may
from sentiment.indices import share_of_voice
from sentiment.quantify import LanguageGroup, Matrix

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Slant:
    """What is counted: the weight of a mention, and which sources and languages; none means all."""

    weight: Weight = "stories"
    sources: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """The sentiment model behind the scores, what was measured of it (None: nothing), also on the workspace's own
    labels, and how it is corrected."""

    name: str
    version: str
    measured: dict[str, Any] | None
    own: OwnSample
    matrices: Mapping[LanguageGroup, Matrix]


@dataclass(frozen=True, slots=True)
class ReputationView:
    """A brand's score over a period, and its series without holes."""

    brand: Brand
    whole: Point
    series: list[Point]
    model: Model


@dataclass(frozen=True, slots=True)
class BrandScore:
    """One of several brands: its score, and its share, 0 to 1, of all that is said about them."""

    brand: Brand
    point: Point
    share_of_voice: float


@may("read")
def reputation(session: Session, viewer: Viewer, brand_id: UUID, period: Period, slant: Slant) -> ReputationView:
    """The score of a brand. Raises Problem 404, and 422 when the series would be too long."""
    row = brand(session, viewer, brand_id)
    known_sources(session, viewer, slant.sources)
    starts = periods(period, viewer.timezone)
    rows = _sum_buckets(session, viewer, [brand_id], period, slant, viewer.timezone)
    by_start = sums_by(attrgetter("start"), rows, slant.weight)
    sums = [(period.since, total(by_start.values())), *((start, by_start.get(start, Sum())) for start in starts)]
    scorer = model(session, viewer)
    whole, *series = points(sums, [_same_author(row, slant)] * len(sums), scorer.matrices)
    return ReputationView(row, whole, series, scorer)


@may("read")
def compare(
    session: Session, viewer: Viewer, brand_ids: Sequence[UUID], period: Period, slant: Slant
) -> list[BrandScore]:
    """Brands side by side, in the order asked. Raises Problem 404."""
    brands = known_brands(session, viewer, brand_ids)
    known_sources(session, viewer, slant.sources)
    by_brand = sums_by(attrgetter("brand_id"), _sum_buckets(session, viewer, brand_ids, period, slant), slant.weight)
    sums = [(period.since, by_brand.get(row.id, Sum())) for row in brands]
    scores = points(sums, [_same_author(row, slant) for row in brands], model(session, viewer).matrices)
    voices = share_of_voice({str(row.id): point.mentions for row, point in zip(brands, scores, strict=True)})
    return [BrandScore(row, point, voices[str(row.id)]) for row, point in zip(brands, scores, strict=True)]


@may("read")
def model(session: Session, viewer: Viewer) -> Model:
    """The model that scores, as its worker recorded it, corrected by the workspace's own labels where there are
    enough."""
    scorer = scoring_model(session)
    own = own_sample(session, viewer, f"{scorer.name} {scorer.version}")
    measured = figures_of(scorer.measured)
    return Model(scorer.name, scorer.version, measured, own, own.matrices(scorer.matrices))


def _same_author(row: Brand, slant: Slant) -> float:
    """The chance that two mentions of the brand are by one author, as it was last measured."""
    return float(row.same_author.get(slant.weight, 0.0))


def figures_of(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a reader of the score wants to know about its model: how often it is right, and on which texts that was
    measured."""
    if not figures:
        return None
    whole = "umsab" if "umsab" in figures else "all"
    groups = {"all": whole, "en": f"{whole}:en", "fr": f"{whole}:fr"}
    return {
        "macro_f1": {name: figures[key]["macro_f1"] for name, key in groups.items() if key in figures},
        "calibration_error": figures[whole]["calibration_error"],
        "texts": figures[whole]["texts"],
        "on": figures.get("on", "UMSAB validation tweets in eight languages"),
    }


def _sum_buckets(
    session: Session, viewer: Viewer, brand_ids: Sequence[UUID], period: Period, slant: Slant, zone: str | None = None
) -> Result[Any]:
    """The buckets summed by brand, weight, language and, with a time zone, by the start of their period there.

    Reads the rows of single sources when `slant` names some, else the totals over all sources.
    """
    start = func.date_trunc(period.by, Bucket.hour, "UTC" if period.by == "hour" else zone)
    parts: list[Any] = [Bucket.brand_id, Bucket.weight, Bucket.language]
    if zone is not None:
        parts.append(start.label("start"))
    summed = (
        "number", "promoters", "passives", "detractors", "fixed_promoters", "fixed_passives", "fixed_detractors",
        "model_number", "negative", "neutral", "positive", "squares",
    )  # fmt: skip
    statement = (
        select(*parts, *(func.sum(getattr(Bucket, name)).label(name) for name in summed))
        .where(Bucket.workspace_id == viewer.workspace_id, one_of(Bucket.brand_id, tuple(brand_ids)))
        .where(Bucket.weight.in_(sorted({"stories", "mentions", slant.weight})))
        .where(Bucket.hour >= period.since.replace(minute=0, second=0, microsecond=0), Bucket.hour < period.until)
        .group_by(*(part.element if hasattr(part, "element") else part for part in parts))
    )
    statement = statement.where(one_of(Bucket.source_id, slant.sources or (EVERY_SOURCE,)))
    if slant.languages:
        statement = statement.where(one_of(Bucket.language, slant.languages))
    return session.execute(statement)

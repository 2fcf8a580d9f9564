"""The reputation score of a brand over time, and of brands side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.models import Brand
from app.pipeline.judge.active_model import scoring_model
from app.queries.brands import brand, known_brands
from app.queries.bucket_sums import Slant, bucket_sums
from app.queries.own_sample import OwnSample, own_sample
from app.queries.periods import Period, before, periods
from app.queries.sources import known_sources
from app.queries.strata import counted, strata
from app.queries.sums import Point, Sum, points, sums_by, total
from app.viewer import Viewer, may
from sentiment.change import Verdict, verdict
from sentiment.correction import Corrections
from sentiment.indices import share_of_voice
from sentiment.sampled import ENOUGH, by_sample

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Model:
    """The sentiment model behind the scores, what was measured of it (None: nothing), also on the workspace's own
    labels, and how shares follow from its answers."""

    name: str
    version: str
    measured: dict[str, Any] | None
    own: OwnSample
    corrections: Corrections


@dataclass(frozen=True, slots=True)
class ReputationView:
    """A brand's score over a period, its series without holes, and what became of it since the period before."""

    brand: Brand
    whole: Point
    series: list[Point]
    model: Model
    previous: Point
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class BrandScore:
    """One of several brands: its score, and its share, 0 to 1, of all that is said about them."""

    brand: Brand
    point: Point
    share_of_voice: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A brand's score over a period, that of the period before, and what became of it."""

    brand: Brand
    point: Point
    previous: Point
    verdict: Verdict


@may("read")
def reputation(session: Session, viewer: Viewer, brand_id: UUID, period: Period, slant: Slant) -> ReputationView:
    """The score of a brand. Raises Problem 404, and 422 when the series would be too long."""
    row = brand(session, viewer, brand_id)
    known_sources(session, viewer, slant.sources)
    starts = periods(period, viewer.timezone)
    scorer = model(session, viewer)
    rows = bucket_sums(session, viewer, [brand_id], period, slant, viewer.timezone)
    by_start = sums_by(attrgetter("start"), rows, slant.weight, scorer.corrections)
    earlier = before(period)
    past = total(_sums_of_brands(session, viewer, [row], earlier, slant, scorer))
    all_of_it = total(by_start.values())
    sums = [
        (period.since, all_of_it),
        (earlier.since, past),
        *((start, by_start.get(start, Sum())) for start in starts),
    ]
    whole, previous, *series = points(sums, [same_author(row, slant)] * len(sums), scorer.corrections)
    whole = sampled(session, viewer, row, period, slant, scorer, whole, all_of_it)
    previous = sampled(session, viewer, row, earlier, slant, scorer, previous, past)
    return ReputationView(row, whole, series, scorer, previous, verdict(whole.reputation, previous.reputation))


@may("read")
def compare(
    session: Session, viewer: Viewer, brand_ids: Sequence[UUID], period: Period, slant: Slant
) -> list[BrandScore]:
    """Brands side by side, in the order asked. Raises Problem 404."""
    brands = known_brands(session, viewer, brand_ids)
    known_sources(session, viewer, slant.sources)
    scores = _scores(session, viewer, brands, period, slant, model(session, viewer))
    voices = share_of_voice({str(row.id): point.mentions for row, point in zip(brands, scores, strict=True)})
    return [BrandScore(row, point, voices[str(row.id)]) for row, point in zip(brands, scores, strict=True)]


@may("read")
def standings(
    session: Session, viewer: Viewer, brands: Sequence[Brand], period: Period, slant: Slant
) -> list[Standing]:
    """The score of each of the viewer's brands, and what became of it since the period before."""
    scorer = model(session, viewer)
    now = _scores(session, viewer, brands, period, slant, scorer)
    past = _scores(session, viewer, brands, before(period), slant, scorer)
    return [
        Standing(row, point, previous, verdict(point.reputation, previous.reputation))
        for row, point, previous in zip(brands, now, past, strict=True)
    ]


def _scores(
    session: Session, viewer: Viewer, brands: Sequence[Brand], period: Period, slant: Slant, scorer: Model
) -> list[Point]:
    """The score of each brand over the whole period."""
    found = _sums_of_brands(session, viewer, brands, period, slant, scorer)
    sums = [(period.since, each) for each in found]
    scores = points(sums, [same_author(row, slant) for row in brands], scorer.corrections)
    return [
        sampled(session, viewer, row, period, slant, scorer, point, each)
        for row, each, point in zip(brands, found, scores, strict=True)
    ]


def _sums_of_brands(
    session: Session, viewer: Viewer, brands: Sequence[Brand], period: Period, slant: Slant, scorer: Model
) -> list[Sum]:
    """What was said of each brand over the whole period, added up."""
    if not brands:
        return []
    rows = bucket_sums(session, viewer, [row.id for row in brands], period, slant)
    by_brand = sums_by(attrgetter("brand_id"), rows, slant.weight, scorer.corrections)
    return [by_brand.get(row.id, Sum()) for row in brands]


@may("read")
def model(session: Session, viewer: Viewer) -> Model:
    """The model that scores, as its worker recorded it, corrected by the workspace's own labels where there are
    enough."""
    scorer = scoring_model(session)
    own = own_sample(session, viewer, f"{scorer.name} {scorer.version}")
    measured = figures_of(scorer.measured)
    return Model(scorer.name, scorer.version, measured, own, own.correct(scorer.corrections))


@may("read")
def sampled(
    session: Session, viewer: Viewer, row: Brand, period: Period, slant: Slant, scorer: Model, point: Point, whole: Sum
) -> Point:
    """The point with the score that labels make, where the sample of what it counts is large enough."""
    sample = counted(scorer.own.texts, row.id, period, slant)
    if len(sample) < ENOUGH:
        return point
    rows = bucket_sums(session, viewer, [row.id], period, slant, by_source=True)
    by_source = sums_by(attrgetter("source_id"), rows, slant.weight, scorer.corrections)
    same = same_author(row, slant)
    found = by_sample(point.reputation, whole.tally(same), strata(by_source, sample, same))
    return replace(point, reputation=found)


def same_author(row: Brand, slant: Slant) -> float:
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

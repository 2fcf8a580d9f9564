"""The reputation score of a brand over time, and of brands side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Brand, Bucket
from app.pipeline.judge.active_model import known
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.problems import FieldError, invalid
from app.queries.brands import brand, known_brands
from app.queries.feed import one_of
from app.queries.labelling import OwnSample, own_sample
from app.queries.sources import known_sources
from app.viewer import Viewer
from sentiment.indices import Reputation, Scored, Tally, reputations, share_of_voice, voices_of_parts
from sentiment.quantify import LanguageGroup, Matrix, group_of

By = Literal["hour", "day", "week", "month"]
Weight = Literal["stories", "mentions", "reach"]
CONFIDENCE = 0.95
POINTS_MAX = 3_000
GROUPS: tuple[LanguageGroup, ...] = ("en", "fr", "other")


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, before `until`, cut by `by` in the viewer's time zone. Hours that are begun count whole."""

    since: datetime
    until: datetime
    by: By = "day"


@dataclass(frozen=True, slots=True)
class Slant:
    """What is counted: the weight of a mention, and which sources and languages; none means all."""

    weight: Weight = "stories"
    sources: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Stances as shown, in the weight asked for."""

    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the series. `reputation` has no score where nothing was said."""

    start: datetime
    reputation: Reputation
    mentions: int
    stories: int
    counts: Counts


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
class Compared:
    """One of several brands: its score, and its share, 0 to 1, of all that is said about them."""

    brand: Brand
    point: Point
    share_of_voice: float


def reputation(session: Session, viewer: Viewer, brand_id: UUID, period: Period, slant: Slant) -> ReputationView:
    """The score of a brand. Raises Problem 404, and 422 when the series would be too long."""
    row = brand(session, viewer, brand_id)
    known_sources(session, viewer, slant.sources)
    starts = periods(period, viewer.timezone)
    by_start: dict[datetime, _Sum] = defaultdict(_Sum)
    for found in _counted(session, viewer, [brand_id], period, slant, viewer.timezone):
        by_start[found.start].add(found, slant.weight)
    whole = _Sum.of(by_start.values())
    scorer = model(session, viewer)
    sums = [(period.since, whole), *((start, by_start.get(start, _Sum())) for start in starts)]
    points = _points(sums, [_same_author(row, slant)] * len(sums), scorer.matrices)
    return ReputationView(row, points[0], points[1:], scorer)


def compare(
    session: Session, viewer: Viewer, brand_ids: Sequence[UUID], period: Period, slant: Slant
) -> list[Compared]:
    """Brands side by side, in the order asked. Raises Problem 404."""
    rows = known_brands(session, viewer, brand_ids)
    known_sources(session, viewer, slant.sources)
    sums: dict[UUID, _Sum] = defaultdict(_Sum)
    for found in _counted(session, viewer, brand_ids, period, slant, None):
        sums[found.brand_id].add(found, slant.weight)
    same, scorer = [_same_author(row, slant) for row in rows], model(session, viewer)
    points = _points([(period.since, sums[brand_id]) for brand_id in brand_ids], same, scorer.matrices)
    voices = share_of_voice({str(row.id): point.mentions for row, point in zip(rows, points, strict=True)})
    return [Compared(row, point, voices[str(row.id)]) for row, point in zip(rows, points, strict=True)]


def model(session: Session, viewer: Viewer) -> Model:
    """The model that scores, as its worker told, corrected by the workspace's own labels where there are enough."""
    scorer = known(session)
    own = own_sample(session, viewer, f"{scorer.name} {scorer.version}")
    measured = measured_of(scorer.measured)
    return Model(scorer.name, scorer.version, measured, own, own.matrices(scorer.matrices))


def _same_author(row: Brand, slant: Slant) -> float:
    return float(row.same_author.get(slant.weight, 0.0))


def measured_of(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a reader of the score wants to know of its model: how often it is right, and on what that was measured."""
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


def periods(period: Period, timezone: str) -> list[datetime]:
    """The starts of the periods that touch ]since, until[, oldest first, in UTC. Raises Problem 422 past 3,000."""
    if period.until <= period.since:
        raise invalid(FieldError("to", "The end must come after the start."))
    zone = ZoneInfo(timezone)
    start, starts = floor(period.since, period.by, zone), []
    while start < period.until:
        starts.append(start.astimezone(UTC))
        if len(starts) > POINTS_MAX:
            hint = "Ask for longer periods, or for less time."
            raise invalid(FieldError("by", "That makes more than {limit} points.", {"limit": POINTS_MAX}, hint=hint))
        start = following(start, period.by, zone)
    return starts


def floor(at: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start of the hour, day, week (Monday) or month that holds this moment, as people of the zone count."""
    if by == "hour":
        return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if by == "week":
        day -= timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def following(start: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The next period's start: days of 23 or 25 hours included."""
    if by == "hour":
        return start + timedelta(hours=1)
    days = {"day": 1, "week": 7, "month": 32}[by]
    return floor(start.replace(tzinfo=None, hour=12).replace(tzinfo=zone) + timedelta(days=days), by, zone)


def _counted(
    session: Session, viewer: Viewer, brand_ids: Sequence[UUID], period: Period, slant: Slant, zone: str | None
) -> Iterable[Any]:
    """Sums per brand, weight, language and, when a zone is given, period."""
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


class _Sum:
    """Rows of buckets added up."""

    def __init__(self) -> None:
        self.mentions = self.stories = 0.0
        self.counts = [0.0, 0.0, 0.0]
        self.fixed = [0.0, 0.0, 0.0]
        self.fixed_squares = 0.0
        self.groups: dict[LanguageGroup, list[float]] = {group: [0.0] * 7 for group in GROUPS}

    @classmethod
    def of(cls, parts: Iterable[_Sum]) -> _Sum:
        whole = cls()
        for part in parts:
            whole.mentions += part.mentions
            whole.stories += part.stories
            whole.counts = [a + b for a, b in zip(whole.counts, part.counts, strict=True)]
            whole.fixed = [a + b for a, b in zip(whole.fixed, part.fixed, strict=True)]
            whole.fixed_squares += part.fixed_squares
            for group, sums in part.groups.items():
                whole.groups[group] = [a + b for a, b in zip(whole.groups[group], sums, strict=True)]
        return whole

    def add(self, row: Any, weight: Weight) -> None:
        if row.weight == "mentions":
            self.mentions += row.number
        if row.weight == "stories":
            self.stories += row.number
        if row.weight != weight:
            return
        shown = (row.promoters, row.passives, row.detractors)
        fixed = (row.fixed_promoters, row.fixed_passives, row.fixed_detractors)
        self.counts = [a + b for a, b in zip(self.counts, shown, strict=True)]
        self.fixed = [a + b for a, b in zip(self.fixed, fixed, strict=True)]
        by_model = row.model_number / row.number if row.number else 0.0
        squares = row.squares * by_model
        self.fixed_squares += row.squares * (1 - by_model)
        added = (*(a - b for a, b in zip(shown, fixed, strict=True)), row.negative, row.neutral, row.positive, squares)
        group = group_of(row.language)
        self.groups[group] = [a + b for a, b in zip(self.groups[group], added, strict=True)]

    def tally(self, same_author: float) -> Tally:
        """`same_author`: the chance that two of the mentions counted are by one author, seen over many hours."""
        sizes = [sum(sums[:3]) for sums in self.groups.values()] + [sum(self.fixed)]
        squares = [sums[6] for sums in self.groups.values()] + [self.fixed_squares]
        voices = voices_of_parts([_kish(*pair) for pair in zip(sizes, squares, strict=True)], sizes, same_author)
        en, fr, other = (_scored(sums, n) for sums, n in zip(self.groups.values(), voices[:3], strict=True))
        promoters, passives, detractors = (round(number) for number in self.fixed)
        return Tally(en, fr, other, promoters, passives, detractors, voices[3])


def _kish(weight: float, squares: float) -> float:
    """(Σw)²/Σw²: the number that weights leave, an author's being summed up (Kish, Survey Sampling, 1965)."""
    return weight**2 / squares if squares else 0.0


def _scored(sums: Sequence[float], voices: float) -> Scored:
    promoters, passives, detractors, negative, neutral, positive, _ = sums
    return Scored(round(promoters), round(passives), round(detractors), negative, neutral, positive, voices)


def _points(
    sums: Sequence[tuple[datetime, _Sum]], same_author: Sequence[float], matrices: Mapping[LanguageGroup, Matrix]
) -> list[Point]:
    tallies = [one.tally(same) for (_, one), same in zip(sums, same_author, strict=True)]
    scores = reputations(tallies, matrices)
    return [
        Point(start, score, round(one.mentions), round(one.stories), Counts(*(round(n) for n in one.counts)))
        for (start, one), score in zip(sums, scores, strict=True)
    ]

"""The reputation score of a brand: its interval, its trend, where it comes from, and competitors beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.models import Brand
from app.queries.brands import brands
from app.queries.bucket_sums import Slant
from app.queries.choices import choices
from app.queries.paging import LIMIT_MAX
from app.queries.periods import By, Period
from app.queries.phrases import progress_of_all
from app.queries.reputation import ReputationView, compare, reputation
from app.queries.sums import Point, Weight
from app.queries.surveys import survey_nps
from app.web.charts import Chart, label
from app.web.language import Tongue
from app.web.page import Visit, member
from app.web.words import WORDS
from sentiment.sampled import ENOUGH

router = APIRouter()

DAYS = ("7", "30", "90", "365")
STEPS = ("day", "week", "month")
USUAL_STEP: dict[str, By] = {"7": "day", "30": "day", "90": "week", "365": "month"}
MOST_PARTS, MOST_BRANDS = 12, 12
FEW = 30
"""With fewer stories than this the interval is wide, and the page says so."""
FEWEST = 10
"""With fewer independent voices a point of the trend is hollow and stands alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address chooses: how many days, in which steps, and what a mention counts."""

    days: str
    by: By
    weight: Weight

    def period(self, now: datetime) -> Period:
        return Period(now - timedelta(days=int(self.days)), now, self.by)


def choice_of(parameters: Mapping[str, str]) -> Choice:
    """The choice of an address. A value that means nothing is dropped, as if it were not there."""
    days = parameters.get("period", "")
    days = days if days in DAYS else "30"
    by = parameters.get("by") if parameters.get("by") in STEPS else USUAL_STEP[days]
    weight = parameters.get("weight") if parameters.get("weight") in WORDS["weight"] else "stories"
    return Choice(days, cast(By, by), cast(Weight, weight))


@router.get("/reputation")
def show_reputation(visit: Visit = Depends(member)) -> Response:
    """One brand over one period; everything that is chosen is in the address."""
    parameters = visit.request.query_params
    choice = choice_of(parameters)
    period, slant = choice.period(visit.now), Slant(choice.weight)
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        brand = next((row for row in offered if str(row.id) == parameters.get("brand")), None) or _first(offered)
        chosen = {
            "period": choice.days,
            "weight": choice.weight,
            "by": choice.by,
            "brand": str(brand.id) if brand else "",
        }
        if brand is None:
            return visit.page(session, "reputation.html", brands=[], chosen=chosen, view=None)
        view = reputation(session, visit.viewer, brand.id, period, slant)
        if "by" not in parameters and choice.days == "30" and holds_few(view.series):
            chosen["by"] = "week"
            period = replace(choice, by="week").period(visit.now)
            view = reputation(session, visit.viewer, brand.id, period, slant)
        return visit.page(
            session,
            "reputation.html",
            brands=offered,
            chosen=chosen,
            view=view,
            survey=survey_nps(session, visit.viewer, brand.id, period.since, period.until),
            few=FEW,
            fewest=FEWEST,
            enough=ENOUGH,
            hollow=any(is_hollow(point) and point.reputation.told for point in view.series),
            deciding=progress_of_all(session, visit.viewer),
            trend=trend(visit.tongue, view, period.by),
            volume=volume(visit.tongue, view, period.by),
            sources=_by_source(visit, session, brand, period, slant),
            languages=_by_language(visit, session, brand, period, slant),
            compared=compare(session, visit.viewer, [row.id for row in offered[:MOST_BRANDS]], period, slant),
            feed_of=lambda **more: "/?" + urlencode({**_listed(brand, choice), **more}),
            gauge=gauge,
        )


def _first(offered: Sequence[Brand]) -> Brand | None:
    return next((row for row in offered if row.kind == "own"), offered[0] if offered else None)


def _listed(brand: Brand, choice: Choice) -> dict[str, str]:
    """The filters of a list that holds what is counted: copies too, where mentions are."""
    copies = {} if choice.weight == "stories" else {"copies": "1"}
    return {"brand": str(brand.id), "period": choice.days, **copies}


def holds_few(series: Sequence[Point]) -> bool:
    """Whether at most half of the periods in which something was said rest on enough voices to be joined by a line."""
    said = [point for point in series if point.reputation.voices is not None]
    return 2 * sum(not is_hollow(point) for point in said) <= len(said)


def is_hollow(point: Point) -> bool:
    """Whether something was said, by few independent voices."""
    voices = point.reputation.voices
    return voices is not None and voices < FEWEST


def gauge(value: float | None, width: float = 260) -> float:
    """Where a score from −100 to 100 stands on a scale of this width."""
    return round((max(-100.0, min(100.0, value or 0.0)) + 100) / 200 * width, 1)


def trend(tongue: Tongue, view: ReputationView, by: str) -> Chart:
    """The score with its interval; a period without mentions has none, and is left blank. A score that cannot be told
    has its interval alone, and one of few voices is hollow."""
    labels = [label(tongue, point.start, by) for point in view.series]
    spec: dict[str, Any] = {
        "labels": labels,
        "lines": [
            {
                "name": tongue.say("Score"),
                "tone": "accent",
                "data": [None if is_hollow(point) else _drawn(point) for point in view.series],
                "hollow": [_drawn(point) if is_hollow(point) else None for point in view.series],
            }
        ],
        "band": {
            "name": tongue.say("95 % interval"),
            "low": [_rounded(point.reputation.low) for point in view.series],
            "high": [_rounded(point.reputation.high) for point in view.series],
        },
        "min": -100,
        "max": 100,
    }
    heads = tuple(map(tongue.say, ("Period", "Score", "Interval", "Raw score", "Stories")))
    rows = [
        (
            labels[n],
            score_in_words(tongue, point),
            interval_in_words(tongue, point),
            tongue.with_sign(point.reputation.raw_score),
            tongue.number(point.stories),
        )
        for n, point in enumerate(view.series)
    ]
    return Chart(tongue.say("Reputation score over time, with its interval"), spec, heads, rows)


def _drawn(point: Point) -> float | None:
    return _rounded(point.reputation.score) if point.reputation.told else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def score_in_words(tongue: Tongue, point: Point) -> str:
    """The score, or that it cannot be told yet."""
    score = point.reputation
    return tongue.with_sign(score.score) if score.told or score.score is None else tongue.say("cannot be told yet")


def interval_in_words(tongue: Tongue, point: Point) -> str:
    """The interval in words."""
    score = point.reputation
    if score.low is None:
        return "–"
    return tongue.say("{low} to {high}", low=tongue.with_sign(score.low), high=tongue.with_sign(score.high))


def volume(tongue: Tongue, view: ReputationView, by: str) -> Chart:
    """The number of mentions of each stance, stacked."""
    labels = [label(tongue, point.start, by) for point in view.series]
    parts = [
        ("Promoters", "promoter", [point.counts.promoters for point in view.series]),
        ("Passives", "passive", [point.counts.passives for point in view.series]),
        ("Detractors", "detractor", [point.counts.detractors for point in view.series]),
        ("To check", "unsure", [point.counts.unsure for point in view.series]),
    ]
    spec: dict[str, Any] = {
        "labels": labels,
        "bars": [
            {"name": tongue.say(name), "tone": tone, "data": data, "stack": "stances"} for name, tone, data in parts
        ],
        "whole": True,
    }
    heads = (tongue.say("Period"), *(tongue.say(name) for name, _, _ in parts))
    rows = [(labels[n], *(tongue.number(data[n]) for _, _, data in parts)) for n in range(len(labels))]
    return Chart(tongue.say("Volume by stance"), spec, heads, rows)


def _by_source(
    visit: Visit, session: Session, brand: Brand, period: Period, slant: Slant
) -> list[tuple[str, UUID, Point]]:
    """The sources that brought something, with their score, most mentions first."""
    parts = []
    for source in choices(session, visit.viewer).sources[: MOST_PARTS * 2]:
        part = compare(session, visit.viewer, [brand.id], period, Slant(slant.weight, sources=(source.id,)))[0].point
        if part.mentions:
            parts.append((source.name, source.id, part))
    return sorted(parts, key=lambda row: -row[2].mentions)[:MOST_PARTS]


def _by_language(
    visit: Visit, session: Session, brand: Brand, period: Period, slant: Slant
) -> list[tuple[str, str, Point]]:
    parts = []
    for code in choices(session, visit.viewer).languages[:MOST_PARTS]:
        part = compare(session, visit.viewer, [brand.id], period, Slant(slant.weight, languages=(code,)))[0].point
        if part.mentions:
            parts.append((visit.tongue.language_name(code), code, part))
    return sorted(parts, key=lambda row: -row[2].mentions)

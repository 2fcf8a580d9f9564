"""What the Reputation page shows of one brand: read once, for the page, its files and its shared copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.models import Brand
from app.queries.breakdown import Breakdown, breakdown
from app.queries.periods import Period
from app.queries.reputation import BrandScore, ReputationView, compare, reputation
from app.queries.rivals import rivals
from app.queries.sums import Counts, Point
from app.queries.surveys import SurveyNps, survey_nps
from app.viewer import Viewer
from app.web.charts import Chart, label
from app.web.language import Tongue
from app.web.reputation_choice import Choice

FEWEST = 10
"""With fewer independent voices a point of the trend is hollow and stands alone."""
STANCES = ("promoter", "passive", "detractor", "unsure")


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is shown of a brand over a period. `compared` holds it and its competitors, empty without any."""

    brand: Brand
    choice: Choice
    period: Period
    view: ReputationView
    parts: Breakdown
    compared: list[BrandScore]
    survey: SurveyNps | None

    @property
    def shares(self) -> list[tuple[str, int, float]]:
        """Each stance, with how many were counted and its share of all: the same as the chart and the lists show."""
        numbers = numbers_of(self.view.whole.counts)
        return [
            (stance, number, number / max(1, sum(numbers))) for stance, number in zip(STANCES, numbers, strict=True)
        ]

    @property
    def hollow(self) -> bool:
        return any(is_hollow(point) and point.reputation.told for point in self.view.series)

    def spans(self) -> list[tuple[datetime, datetime]]:
        """From when to when each point of the series counts."""
        since, until = self.period.since, self.period.until
        starts = [max(since, point.start) for point in self.view.series]
        return list(zip(starts, [*starts[1:], until], strict=True))


def figures(session: Session, viewer: Viewer, tongue: Tongue, brand: Brand, choice: Choice) -> Figures:
    """Reads them. Raises Problem 404 for a source of the choice that is not the viewer's."""
    period, slant = choice.period(tongue.now, tongue.zone), choice.slant
    view = reputation(session, viewer, brand.id, period, slant)
    others = rivals(session, viewer, brand)
    compared = compare(session, viewer, [brand.id, *(row.id for row in others)], period, slant) if others else []
    return Figures(
        brand,
        choice,
        period,
        view,
        breakdown(session, viewer, brand, period, slant, view.model),
        compared,
        survey_nps(session, viewer, brand.id, period.since, period.until),
    )


def numbers_of(counts: Counts) -> tuple[int, int, int, int]:
    """In the order of STANCES."""
    return counts.promoters, counts.passives, counts.detractors, counts.unsure


def is_hollow(point: Point) -> bool:
    """Whether something was said, by few independent voices."""
    voices = point.reputation.voices
    return voices is not None and voices < FEWEST


def gauge(value: float | None, width: float = 260) -> float:
    """Where a score from −100 to 100 stands on a scale of this width."""
    return round((max(-100.0, min(100.0, value or 0.0)) + 100) / 200 * width, 1)


def trend(tongue: Tongue, view: ReputationView, by: str, links: Sequence[str] = ()) -> Chart:
    """The score with its interval, and under it on the same axis how many had which stance.

    A period without mentions has no score, and is left blank. A score that cannot be told has its interval alone, and
    one of few voices is hollow. `links`: where a click on each period leads.
    """
    labels = [label(tongue, point.start, by) for point in view.series]
    names = [tongue.say(name) for name in ("Promoters", "Passives", "Detractors", "To check")]
    counted = list(zip(*(numbers_of(point.counts) for point in view.series), strict=True)) or [()] * 4
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
        "bars": [
            {"name": name, "tone": tone, "data": list(data), "stack": "stances"}
            for name, tone, data in zip(names, STANCES, counted, strict=True)
        ],
        "min": -100,
        "max": 100,
        "whole": True,
        "below": True,
        "links": list(links),
    }
    heads = (*map(tongue.say, ("Period", "Score", "Interval", "Stories")), *names)
    rows = [
        (
            labels[n],
            score_in_words(tongue, point),
            interval_in_words(tongue, point),
            tongue.number(point.stories),
            *map(tongue.number, numbers_of(point.counts)),
        )
        for n, point in enumerate(view.series)
    ]
    return Chart(tongue.say("Score with its interval, and volume by stance"), spec, heads, rows, links)


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


def days_of(span: tuple[datetime, datetime], tongue: Tongue) -> dict[str, str]:
    """The dates that an address chooses to look at one point of the series alone."""
    first, last = (at.astimezone(tongue.zone).date() for at in (span[0], span[1] - timedelta(seconds=1)))
    return {"from": first.isoformat(), "to": last.isoformat()}


def file_rows(found: Figures, chart: str) -> Iterator[dict[str, object]]:
    """The rows of a chart's file, as numbers: `trend`, `shares`, `sources`, `languages` or `competitors`."""
    if chart == "shares":
        for stance, number, share in found.shares:
            yield {"stance": stance, "number": number, "share": round(share, 4)}
    elif chart == "trend":
        for (start, end), point in zip(found.spans(), found.view.series, strict=True):
            yield {"start": start, "end": end, **_columns(point)}
    elif chart == "competitors":
        for each in found.compared:
            yield {"brand": each.brand.name, **_columns(each.point), "share_of_voice": round(each.share_of_voice, 4)}
    else:
        for part in found.parts.sources if chart == "sources" else found.parts.languages:
            yield {chart.removesuffix("s"): part.name or str(part.key), **_columns(part.point)}


def _columns(point: Point) -> dict[str, object]:
    score = point.reputation
    return {
        "score": _rounded(score.score) if score.told else None,
        "low": _rounded(score.low),
        "high": _rounded(score.high),
        "raw_score": _rounded(score.raw_score),
        "mentions": point.mentions,
        "stories": point.stories,
        **dict(zip(("promoters", "passives", "detractors", "to_check"), numbers_of(point.counts), strict=True)),
    }

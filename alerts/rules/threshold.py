"""A fixed limit on the detractors, promoters or mentions of the last hours, as a count or as a share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.base import BrandHours, Counted, HourCounts, Rule, Severity, Verdict
from ground.notice import Json, Notice

HISTORY = timedelta(days=60)

SENTENCES: dict[tuple[str, Counted], str] = {
    ("count", "detractors"): "Fires when {brand} gets {limit} or more detractors in {hours} hours.",
    ("count", "promoters"): "Fires when {brand} gets {limit} or more promoters in {hours} hours.",
    ("count", "mentions"): "Fires when {brand} gets {limit} or more mentions in {hours} hours.",
    (
        "share",
        "detractors",
    ): "Fires when detractors reach {limit}% of the stories about {brand} in {hours} hours.",
    (
        "share",
        "promoters",
    ): "Fires when promoters reach {limit}% of the stories about {brand} in {hours} hours.",
}


class Threshold(BaseModel):
    """`limit` is a percentage or a number: of stories, or of mentions with their copies where mentions are counted."""

    model_config = ConfigDict(extra="forbid")

    counted: Counted = Field("detractors", title="What is counted")
    measure: Literal["count", "share"] = Field("count", title="Measured as")
    limit: float = Field(20, gt=0, le=1_000_000, title="Limit", description="a number, or a percentage for a share")
    window_hours: int = Field(24, ge=1, le=168, title="Over how many hours")
    min_mentions: int = Field(
        10, ge=1, le=1_000_000, title="Minimum mentions", description="with fewer, the rule never fires"
    )
    severity: Severity = Field("warning", title="Severity")

    @model_validator(mode="after")
    def _share_makes_sense(self) -> Self:
        if self.measure == "share" and self.counted == "mentions":
            raise ValueError("a share applies to detractors or promoters: mentions can only be counted")
        if self.measure == "share" and self.limit > 100:
            raise ValueError("a share is a percentage: give a limit up to 100")
        return self


def evaluate(params: Threshold, hours: BrandHours) -> Verdict:
    """The verdict on the last `window_hours`, with the running one, against the average of the hours before."""
    recent = hours.counts[-params.window_hours :]
    before = hours.counts[: -params.window_hours]
    observed, total = _count(recent, params.counted), _total(recent, params.counted)
    share = observed / total if total and params.counted != "mentions" else None
    level = observed if params.measure == "count" else (100 * observed / total if total else 0.0)
    count_before = _count(before, params.counted)
    total_before = _total(before, params.counted)
    return Verdict(
        firing=total >= params.min_mentions and level >= params.limit,
        level=float(level),
        threshold=params.limit,
        severity=params.severity,
        observed=observed,
        expected=count_before * len(recent) / len(before) if before else None,
        total=total,
        share=share,
        usual_share=count_before / total_before if total_before and params.counted != "mentions" else None,
        window_hours=params.window_hours,
        since=recent[0].start if recent else None,
        counted=params.counted,
        unsure=sum(b.unsure for b in recent),
    )


def _count(counts: Sequence[HourCounts], counted: Counted) -> int:
    match counted:
        case "detractors":
            return sum(b.detractors for b in counts)
        case "promoters":
            return sum(b.promoters for b in counts)
        case "mentions":
            return sum(b.mentions for b in counts)


def _total(counts: Sequence[HourCounts], counted: Counted) -> int:
    if counted == "mentions":
        return sum(b.mentions for b in counts)
    return sum(b.stories for b in counts)


def sentence(params: Threshold, brand: str) -> Notice:
    places: dict[str, Json] = {"brand": brand, "limit": params.limit, "hours": params.window_hours}
    return Notice(SENTENCES[params.measure, params.counted], places)


rule = Rule(
    kind="threshold",
    title={"en": "Fixed limit", "fr": "Seuil fixe"},
    params=Threshold,
    evaluate=evaluate,
    sentence=sentence,
    help={
        "en": "Fires when a count or a share reaches a limit you choose. It does not know what is usual: "
        "the negative buzz rule is more reliable.",
        "fr": "Se déclenche quand un nombre ou une part atteint le seuil que vous fixez. Elle ignore ce qui est "
        "habituel : la règle «bad buzz» est plus fiable.",
    },
    history=HISTORY,
)

"""All brands of the workspace at a glance."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from app.api.deps import Now, Reader, Reading
from app.api.reputation_out import ScoreChangeOut, change_out
from app.api.route import Route
from app.api.schemas import BrandRef, Out
from app.queries.all_brands import BrandLine, all_brands, last_days

router = APIRouter(prefix="/api/v1", tags=["reputation"], route_class=Route)


class OverviewLineOut(Out):
    """One brand over the last 30 days; the score is null where nothing was said, or where it cannot be told yet."""

    brand: BrandRef
    kind: str
    score: float | None
    interval: tuple[float, float] | None = Field(description="[low, high]")
    mentions: int
    change: ScoreChangeOut
    open_incidents: int
    unanswered: int = Field(description="Detractors, without copies, that nobody has handled: 500 are looked at.")
    unanswered_is_more: bool = Field(description="Not all were looked at.")
    blind_sources: int = Field(description="Sources that should tell of the brand and cannot be read.")


class OverviewOut(Out):
    """Every brand, own ones first."""

    start: datetime
    end: datetime
    items: list[OverviewLineOut]


@router.get("/overview")
def show_overview(viewer: Reader, session: Reading, now: Now) -> OverviewOut:
    """Every brand: score, change since the 30 days before, open incidents, unanswered detractors, blind sources."""
    period = last_days(now)
    return OverviewOut(
        start=period.since, end=period.until, items=[line_out(line) for line in all_brands(session, viewer, now)]
    )


def line_out(line: BrandLine) -> OverviewLineOut:
    """One brand as the API shows it."""
    standing = line.standing
    score = standing.point.reputation
    return OverviewLineOut(
        brand=BrandRef.model_validate(standing.brand),
        kind=standing.brand.kind,
        score=score.score if score.told else None,
        interval=(score.low, score.high) if score.low is not None and score.high is not None else None,
        mentions=standing.point.mentions,
        change=change_out(standing.previous, standing.verdict),
        open_incidents=line.incidents,
        unanswered=line.unanswered,
        unanswered_is_more=line.more,
        blind_sources=line.blind,
    )

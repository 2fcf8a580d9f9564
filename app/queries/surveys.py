"""Answers to surveys, and their NPS, which is shown beside the reputation score and never mixed into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import SurveyResponse
from app.queries.brands import brand
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may
from sentiment.indices import nps


@dataclass(frozen=True, slots=True)
class SurveyNps:
    """Promoters (9–10) minus detractors (0–6) as a percentage of the answers, −100 to 100, with its 95 % interval."""

    score: float
    low: float
    high: float
    responses: int


@may("read")
def survey_nps(session: Session, viewer: Viewer, brand_id: UUID, since: datetime, until: datetime) -> SurveyNps | None:
    """The NPS of the answers given from `since` on and before `until`; None when there are none."""
    promoter, detractor = SurveyResponse.score >= 9, SurveyResponse.score <= 6
    promoters, detractors, responses = session.execute(
        select(func.count().filter(promoter), func.count().filter(detractor), func.count())
        .where(SurveyResponse.workspace_id == viewer.workspace_id, SurveyResponse.brand_id == brand_id)
        .where(SurveyResponse.answered_at >= since, SurveyResponse.answered_at < until)
    ).one()
    score = nps(promoters, responses - promoters - detractors, detractors)
    return SurveyNps(*score, responses) if score else None


@may("read")
def responses(
    session: Session,
    viewer: Viewer,
    brand_id: UUID,
    after: str | None = None,
    limit: int = LIMIT,
    *,
    respondent: str | None = None,
) -> Slice[SurveyResponse]:
    """The answers about a brand, the latest first, or only those of one respondent. Raises Problem 404."""
    brand(session, viewer, brand_id)
    here = (SurveyResponse.workspace_id == viewer.workspace_id, SurveyResponse.brand_id == brand_id)
    statement = select(SurveyResponse).where(*here)
    if respondent is not None:
        statement = statement.where(SurveyResponse.respondent == respondent)
    order = Order("survey", SurveyResponse.id, SurveyResponse.answered_at)
    return page(session, statement, order, after, limit).map(lambda rows: [row.SurveyResponse for row in rows])

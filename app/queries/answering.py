"""How long people wait for an answer: of one mention, and of a brand over a period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.models import Match, Mention
from app.queries.brands import brand
from app.queries.feed import TO_ANSWER
from app.viewer import Viewer, may

COUNTED = 10_000
"""Answers looked at, the latest first; and detractors counted that wait for one."""


@dataclass(frozen=True, slots=True)
class Answering:
    """The first answers given in a period, how long they took in seconds, and the detractors that still wait."""

    answered: int
    median: float | None
    ninetieth: float | None
    waiting: int


def waited(row: Mention) -> float | None:
    """Seconds from when a mention was published, or found where its date is not known, to its first answer."""
    since = row.collected_at if row.published_guessed else row.published_at
    return max(0.0, (row.answered_at - since).total_seconds()) if row.answered_at else None


def waits(row: Mention, stances: Collection[str | None], now: datetime) -> float | None:
    """Seconds that a detractor nobody has answered or closed has waited; None where nobody waits."""
    if row.answered_at or row.status not in TO_ANSWER or "detractor" not in stances:
        return None
    return max(0.0, (now - (row.collected_at if row.published_guessed else row.published_at)).total_seconds())


@may("read")
def answering(
    session: Session, viewer: Viewer, brand_id: UUID, since: datetime, until: datetime, most: int = COUNTED
) -> Answering:
    """The answers about a brand, given from `since` to before `until`, and `most` at most that wait. Raises 404."""
    brand(session, viewer, brand_id)
    began = case((Mention.published_guessed, Mention.collected_at), else_=Mention.published_at)
    here = (Match.workspace_id == viewer.workspace_id, Match.brand_id == brand_id)
    answers = (
        select(func.greatest(0, func.extract("epoch", Mention.answered_at - began)).label("took"))
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(*here, Mention.workspace_id == viewer.workspace_id, Mention.answered_at.is_not(None))
        .where(Mention.answered_at >= since, Mention.answered_at < until, Mention.deleted_at.is_(None))
        .order_by(Mention.answered_at.desc())
        .limit(COUNTED)
        .subquery()
    )
    number, median, ninetieth = session.execute(
        select(
            func.count(),
            func.percentile_cont(0.5).within_group(answers.c.took),
            func.percentile_cont(0.9).within_group(answers.c.took),
        ).select_from(answers)
    ).one()
    waiting = (
        select(Mention.id)
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(*here, Match.stance == "detractor", Match.lead, Match.published_at >= since, Match.published_at < until)
        .where(Mention.status.in_(TO_ANSWER), ~Mention.published_guessed, Mention.deleted_at.is_(None))
        .limit(most)
        .subquery()
    )
    left = session.scalar(select(func.count()).select_from(waiting)) or 0
    return Answering(number, _number(median), _number(ninetieth), left)


def _number(value: object) -> float | None:
    return float(str(value)) if value is not None else None

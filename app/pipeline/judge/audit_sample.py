"""Draws the audit sample: matches taken at random, for people to label without seeing what the model said.

A simple random sample of the stories that the model judges for our brands in the last 30 days (Cochran, "Sampling
Techniques", 3rd ed., 1977, chapter 2). Whether somebody corrected a stance plays no part in it: people correct errors.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.models import AuditMatch, Workspace, uuid7

WEEKLY = 20
BACK = timedelta(days=30)
OPEN_MAX = 200

POPULATION = text(
    """
    SELECT m.brand_id, m.mention_id, m.model, m.negative, m.neutral, m.positive
    FROM match m
    JOIN brand ON brand.workspace_id = m.workspace_id AND brand.id = m.brand_id AND brand.kind <> 'competitor'
    JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
    WHERE m.workspace_id = :workspace_id AND m.published_at > :since AND m.published_at <= :now
      AND m.lead AND m.scored_at IS NOT NULL AND m.negative IS NOT NULL AND m.model IS NOT NULL
      AND mention.rating IS NULL AND mention.status <> 'irrelevant' AND mention.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM audit_match a WHERE a.workspace_id = m.workspace_id
                      AND a.brand_id = m.brand_id AND a.mention_id = m.mention_id)
    ORDER BY hashtextextended(m.mention_id::text || m.brand_id::text, :seed) LIMIT :number
    """
)


def monday(at: datetime) -> date:
    """The week of a moment, as its Monday in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def draw(session: Session, workspace_id: UUID, number: int, now: datetime, seed: int) -> int:
    """Draws this many more for this week. Returns how many there were to draw."""
    asked = {"workspace_id": workspace_id, "since": now - BACK, "now": now, "seed": seed, "number": max(number, 0)}
    rows = session.execute(POPULATION, asked).mappings().all()
    session.add_all(
        AuditMatch(id=uuid7(), workspace_id=workspace_id, week=monday(now), drawn_at=now, **row) for row in rows
    )
    session.flush()
    return len(rows)


def top_up(session: Session, workspace_id: UUID, now: datetime, seed: int) -> int:
    """Has 20 drawn for this week, however often it runs. What nobody labelled in former weeks lapses."""
    alone(session, workspace_id)
    here, week = AuditMatch.workspace_id == workspace_id, monday(now)
    session.execute(delete(AuditMatch).where(here, AuditMatch.week < week, AuditMatch.label.is_(None)))
    drawn = session.scalar(select(func.count()).where(here, AuditMatch.week == week)) or 0
    return draw(session, workspace_id, WEEKLY - drawn, now, seed) if drawn < WEEKLY else 0


def alone(session: Session, workspace_id: UUID) -> None:
    """Keeps others from drawing for this workspace until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit sample {workspace_id}", 0))))


def to_draw(session: Session, now: datetime) -> list[UUID]:
    """The workspaces whose week is not full."""
    drawn = (
        select(func.count())
        .where(AuditMatch.workspace_id == Workspace.id, AuditMatch.week == monday(now))
        .scalar_subquery()
    )
    return list(session.scalars(select(Workspace.id).where(drawn < WEEKLY).order_by(Workspace.id)))

"""Draws matches at random for people to label without seeing the model's answer: the audit sample.

It is a simple random sample of the dated stories of the last 30 days that the model judged for our brands (Cochran,
"Sampling Techniques", 3rd ed., 1977, chapter 2). It ignores whether somebody corrected a stance: people correct errors.
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
        AND brand.removed_at IS NULL
    JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
    WHERE m.workspace_id = :workspace_id AND m.published_at > :since AND m.published_at <= :now
      AND m.lead AND m.scored_at IS NOT NULL AND m.negative IS NOT NULL AND m.model IS NOT NULL
      AND NOT mention.published_guessed
      AND mention.rating IS NULL AND mention.status <> 'irrelevant' AND mention.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM audit_match a WHERE a.workspace_id = m.workspace_id
                      AND a.brand_id = m.brand_id AND a.mention_id = m.mention_id)
    ORDER BY hashtextextended(m.mention_id::text || m.brand_id::text, :seed) LIMIT :number
    """
)


def monday(at: datetime) -> date:
    """The Monday of the week that a moment lies in, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def draw(session: Session, workspace_id: UUID, number: int, now: datetime, seed: int) -> int:
    """Draws up to `number` more for this week. Returns how many were drawn: there may be fewer left."""
    places = {"workspace_id": workspace_id, "since": now - BACK, "now": now, "seed": seed, "number": max(number, 0)}
    rows = session.execute(POPULATION, places).mappings().all()
    session.add_all(
        AuditMatch(id=uuid7(), workspace_id=workspace_id, week=monday(now), drawn_at=now, **row) for row in rows
    )
    session.flush()
    return len(rows)


def top_up(session: Session, workspace_id: UUID, now: datetime, seed: int) -> int:
    """Fills this week's sample up to 20, however often it runs, and drops what nobody labelled in earlier weeks."""
    lock_drawing(session, workspace_id)
    here, week = AuditMatch.workspace_id == workspace_id, monday(now)
    session.execute(delete(AuditMatch).where(here, AuditMatch.week < week, AuditMatch.label.is_(None)))
    drawn = session.scalar(select(func.count()).where(here, AuditMatch.week == week)) or 0
    return draw(session, workspace_id, WEEKLY - drawn, now, seed) if drawn < WEEKLY else 0


def lock_drawing(session: Session, workspace_id: UUID) -> None:
    """Keeps others from drawing for this workspace until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit sample {workspace_id}", 0))))


def to_draw(session: Session, now: datetime) -> list[UUID]:
    """The workspaces whose sample of this week is not full."""
    drawn = (
        select(func.count())
        .where(AuditMatch.workspace_id == Workspace.id, AuditMatch.week == monday(now))
        .scalar_subquery()
    )
    return list(session.scalars(select(Workspace.id).where(drawn < WEEKLY).order_by(Workspace.id)))

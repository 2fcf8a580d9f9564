"""Measures how often two mentions of a brand are by one author, which the interval of the score needs.

A bucket shows authors who write twice within its hour. Authors who write every day show only over many hours, too many
to read with every page, so this is measured from rows, once an hour at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.pipeline.keep.aggregate import REACH, WRITER

EVERY = timedelta(hours=1)
BACK = timedelta(days=90)
MOST = 20_000
"""How many mentions are read, newest first: their 200 million pairs give the probability more precisely than needed."""

SAME_AUTHOR = text(
    f"""
    WITH newest AS (
        SELECT date_trunc('hour', m.published_at, 'UTC') AS hour, {WRITER} AS writer, m.lead, {REACH}::float8 AS reach
        FROM match m JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
        WHERE m.workspace_id = :workspace_id AND m.brand_id = :brand_id AND m.published_at > :since
          AND m.stance IS NOT NULL AND mention.status <> 'irrelevant' AND NOT mention.published_guessed
        ORDER BY m.published_at DESC LIMIT :most
    ), hours AS (
        SELECT writer, count(*)::float8 AS mentions, (count(*) FILTER (WHERE lead))::float8 AS stories,
            sum(reach) AS reach
        FROM newest GROUP BY writer, hour
    ), writers AS (
        SELECT sum(mentions) AS mentions, sum(mentions) ^ 2 - sum(mentions ^ 2) AS mention_pairs,
            sum(stories) AS stories, sum(stories) ^ 2 - sum(stories ^ 2) AS story_pairs,
            sum(reach) AS reach, sum(reach) ^ 2 - sum(reach ^ 2) AS reach_pairs
        FROM hours GROUP BY writer
    )
    SELECT coalesce(sum(mention_pairs) / nullif(sum(mentions) ^ 2, 0), 0) AS mentions,
        coalesce(sum(story_pairs) / nullif(sum(stories) ^ 2, 0), 0) AS stories,
        coalesce(sum(reach_pairs) / nullif(sum(reach) ^ 2, 0), 0) AS reach
    FROM writers
    """  # noqa: S608 - the pieces are ours
)


def same_author(session: Session, workspace_id: UUID, brand_id: UUID, now: datetime) -> dict[str, float]:
    """The chance, 0 to 1, that two mentions of the last 90 days in different hours are by one author, by weight."""
    places: dict[str, Any] = {"workspace_id": workspace_id, "brand_id": brand_id, "since": now - BACK, "most": MOST}
    row = session.execute(SAME_AUTHOR, places).one()
    return {"mentions": row.mentions, "stories": row.stories, "reach": row.reach}


def is_stale(measured_at: datetime | None, now: datetime) -> bool:
    """Whether the measurement is an hour old, or there is none."""
    return measured_at is None or now - measured_at >= EVERY

"""Measures how often two mentions of a brand are by one author or copies of one text: the score's interval needs it.

A bucket shows who writes twice within its hour, and the copies within it. Authors who write every day, and texts that
are passed on for weeks, show only over many hours, too many to read with every page, so this is measured from rows,
once an hour at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.pipeline.keep.aggregate import REACH, STORY, WRITER

EVERY = timedelta(hours=1)
BACK = timedelta(days=90)
MOST = 20_000
"""How many mentions are read, newest first: their 200 million pairs give the probability more precisely than needed."""

TOGETHER = text(
    f"""
    WITH newest AS (
        SELECT date_trunc('hour', m.published_at, 'UTC') AS hour, {WRITER} AS writer, {STORY}::text AS story, m.lead,
            {REACH}::float8 AS reach
        FROM match m JOIN mention ON mention.workspace_id = m.workspace_id AND mention.id = m.mention_id
        WHERE m.workspace_id = :workspace_id AND m.brand_id = :brand_id AND m.published_at > :since
          AND m.stance IS NOT NULL AND mention.status <> 'irrelevant' AND NOT mention.published_guessed
        ORDER BY m.published_at DESC LIMIT :most
    ), hours AS (
        SELECT sign, cluster, count(*)::float8 AS mentions, (count(*) FILTER (WHERE lead))::float8 AS stories,
            sum(reach) AS reach
        FROM newest
        CROSS JOIN LATERAL (VALUES (1, 'a ' || writer), (1, 's ' || story), (-1, 'b ' || writer || ' ' || story))
            AS clusters(sign, cluster)
        GROUP BY sign, cluster, hour
    ), clusters AS (
        SELECT sign, sum(mentions) ^ 2 - sum(mentions ^ 2) AS mention_pairs,
            sum(stories) ^ 2 - sum(stories ^ 2) AS story_pairs, sum(reach) ^ 2 - sum(reach ^ 2) AS reach_pairs
        FROM hours GROUP BY sign, cluster
    ), whole AS (
        SELECT count(*)::float8 AS mentions, (count(*) FILTER (WHERE lead))::float8 AS stories, sum(reach) AS reach
        FROM newest
    )
    SELECT coalesce(sum(sign * mention_pairs) / nullif(max(whole.mentions) ^ 2, 0), 0) AS mentions,
        coalesce(sum(sign * story_pairs) / nullif(max(whole.stories) ^ 2, 0), 0) AS stories,
        coalesce(sum(sign * reach_pairs) / nullif(max(whole.reach) ^ 2, 0), 0) AS reach
    FROM clusters CROSS JOIN whole
    """  # noqa: S608 - the pieces are ours
)


def same_author(session: Session, workspace_id: UUID, brand_id: UUID, now: datetime) -> dict[str, float]:
    """The chance, 0 to 1, that two mentions of the last 90 days in different hours are by one author or of one story,
    by weight."""
    places: dict[str, Any] = {"workspace_id": workspace_id, "brand_id": brand_id, "since": now - BACK, "most": MOST}
    row = session.execute(TOGETHER, places).one()
    return {"mentions": row.mentions, "stories": row.stories, "reach": row.reach}


def is_stale(measured_at: datetime | None, now: datetime) -> bool:
    """Whether the measurement is an hour old, or there is none."""
    return measured_at is None or now - measured_at >= EVERY

"""Which matches wait for a model, in three lanes: recent ones that alerts need, other new ones, and those that another
model has read.

No query scans a table: each lane is the head of an index, and it finds the models that have read something by
leaping through an index from one name to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

RECENT = timedelta(days=2)
"""Mentions younger than this may open an incident, so they are read before all others."""
LOOK = 4
"""A batch is drawn from a head of so many batches, so that two workers on one backlog seldom score the same text."""
BYTES = 8_000_000
"""The most text that a batch holds, so that memory stays flat however long the texts are."""

Lane = Literal["urgent", "waiting", "unsettled"]

HEADS: dict[Lane, str] = {
    "urgent": "SELECT {columns} FROM match WHERE scored_at IS NULL AND published_at >= :recent "
    "ORDER BY published_at DESC LIMIT :look",
    "waiting": "SELECT {columns} FROM match WHERE scored_at IS NULL ORDER BY collected_at DESC LIMIT :look",
    "unsettled": "SELECT {columns} FROM unnest(CAST(:models AS text[])) AS other(name) CROSS JOIN LATERAL "
    "(SELECT * FROM match WHERE match.model = other.name AND scored_at IS NOT NULL "
    "ORDER BY match.collected_at DESC LIMIT :look) AS match ORDER BY match.collected_at DESC LIMIT :look",
}
COLUMNS = "match.workspace_id, match.brand_id, match.mention_id, match.spans"
TAKE = """
WITH head AS ({head}), chosen AS (
    SELECT * FROM head ORDER BY hashtextextended(mention_id::text, :seed) LIMIT :size
), weighed AS (
    SELECT chosen.*, mention.title, mention.text, mention.language, mention.rating, mention.rating_scale,
        mention.version, sum(octet_length(mention.text)) OVER (ROWS UNBOUNDED PRECEDING) AS so_far
    FROM chosen JOIN mention ON mention.workspace_id = chosen.workspace_id AND mention.id = chosen.mention_id
)
SELECT weighed.*, ARRAY(
    SELECT other.spans FROM match other WHERE other.workspace_id = weighed.workspace_id
        AND other.mention_id = weighed.mention_id AND other.brand_id <> weighed.brand_id
) AS others
FROM weighed WHERE so_far - octet_length(text) < :bytes
"""
STATEMENTS = {lane: text(TAKE.format(head=head.format(columns=COLUMNS))) for lane, head in HEADS.items()}

MODELS = text(
    """
    WITH RECURSIVE leap AS (
        (SELECT model FROM match WHERE model IS NOT NULL ORDER BY model LIMIT 1)
        UNION ALL
        SELECT (SELECT match.model FROM match WHERE match.model > leap.model ORDER BY match.model LIMIT 1)
        FROM leap WHERE leap.model IS NOT NULL
    )
    SELECT model FROM leap WHERE model IS NOT NULL
    """
)
IN_FORCE = text("SELECT model FROM model_run ORDER BY started_at DESC LIMIT 1")
COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM match WHERE scored_at IS NULL "
    "AND (CAST(:workspace AS uuid) IS NULL OR workspace_id = :workspace) LIMIT :most) AS counted"
)
COUNT_UNSETTLED = text(
    "SELECT count(*) FROM match WHERE model = ANY(:models) AND scored_at IS NOT NULL "
    "AND (CAST(:workspace AS uuid) IS NULL OR workspace_id = :workspace)"
)
EVERYTHING = 2**62


@dataclass(frozen=True, slots=True)
class Lot:
    """Matches to score, with the words of their mentions."""

    lane: Lane
    rows: Sequence[Any]


def take(session: Session, lane: Lane, size: int, random: Random, now: datetime, models: Sequence[str] = ()) -> Lot:
    """A batch drawn from the newest of the lane. `models`, for the unsettled lane, are those no longer in force."""
    values = {"size": size, "look": size * LOOK, "seed": random.getrandbits(62), "bytes": BYTES}
    more: dict[Lane, dict[str, Any]] = {"urgent": {"recent": now - RECENT}, "unsettled": {"models": list(models)}}
    return Lot(lane, session.execute(STATEMENTS[lane], {**values, **more.get(lane, {})}).all())


def in_force(session: Session) -> str | None:
    """The model in force: the one that started last. None before any ran."""
    model: str | None = session.scalar(IN_FORCE)
    return model


def other_models(session: Session, model: str | None) -> list[str]:
    """The other models that have read some of what is stored."""
    return [name for name in session.scalars(MODELS) if name != model] if model else []


def count_waiting(session: Session, workspace_id: UUID | None = None, most: int = EVERYTHING) -> int:
    """How many matches were never scored, in one workspace or in all of them; `most` ends the count early."""
    return session.scalar(COUNT, {"workspace": workspace_id, "most": most}) or 0


def count_unsettled(session: Session, workspace_id: UUID | None = None) -> int:
    """How many matches the model in force has yet to read again."""
    models = other_models(session, in_force(session))
    if not models:
        return 0
    return session.scalar(COUNT_UNSETTLED, {"models": models, "workspace": workspace_id}) or 0

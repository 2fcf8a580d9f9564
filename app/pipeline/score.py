"""Gives every match its stance: reads a batch, infers outside any transaction, writes. Newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import Match
from sentiment.base import Score, Scorer, Text, stance_of_rating, stance_of_score

log = structlog.get_logger(__name__)

BATCH = 1000
SETTLE = timedelta(seconds=10)
"""A brand whose hours change all the time is recounted this often at most."""

LOOK = 4
"""How many batches are looked at to choose one from: two workers on one backlog seldom score the same text twice."""


class ScorePending:
    """The step: scores until nothing is left. Scoring twice gives the same rows."""

    def __init__(
        self,
        db: Database,
        scorer: Scorer,
        jobs: Jobs,
        *,
        random: Random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._scorer, self._jobs, self._random, self._now = db, scorer, jobs, random, now
        self._stopping, self._checkpoint = stopping, checkpoint

    def __call__(self) -> int:
        """Returns how many matches were scored."""
        done = 0
        while not self._stopping():
            with self._db.reading() as session:
                rows = pending(session, self._random)
            if not rows:
                break
            scores = self._scorer.score([Text(joined(row.title, row.text), row.language) for row in rows])
            self._checkpoint("score:inferred")
            values = [stanced(row, score) for row, score in zip(rows, scores, strict=True)]
            self._db.retried(lambda session, values=values: self._write(session, values))  # type: ignore[misc] # bound now
            self._checkpoint("score:stored")
            done += len(rows)
        return done

    def _write(self, session: Session, values: Sequence[dict[str, Any]]) -> None:
        model = f"{self._scorer.name} {self._scorer.version}"
        for workspace_id, brand_id in write_scores(session, values, model, self._now()):
            self._jobs.defer(session, "watch", workspace_id=str(workspace_id), brand_id=str(brand_id))
        self._checkpoint("score:before-commit")


PENDING = text(
    """
    WITH newest AS (
        SELECT workspace_id, brand_id, mention_id FROM match WHERE scored_at IS NULL
        ORDER BY collected_at DESC LIMIT :look
    ), chosen AS (
        SELECT * FROM newest ORDER BY hashtextextended(mention_id::text, :seed) LIMIT :batch
    )
    SELECT chosen.*, mention.title, mention.text, mention.language, mention.rating, mention.rating_scale
    FROM chosen JOIN mention ON mention.workspace_id = chosen.workspace_id AND mention.id = chosen.mention_id
    """
)


def pending(session: Session, random: Random) -> Sequence[Any]:
    """A batch of matches to score, drawn among the newest."""
    return session.execute(PENDING, {"look": BATCH * LOOK, "batch": BATCH, "seed": random.getrandbits(62)}).all()


def joined(title: str, body: str) -> str:
    """What the model reads: the title, then the text, unless the one repeats the other."""
    return body if not title or body.startswith(title) else f"{title}\n{body}" if body else title


def stanced(row: Any, score: Score) -> dict[str, Any]:
    """The values of a scored match: the rating decides where there is one, else the model."""
    rated = row.rating is not None and bool(row.rating_scale)
    return {
        "workspace": row.workspace_id,
        "brand": row.brand_id,
        "mention": row.mention_id,
        "negative": score.negative,
        "neutral": score.neutral,
        "positive": score.positive,
        "stance": stance_of_rating(row.rating, row.rating_scale) if rated else stance_of_score(score),
        "source": "rating" if rated else "model",
    }


WRITE = text(
    """
    WITH scored AS (
        SELECT * FROM unnest(
            CAST(:workspace AS uuid[]), CAST(:brand AS uuid[]), CAST(:mention AS uuid[]), CAST(:negative AS real[]),
            CAST(:neutral AS real[]), CAST(:positive AS real[]), CAST(:stance AS text[]), CAST(:source AS text[])
        ) AS v(workspace, brand, mention, negative, neutral, positive, stance, source)
    ), written AS (
        UPDATE match SET negative = v.negative, neutral = v.neutral, positive = v.positive, model = :model,
            scored_at = :now,
            stance = CASE WHEN stance_source = 'person' THEN match.stance ELSE v.stance END,
            stance_source = CASE WHEN stance_source = 'person' THEN 'person' ELSE v.source END
        FROM scored v
        WHERE match.workspace_id = v.workspace AND match.brand_id = v.brand AND match.mention_id = v.mention
          AND match.scored_at IS NULL
        RETURNING match.workspace_id, match.brand_id, date_trunc('hour', match.published_at, 'UTC') AS hour
    ), dirty AS (
        INSERT INTO dirty_hour (workspace_id, brand_id, hour)
        SELECT DISTINCT workspace_id, brand_id, hour FROM written ORDER BY 1, 2, 3
        ON CONFLICT (workspace_id, brand_id, hour) DO UPDATE SET since = now()
    )
    SELECT workspace_id, id FROM brand
    WHERE (workspace_id, id) IN (SELECT workspace_id, brand_id FROM written)
      AND (watched_at IS NULL OR watched_at < CAST(:settled AS timestamptz))
    ORDER BY 1, 2
    """
)


def write_scores(
    session: Session, values: Sequence[dict[str, Any]], model: str, now: datetime
) -> Sequence[tuple[Any, Any]]:
    """Writes stances and marks their hours. A person's correction stands. Returns the brands to watch at once.

    Those watched a moment ago wait for the clock: to recount the same hours after every batch costs more than scoring.
    """
    columns = ("workspace", "brand", "mention", "negative", "neutral", "positive", "stance", "source")
    ordered = sorted(values, key=lambda row: (row["workspace"].int, row["brand"].int, row["mention"].int))
    arrays = {column: [row[column] for row in ordered] for column in columns}
    return [
        tuple(row) for row in session.execute(WRITE, {**arrays, "model": model, "now": now, "settled": now - SETTLE})
    ]


def backlog(session: Session) -> int:
    """How many matches wait for their stance."""
    return session.scalar(select(func.count()).select_from(Match).where(Match.scored_at.is_(None))) or 0

"""Gives every match its stance: reads a batch, infers outside any transaction, writes.

It empties three lanes in turn: recent mentions, which alerts need; others that were never scored, newest first; and
those that another model has read, newest first, so that a new model reads history again by itself. While the backlog
would take more than some seconds, the quick part of the model reads it; the whole model reads it again later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import ModelRun
from app.pipeline.judge import lanes
from app.pipeline.judge.lanes import Lane, Lot
from app.pipeline.judge.model_input import question_of
from app.pipeline.judge.pace import Pace
from app.pipeline.judge.stance import Facts, Said, StanceRules, find_occurrences, stance_rules
from sentiment.about import About, score_about
from sentiment.base import Score, Scorer, Sureness
from sentiment.sureness import limits_in

log = structlog.get_logger(__name__)

SETTLE = timedelta(seconds=10)
"""How long a brand that was just watched waits before new scores have it watched again."""
PACES_EVERY = timedelta(seconds=10)
"""How often the pace is written to the database."""


class ScorePending:
    """The step: `ScorePending(db, scorer, jobs, …)()` scores until nothing is left. A second run changes nothing."""

    def __init__(
        self,
        db: Database,
        scorer: Scorer,
        jobs: Jobs,
        *,
        random: Random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.perf_counter,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._scorer, self._jobs, self._random = db, scorer, jobs, random
        self._now, self._seconds = now, seconds
        self._stopping, self._checkpoint = stopping, checkpoint
        self._model = model_of(scorer)
        self._paces: dict[str, Pace] = {}
        self._paces_written_at: datetime | None = None
        self._running = threading.Lock()

    def __call__(self) -> int:
        """Returns how many matches were scored. While one call runs in this process, others return 0 at once, so that
        reading a long history again takes one of the worker's threads, not all of them."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._work()
        finally:
            self._running.release()

    def _work(self) -> int:
        if not self._paces:
            self._paces = self._db.retry(self._start)
        done = 0
        while not self._stopping():
            started = self._seconds()
            with self._db.reading() as session:
                scorer, lot = self._next(session)
            if not lot.rows:
                break
            scores = score_about(scorer, [about(row) for row in lot.rows])
            self._checkpoint("score:inferred")
            self._db.retry(partial(self._write, scorer=scorer, lot=lot, scores=scores))
            self._checkpoint("score:stored")
            name = model_of(scorer)
            self._paces[name] = self._pace(scorer).after(len(lot.rows), self._seconds() - started)
            done += len(lot.rows)
        if done:
            self._db.retry(self._write_paces)
        return done

    def _start(self, session: Session) -> dict[str, Pace]:
        """Makes this model the one in force, unless it is already. Returns the paces measured in earlier runs."""
        session.execute(STARTED, {"model": self._model, "now": self._now()})
        run = session.get_one(ModelRun, self._model)
        paces = {self._model: Pace(run.per_second)}
        if self._scorer.fast is not None:
            paces[model_of(self._scorer.fast)] = Pace(run.quick_per_second)
        return paces

    def _pace(self, scorer: Scorer) -> Pace:
        return self._paces.get(model_of(scorer), Pace())

    def _next(self, session: Session) -> tuple[Scorer, Lot]:
        """The next batch, and the part of the model to score it with."""
        scorer, now = self._reader(session), self._now()
        size = self._pace(scorer).size
        for lane in NEW:
            lot = lanes.take(session, lane, size, self._random, now)
            if lot.rows:
                return scorer, lot
        others = lanes.other_models(session, self._model) if lanes.in_force(session) == self._model else []
        if not others:
            return scorer, Lot("unsettled", ())
        return self._scorer, lanes.take(session, "unsettled", size, self._random, now, others)

    def _reader(self, session: Session) -> Scorer:
        """The whole model, or its quick part while the backlog would take the whole one too long."""
        quick, patience = self._scorer.fast, self._pace(self._scorer).patience
        if quick is None or patience == float("inf"):
            return self._scorer
        return quick if lanes.count_waiting(session, most=int(patience) + 1) > patience else self._scorer

    def _write(self, session: Session, scorer: Scorer, lot: Lot, scores: Sequence[Score]) -> None:
        now, provisional = self._now(), scorer is not self._scorer
        rules = stance_rules(session, {row.workspace_id for row in lot.rows}, locked=True)
        said = find_occurrences(session, rules, lot.rows)
        values = [
            values_of(row, score, rules, said, scorer.sureness) for row, score in zip(lot.rows, scores, strict=True)
        ]
        brands = write_scores(session, values, model_of(scorer), now, provisional=provisional)
        if lot.lane == "urgent":  # older matches cannot open an incident; the periodic watch recounts them
            for workspace_id, brand_id in brands:
                self._jobs.defer(session, "watch", workspace_id=str(workspace_id), brand_id=str(brand_id))
        if self._paces_written_at is None or now - self._paces_written_at >= PACES_EVERY:
            self._write_paces(session)
        self._checkpoint("score:before-commit")

    def _write_paces(self, session: Session) -> None:
        """Writes the paces to the database, where pages and commands read how long the backlog will take."""
        quick = self._scorer.fast
        self._paces_written_at = self._now()
        values = {
            "model": self._model,
            "now": self._paces_written_at,
            "pace": self._pace(self._scorer).per_second,
            "quick": self._pace(quick).per_second if quick else None,
        }
        session.execute(WRITE_PACES, values)


NEW: tuple[Lane, Lane] = ("urgent", "waiting")


def model_of(scorer: Scorer) -> str:
    """A model and its version, as matches store them."""
    return f"{scorer.name} {scorer.version}"


def about(row: Any) -> About:
    """The question to the model about a row of a batch."""
    return question_of(row.title, row.text, row.language, row.spans, row.others)


def values_of(
    row: Any, score: Score, rules: Mapping[UUID, StanceRules], said: Said, sureness: Sureness
) -> dict[str, Any]:
    """The values to write for a scored match."""
    here = said.get((row.brand_id, row.mention_id), ())
    facts = Facts(row.brand_id, row.rating, row.rating_scale, here, score, limits_in(sureness, row.language))
    stance, source = rules[row.workspace_id].decide(facts)
    return {
        "workspace": row.workspace_id,
        "brand": row.brand_id,
        "mention": row.mention_id,
        "version": row.version,
        "negative": score.negative,
        "neutral": score.neutral,
        "positive": score.positive,
        "stance": stance,
        "source": source,
    }


STARTED = text(
    """
    INSERT INTO model_run (model, started_at, at)
    SELECT :model, greatest(CAST(:now AS timestamptz), max(started_at) + interval '1 microsecond'), :now FROM model_run
    ON CONFLICT (model) DO UPDATE SET started_at = excluded.started_at, at = excluded.at
    WHERE model_run.model <> (SELECT model FROM model_run ORDER BY started_at DESC LIMIT 1)
    """
)
WRITE_PACES = text(
    "UPDATE model_run SET at = :now, per_second = coalesce(:pace, per_second), "
    "quick_per_second = coalesce(:quick, quick_per_second) WHERE model = :model"
)
WRITE = text(
    """
    WITH scored AS (
        SELECT * FROM unnest(
            CAST(:workspace AS uuid[]), CAST(:brand AS uuid[]), CAST(:mention AS uuid[]), CAST(:version AS bigint[]),
            CAST(:negative AS real[]), CAST(:neutral AS real[]), CAST(:positive AS real[]), CAST(:stance AS text[]),
            CAST(:source AS text[])
        ) AS v(workspace, brand, mention, version, negative, neutral, positive, stance, source)
    ), written AS (
        UPDATE match SET negative = v.negative, neutral = v.neutral, positive = v.positive, model = :model,
            provisional = :provisional, scored_at = :now,
            stance = CASE WHEN stance_source = 'person' THEN match.stance ELSE v.stance END,
            stance_source = CASE WHEN stance_source = 'person' THEN 'person' ELSE v.source END
        FROM scored v JOIN mention ON mention.workspace_id = v.workspace AND mention.id = v.mention
        WHERE match.workspace_id = v.workspace AND match.brand_id = v.brand AND match.mention_id = v.mention
          AND mention.version = v.version
          AND (match.scored_at IS NULL OR NOT :provisional AND match.model <> :model)
        RETURNING match.workspace_id, match.brand_id, date_trunc('hour', match.published_at, 'UTC') AS hour
    ), dirty AS (
        INSERT INTO dirty_hour (workspace_id, brand_id, hour)
        SELECT DISTINCT workspace_id, brand_id, hour FROM written ORDER BY 1, 2, 3
        ON CONFLICT (workspace_id, brand_id, hour) DO UPDATE SET since = now()
    )
    SELECT workspace_id, id FROM brand
    WHERE (workspace_id, id) IN (SELECT workspace_id, brand_id FROM written)
      AND removed_at IS NULL AND (watched_at IS NULL OR watched_at < CAST(:settled AS timestamptz))
    ORDER BY 1, 2
    """
)
COLUMNS = ("workspace", "brand", "mention", "version", "negative", "neutral", "positive", "stance", "source")


def write_scores(
    session: Session, values: Sequence[dict[str, Any]], model: str, now: datetime, *, provisional: bool = False
) -> Sequence[tuple[Any, Any]]:
    """Writes scores and stances and marks their hours. Returns the brands to watch now, as (workspace, brand).

    It leaves alone stances that a person corrected, mentions edited meanwhile (the next batch takes them), and matches
    that this model has read already. Brands watched less than SETTLE ago are left to the periodic watch: to recount
    the same hours after every batch costs more than scoring.
    """
    ordered = sorted(values, key=lambda row: (row["workspace"].int, row["brand"].int, row["mention"].int))
    arrays = {column: [row[column] for row in ordered] for column in COLUMNS}
    others = {"model": model, "now": now, "settled": now - SETTLE, "provisional": provisional}
    return [tuple(row) for row in session.execute(WRITE, {**arrays, **others})]

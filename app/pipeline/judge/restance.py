"""Decides stances again where a phrase, the reading of ratings or the limits of the model changed, page by page.

It asks no model: the probabilities are stored. Each change leaves a wish, a row that names the mentions and keeps
how far the job has come, so that an interrupted run continues there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import Match, Mention, Restance, uuid7
from app.pipeline.judge.limits import SurenessOfModels, limits_for, sureness_of_models
from app.pipeline.judge.stance import Facts, find_occurrences, stance_rules
from matching.query import Phrase, to_tsquery
from sentiment.base import Score

PAGE = 1000


class RestanceHistory:
    """The step: `RestanceHistory(db, jobs)(workspace_id)`. Corrected stances stay; a second run changes nothing."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        *,
        page: int = PAGE,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._jobs, self._page, self._stopping, self._checkpoint = db, jobs, page, stopping, checkpoint
        self._running = threading.Lock()

    def __call__(self, workspace_id: str) -> int:
        """Returns how many mentions were decided again. While a call runs in this process, others return 0 at once."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._work(UUID(workspace_id))
        finally:
            self._running.release()

    def _work(self, workspace: UUID) -> int:
        done = 0
        while not self._stopping():
            seen = self._db.retry(lambda session: self._one_page(session, workspace))
            self._checkpoint("restance:stored")
            if seen is None:
                break
            done += seen
        return done

    def _one_page(self, session: Session, workspace: UUID) -> int | None:
        """Serves a page of the oldest wish. Returns its size; None when there is no wish, or another worker has it."""
        wish = session.scalars(
            select(Restance)
            .where(Restance.workspace_id == workspace)
            .order_by(Restance.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if wish is None:
            return None
        if wish.total is None:
            wish.total = session.scalar(select(func.count()).select_from(Mention).where(about(wish))) or 0
        here = about(wish) if wish.before is None else and_(about(wish), Mention.id < wish.before)
        ids = session.scalars(select(Mention.id).where(here).order_by(Mention.id.desc()).limit(self._page)).all()
        if ids:
            decide_again(session, workspace, ids)
            wish.before, wish.done = ids[-1], wish.done + len(ids)
        else:
            session.execute(delete(Restance).where(Restance.workspace_id == workspace, Restance.id == wish.id))
        self._checkpoint("restance:before-commit")
        return len(ids)


def wish(session: Session, jobs: Jobs, workspace_id: UUID, *, words: str | None, phrase_id: UUID | None = None) -> None:
    """Asks for stances to be decided again: those of the mentions that contain these folded words, of which several
    phrases stand in lines of their own, or those of mentions with a rating."""
    _ask(session, jobs, Restance(workspace_id=workspace_id, id=uuid7(), words=words, phrase_id=phrase_id))


def wish_all(session: Session, jobs: Jobs, workspace_id: UUID) -> None:
    """Asks for every stance of a workspace to be decided again."""
    _ask(session, jobs, Restance(workspace_id=workspace_id, id=uuid7(), everything=True))


def _ask(session: Session, jobs: Jobs, row: Restance) -> None:
    session.add(row)
    session.flush()
    jobs.defer(session, "restance", workspace_id=str(row.workspace_id))


def about(wish: Restance) -> ColumnElement[bool]:
    """The condition for the mentions that a wish is about."""
    whose = Mention.workspace_id == wish.workspace_id
    if wish.everything:
        return whose
    return and_(whose, Mention.rating.is_not(None) if wish.words is None else holding(wish.words))


def holding(words: str) -> ColumnElement[bool]:
    """The condition for mentions that contain these folded words in a row, or those of another line."""
    query = " | ".join(f"({to_tsquery(Phrase(tuple(line.split())))})" for line in words.splitlines())
    condition: ColumnElement[bool] = Mention.search.bool_op("@@")(func.cast(literal(query), TSQUERY))
    return condition


def decide_again(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> None:
    """Writes the stances of these mentions by today's rules, and marks the hours of those that changed."""
    rules, models = stance_rules(session, [workspace_id], locked=True), sureness_of_models(session)
    rows = uncorrected_matches(session, workspace_id, mention_ids)
    said = find_occurrences(session, rules, rows)
    changed = []
    for row in rows:
        here = said.get((row.brand_id, row.mention_id), ())
        stance, source = rules[workspace_id].decide(facts_of(row, here, models))
        if (stance, source) != (row.stance, row.stance_source):
            changed.append((row.brand_id, row.mention_id, stance, source))
    if changed:
        changed.sort(key=lambda row: (row[0].int, row[1].int))  # one order for all, against deadlocks
        brand, mention, stances, sources = map(list, zip(*changed, strict=True))
        values = {"workspace": workspace_id, "brand": brand, "mention": mention, "stance": stances, "source": sources}
        session.execute(REWRITE, values)


def uncorrected_matches(session: Session, workspace_id: UUID, mention_ids: Sequence[UUID]) -> Sequence[Any]:
    """The scored matches of these mentions that no person corrected, with what decides their stance."""
    statement = (
        select(
            Match.workspace_id, Match.brand_id, Match.mention_id, Match.stance, Match.stance_source,
            Match.negative, Match.neutral, Match.positive, Match.model, Mention.rating, Mention.rating_scale,
            Mention.language,
        )
        .join(Mention, and_(Mention.workspace_id == Match.workspace_id, Mention.id == Match.mention_id))
        .where(Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids), Match.negative.is_not(None))
        .where(Match.stance_source != "person")
    )  # fmt: skip
    return session.execute(statement).all()


def facts_of(row: Any, occurrences: Sequence[Any], models: SurenessOfModels) -> Facts:
    """The facts of a row of `uncorrected_matches`."""
    score = Score(row.negative, row.neutral, row.positive)
    limits = limits_for(models, row.model, row.language)
    return Facts(row.brand_id, row.rating, row.rating_scale, occurrences, score, limits)


REWRITE = text(
    """
    WITH changed AS (
        SELECT * FROM unnest(
            CAST(:brand AS uuid[]), CAST(:mention AS uuid[]), CAST(:stance AS text[]), CAST(:source AS text[])
        ) AS v(brand, mention, stance, source)
    ), written AS (
        UPDATE match SET stance = v.stance, stance_source = v.source
        FROM changed v
        WHERE match.workspace_id = :workspace AND match.brand_id = v.brand AND match.mention_id = v.mention
          AND match.stance_source <> 'person'
        RETURNING match.workspace_id, match.brand_id, date_trunc('hour', match.published_at, 'UTC') AS hour
    )
    INSERT INTO dirty_hour (workspace_id, brand_id, hour)
    SELECT DISTINCT workspace_id, brand_id, hour FROM written ORDER BY 1, 2, 3
    ON CONFLICT (workspace_id, brand_id, hour) DO UPDATE SET since = now()
    """
)

"""Makes up for what the queue lost: every minute, it finds in the tables what is due and wakes a worker for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import structlog
from sqlalchemy import Select, delete, exists, func, or_, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import Jobs
from app.models import (
    AlertRule,
    Brand,
    BulkChange,
    Claim,
    Delivery,
    DirtyHour,
    FileImport,
    Host,
    IdempotentAnswer,
    IncidentRow,
    KeptForm,
    KeyUsage,
    LoginAttempts,
    LoginSession,
    Match,
    OneTimeLink,
    Poll,
    Restance,
    Source,
    Usage,
)
from app.models.workspace import WINDOW
from app.pipeline.clock import forget_the_future
from app.pipeline.files.undoing import is_being_undone
from app.pipeline.gather.lease import BACKFILL, COLLECT
from app.pipeline.judge.audit_sample import to_draw, top_up
from app.pipeline.judge.score import SETTLE
from app.pipeline.tell import account_mails, letters
from app.pipeline.tell.silences import is_held
from app.pipeline.triage.run import waits

log = structlog.get_logger(__name__)

WATCH_EVERY = timedelta(minutes=5)
KEEP_POLLS = timedelta(days=14)
KEEP_USAGE = timedelta(days=400)
KEEP_LOGINS = timedelta(days=1)  # after their end: whose form came too late is still known then
SUM_UP_REQUESTS = text("""
    WITH gone AS (
        DELETE FROM request_count WHERE counted_in < :window RETURNING subject, counted_in, requests
    ), days AS (
        SELECT substr(subject, 5) AS key_id, (to_timestamp(counted_in * :seconds) AT TIME ZONE 'UTC')::date AS day,
            sum(requests) AS requests
        FROM gone WHERE starts_with(subject, 'key:') GROUP BY 1, 2
    )
    INSERT INTO key_usage (workspace_id, key_id, day, requests)
    SELECT api_key.workspace_id, api_key.id, day, requests FROM days JOIN api_key ON api_key.id::text = days.key_id
    ON CONFLICT (workspace_id, key_id, day) DO UPDATE SET requests = key_usage.requests + excluded.requests
""")
"""Past windows are no longer needed as limits: what keys sent in them is added to their days."""
KEEP_CHANGES = timedelta(hours=1)
"""How long it can still be asked what became of a change of mentions and its undo."""


class Sweep:
    """The step: wakes workers for what is due, removes old rows, and draws the week's sample to label."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Random = Random(),  # noqa: B008, S311 - sampling, no secret
    ) -> None:
        self._db, self._jobs, self._now, self._random = db, jobs, now, random

    def __call__(self) -> None:
        now = self._now()
        with self._db.writing() as session:
            forget_the_future(session, now)
            wake(session, self._jobs, now)
            self._jobs.defer(session, "score")  # only the scorer knows whether an older model read what is stored
            clean(session, now)
            unfilled = to_draw(session, now)
        for workspace_id in unfilled:
            with self._db.writing() as session:
                top_up(session, workspace_id, now, self._random.getrandbits(62))


def wake(session: Session, jobs: Jobs, now: datetime) -> None:
    """Defers a job for every kind of work that is due."""
    if session.scalar(select(exists().where(COLLECT.eligible(now)))):
        jobs.defer(session, "collect")
    if session.scalar(select(exists().where(BACKFILL.eligible(now)))):
        jobs.defer(session, "backfill")
    for workspace_id, brand_id in session.execute(
        select(Brand.workspace_id, Brand.id).where(Brand.rematch_requested_at.is_not(None)).order_by(Brand.id)
    ).all():
        jobs.defer(session, "rematch", workspace_id=str(workspace_id), brand_id=str(brand_id))
    for workspace_id, brand_id in session.execute(
        select(Brand.workspace_id, Brand.id).where(Brand.removed_at.is_not(None)).order_by(Brand.id),
        execution_options={"removed": True},
    ).all():
        jobs.defer(session, "remove_brand", workspace_id=str(workspace_id), brand_id=str(brand_id))
    long_work: dict[str, Select[UUID]] = {
        "restance": select(Restance.workspace_id),
        "undo_imports": select(FileImport.workspace_id).where(is_being_undone()),
        "bulk": select(BulkChange.workspace_id).where(waits()),
    }
    for task, workspaces in long_work.items():
        for workspace_id in session.scalars(workspaces.distinct().order_by(workspaces.selected_columns[0])).all():
            jobs.defer(session, task, workspace_id=str(workspace_id))
    if session.scalar(select(exists().where(Match.scored_at.is_(None)))):
        jobs.defer(session, "score")
    for workspace_id, brand_id in session.execute(brands_to_watch(now)).all():
        jobs.defer(session, "watch", workspace_id=str(workspace_id), brand_id=str(brand_id))
    _wake_senders(session, jobs, now)


def _wake_senders(session: Session, jobs: Jobs, now: datetime) -> None:
    """Defers a job for deliveries, for letters to members and for mails about accounts that are due."""
    if session.scalar(select(exists().where(account_mails.is_due(now)))):
        jobs.defer(session, account_mails.JOB)
    pending = exists().where(
        Delivery.state == "pending",
        Delivery.next_try_at <= now,
        or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
        ~is_held(now),
    )
    if session.scalar(select(pending)):
        jobs.defer(session, "notify")
    if session.scalar(select(exists().where(letters.is_due(now)))):
        jobs.defer(session, letters.JOB)


def brands_to_watch(now: datetime) -> Select[UUID, UUID]:
    """Selects brands with hours to recount, an open incident, or rules that were not evaluated for a while."""
    dirty = exists().where(DirtyHour.workspace_id == Brand.workspace_id, DirtyHour.brand_id == Brand.id)
    has_incident = exists().where(
        IncidentRow.workspace_id == Brand.workspace_id,
        IncidentRow.brand_id == Brand.id,
        IncidentRow.state != "resolved",
    )
    has_rules = exists().where(
        AlertRule.workspace_id == Brand.workspace_id, AlertRule.brand_id == Brand.id, AlertRule.enabled
    )
    late = or_(Brand.watched_at.is_(None), Brand.watched_at < now - WATCH_EVERY)
    settled = or_(Brand.watched_at.is_(None), Brand.watched_at < now - SETTLE)
    due = or_(dirty & settled, has_incident, has_rules & late)
    return select(Brand.workspace_id, Brand.id).where(due).order_by(Brand.id)


def clean(session: Session, now: datetime) -> None:
    """Removes old lines of history, ended sessions, answers kept for repeated requests, jobs of dead workers.

    A source that has fallen silent keeps the last lines in which it brought something: they show what was usual.
    """
    shows_what_was_usual = exists().where(
        Source.workspace_id == Poll.workspace_id,
        Source.id == Poll.source_id,
        Poll.stored > 0,
        Poll.finished_at >= Source.last_new_at - KEEP_POLLS,
    )
    session.execute(delete(Poll).where(Poll.finished_at < now - KEEP_POLLS, ~shows_what_was_usual))
    session.execute(delete(Usage).where(Usage.starts_at < now - KEEP_USAGE))
    idle = now - timedelta(days=1)
    session.execute(
        delete(Host).where(func.coalesce(Host.paused_until, idle) <= idle, func.coalesce(Host.turn_at, idle) <= idle)
    )
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEEP_LOGINS))
    session.execute(delete(KeptForm).where(KeptForm.expires_at < now))
    session.execute(delete(LoginAttempts).where(LoginAttempts.not_before < now - timedelta(days=1)))
    session.execute(SUM_UP_REQUESTS, {"window": int(now.timestamp()) // WINDOW - 1, "seconds": WINDOW})
    session.execute(delete(KeyUsage).where(KeyUsage.day < (now - KEEP_USAGE).date()))
    session.execute(delete(BulkChange).where(BulkChange.undo_until < now - KEEP_CHANGES, ~waits()))
    session.execute(delete(Claim).where(Claim.until < now))
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now))
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now - timedelta(days=1)))
    session.execute(
        text("DELETE FROM procrastinate_jobs WHERE status IN ('failed', 'succeeded', 'cancelled', 'aborted')")
    )
    session.execute(
        text(
            "DELETE FROM procrastinate_jobs job WHERE status = 'doing' AND NOT EXISTS "
            "(SELECT 1 FROM procrastinate_workers w WHERE w.id = job.worker_id)"
        )
    )

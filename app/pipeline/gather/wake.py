"""Wakes a worker, for the new mentions of a source or for its past."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.lease import BACKFILL, Lifetime


def wake(session: Session, jobs: Jobs, workspace_id: UUID, source_id: UUID, now: datetime) -> None:
    """Has a source read as soon as a worker is free."""
    session.execute(
        update(Source).where(Source.workspace_id == workspace_id, Source.id == source_id).values(next_run_at=now)
    )
    jobs.defer(session, "collect")


def wake_backfill(session: Session, jobs: Jobs, row: Source, progress: dict[str, Any] | None, now: datetime) -> None:
    """Replaces the progress of a backfill and wakes a worker if it is running. A turn under way stores nothing more."""
    running = progress is not None and progress["state"] == "running"
    row.backfill = progress
    end_reading(row, BACKFILL)
    row.backfill_due_at = now if running else None
    if running and row.enabled:
        jobs.defer(session, "backfill")


def end_reading(row: Source, lifetime: Lifetime) -> None:
    """Takes the lease away from a reading under way: it stores nothing more. The next one goes on from the cursor.

    The row is locked by the caller.
    """
    setattr(row, lifetime.until.key, None)
    setattr(row, lifetime.fence.key, getattr(row, lifetime.fence.key) + 1)

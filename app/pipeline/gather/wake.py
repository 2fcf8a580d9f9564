"""Wakes a worker, for the new mentions of a source or for its past."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.jobs import Jobs
from app.models import Source


def wake(session: Session, jobs: Jobs, workspace_id: UUID, source_id: UUID, now: datetime) -> None:
    """Has a source read as soon as a worker is free."""
    session.execute(
        update(Source).where(Source.workspace_id == workspace_id, Source.id == source_id).values(next_run_at=now)
    )
    jobs.defer(session, "collect")


def wake_backfill(session: Session, jobs: Jobs, row: Source, progress: dict[str, Any] | None, now: datetime) -> None:
    """Replaces the progress of a backfill and wakes a worker if it is running. A turn under way stores nothing more."""
    running = progress is not None and progress["state"] == "running"
    row.backfill, row.backfill_lease_until = progress, None
    row.backfill_fence += 1
    row.backfill_due_at = now if running else None
    if running and row.enabled:
        jobs.defer(session, "backfill")

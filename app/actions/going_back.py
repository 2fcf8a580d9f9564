"""Backfills, which read what was published before a source was added: starting, stopping, following new settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields
from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.past import DAYS_MAX, begin, cap_days, resume
from app.pipeline.gather.wake import wake_backfill
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may
from collectors import all_collectors
from collectors.base import AnyCollector


class GoBack(Fields):
    """How many days to go back; without a number, it continues where it was stopped."""

    days: int | None = Field(None, ge=1, le=DAYS_MAX)


def first_progress(collector: AnyCollector, days: int | None, field: str, now: datetime) -> dict[str, Any] | None:
    """The progress of a backfill that begins; None without days. Raises Problem 422 on `field` for its kind."""
    if not days:
        return None
    if collector.backfill is None:
        raise invalid(FieldError(field, "This kind of source cannot go back: it reads what is new from now on."))
    most, warning = cap_days(collector, days)
    return begin(most, now, warning)


@may("write")
def go_back(session: Session, viewer: Viewer, source_id: UUID, request: GoBack, jobs: Jobs, now: datetime) -> Source:
    """Starts a backfill, or resumes one. Raises Problem 404; 409 when paused or none was stopped; 422 for its kind."""
    row = _lock(session, viewer, source_id)
    if not row.enabled:
        raise Problem("paused", 409, "This source is paused: resume it first.")
    progress = first_progress(all_collectors()[row.collector], request.days, "days", now)
    if progress is None:
        if row.backfill is None or row.backfill["state"] not in ("stopped", "failed"):
            raise Problem(
                "nothing-stopped", 409, "There is no earlier reading to continue: say how many days to go back."
            )
        progress = resume(row.backfill)
    wake_backfill(session, jobs, row, progress, now)
    record(session, viewer, "source.backfill", source_id, days=progress["days"])
    session.flush()
    session.refresh(row)
    return row


@may("write")
def stop(session: Session, viewer: Viewer, source_id: UUID, jobs: Jobs, now: datetime) -> None:
    """Stops the backfill, if one is running. Raises Problem 404."""
    row = _lock(session, viewer, source_id)
    if row.backfill is None or row.backfill["state"] != "running":
        return
    wake_backfill(session, jobs, row, {**row.backfill, "state": "stopped"}, now)
    record(session, viewer, "source.backfill.stop", source_id)
    session.flush()


def next_progress(
    was: dict[str, Any] | None, collector: AnyCollector, days: int | None, now: datetime, *, saved: bool, moved: bool
) -> dict[str, Any] | None:
    """The progress of a backfill after its source was changed. Raises Problem 422 for a kind that cannot go back.

    `was` is the progress so far, `days` the number that was given, if any. `saved`: params were given; `moved`:
    those that are not secrets differ from before. Another number of days or other params start the backfill again;
    new secrets alone let a failed one go on; a stopped one is dropped when the params have changed.
    """
    if days is not None and (was is None or cap_days(collector, days)[0] != was["days"]):
        return first_progress(collector, days, "backfill_days", now)
    if was is None:
        return None
    if moved:
        return first_progress(collector, was["days"], "params", now) if was["state"] != "stopped" else None
    return resume(was) if saved and was["state"] == "failed" else was


def _lock(session: Session, viewer: Viewer, source_id: UUID) -> Source:
    row = session.get(Source, (viewer.workspace_id, source_id), with_for_update=True)
    if row is None:
        raise not_found("source")
    return row

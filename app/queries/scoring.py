"""How far the model has come: what waits for a first stance, what is being read again, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ModelRun
from app.pipeline.judge import lanes
from app.pipeline.judge.pace import seconds_left
from app.queries.phrases import Progress, progress_of_all
from app.viewer import Viewer, may


@dataclass(frozen=True, slots=True)
class Scoring:
    """The model in force, and what it still has to read in this workspace: matches, and seconds for one worker.

    `waiting` were never scored; `unsettled` were scored by another model or by the quick part, and count meanwhile.
    """

    model: str | None
    since: datetime | None
    told_at: datetime | None
    per_second: float | None
    waiting: int
    unsettled: int
    seconds_left: float | None
    applying: Progress | None


@may("read")
def scoring(session: Session, viewer: Viewer) -> Scoring:
    """The state of scoring. The time left includes what the same workers have to do for other workspaces."""
    run = session.scalars(select(ModelRun).order_by(ModelRun.started_at.desc()).limit(1)).one_or_none()
    pace, quick = (run.per_second, run.quick_per_second) if run else (None, None)
    waiting, unsettled = (
        lanes.count_waiting(session, viewer.workspace_id),
        lanes.count_unsettled(session, viewer.workspace_id),
    )
    whole = (lanes.count_waiting(session), lanes.count_unsettled(session)) if waiting + unsettled else (0, 0)
    return Scoring(
        model=run.model if run else None,
        since=run.started_at if run else None,
        told_at=run.at if run else None,
        per_second=pace,
        waiting=waiting,
        unsettled=unsettled,
        seconds_left=seconds_left(*whole, pace, quick),
        applying=progress_of_all(session, viewer),
    )

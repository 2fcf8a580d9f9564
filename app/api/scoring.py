"""How far the model has come, and how ratings are read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from app.actions import phrases as locking
from app.actions import ratings as actions
from app.api.deps import IfMatch, Reader, Reading, Served, Writer, Writing
from app.api.phrases import ProgressOut
from app.api.route import Route
from app.api.schemas import Out
from app.pipeline.judge.stance import ratings_version
from app.queries.phrases import ratings
from app.queries.scoring import scoring

router = APIRouter(prefix="/api/v1", tags=["scoring"], route_class=Route)


class ScoringOut(Out):
    """The model in force, and what it still has to read in this workspace."""

    model: str | None = Field(description="null: no worker has started yet")
    since: datetime | None = Field(description="Since when it is in force: it reads again what others scored.")
    per_second: float | None = Field(description="Matches that one worker scores in a second, as measured.")
    told_at: datetime | None = Field(description="When that was measured last.")
    waiting: int = Field(description="Matches that were never scored.")
    unsettled: int = Field(description="Matches scored by another model or its fast part, to be read again.")
    seconds_left: float | None = Field(description="Seconds until one worker is done; null until its speed is known.")
    applying: ProgressOut | None = Field(description="Set while phrases or ratings are being applied to history.")


class RatingsOut(Out):
    """From which rating on an author is a promoter, and from which a passive; below, a detractor."""

    stars_promoter: int
    stars_passive: int
    ten_promoter: int = Field(description="Of ratings on every scale but 5, as their share of 10.")
    ten_passive: int
    version: int


@router.get("/scoring", openapi_extra={"x-costly": True})
def get_scoring(viewer: Reader, session: Reading) -> ScoringOut:
    """How many matches wait for a model, and for how long."""
    return ScoringOut.model_validate(scoring(session, viewer))


@router.get("/ratings")
def get_ratings(viewer: Reader, session: Reading) -> RatingsOut:
    """How ratings are read."""
    classes, version = ratings(session, viewer)
    return RatingsOut(**asdict(classes), version=version)


@router.patch("/ratings")
def change_ratings(
    changes: actions.RatingChanges, viewer: Writer, session: Writing, services: Served, if_match: IfMatch
) -> RatingsOut:
    """Changes how ratings are read. Stored mentions follow in the background."""
    if_match.check(ratings_version(locking.lock_workspace(session, viewer).settings))
    actions.change(session, viewer, changes, services.jobs)
    classes, version = ratings(session, viewer)
    return RatingsOut(**asdict(classes), version=version)

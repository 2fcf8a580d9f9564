"""How ratings are read: from which number of stars, and of points out of 10, an author is a promoter."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Changes
from app.actions.phrases import lock_workspace
from app.jobs import Jobs
from app.pipeline.judge.restance import wish
from app.pipeline.judge.stance import classes_of, ratings_version
from app.problems import FieldError, invalid
from app.viewer import Viewer, may
from sentiment.base import RatingClasses

Stars = Annotated[int, Field(ge=1, le=5)]
Points = Annotated[int, Field(ge=1, le=10)]


class RatingChanges(Changes):
    """From which rating on an author is a promoter, and from which a passive; below, a detractor."""

    stars_promoter: Stars = 5
    stars_passive: Stars = 4
    ten_promoter: Points = 9
    ten_passive: Points = 7


@may("write")
def change(session: Session, viewer: Viewer, changes: RatingChanges, jobs: Jobs) -> RatingClasses:
    """Changes how ratings are read; stored mentions are decided again in the background. Raises Problem 422."""
    row = lock_workspace(session, viewer)
    before = asdict(classes_of(row.settings))
    after = before | changes.model_dump(exclude_unset=True)
    wrong = [name for name in ("stars", "ten") if after[f"{name}_passive"] > after[f"{name}_promoter"]]
    if wrong:
        raise invalid(
            *(FieldError(f"{name}_passive", "“Passive from” cannot be higher than “Promoter from”.") for name in wrong)
        )
    if after != before:
        row.settings = {**row.settings, "ratings": after, "ratings_version": ratings_version(row.settings) + 1}
        session.flush()
        wish(session, jobs, viewer.workspace_id, words=None)
        record(session, viewer, "ratings.update", viewer.workspace_id, **after)
        session.flush()
    return RatingClasses(**after)

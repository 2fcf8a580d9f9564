"""How ratings are read: a passive does not begin above a promoter."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.actions.fields import validate
from app.actions.ratings import RatingChanges, change
from app.db import Database
from app.jobs import Jobs
from app.models import Restance, Workspace
from app.pipeline.judge.stance import ratings_version
from app.problems import Problem
from app.viewer import Viewer


@pytest.mark.parametrize("values", [{"stars_promoter": 6}, {"stars_passive": 0}, {"ten_promoter": 11}, {"stars": 4}])
def test_stars_go_from_one_to_five_and_points_to_ten(values: dict[str, Any]) -> None:
    with pytest.raises(Problem):
        validate(RatingChanges, values)


def test_ratings_are_read_anew_only_when_something_changes(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        before = ratings_version(session.get_one(Workspace, viewer.workspace_id).settings)
        same = change(session, viewer, RatingChanges(stars_promoter=5), Jobs())
        assert session.scalar(select(func.count()).select_from(Restance)) == 0
        other = change(session, viewer, RatingChanges(stars_promoter=4), Jobs())
        assert (same.stars_promoter, other.stars_promoter, other.stars_passive) == (5, 4, same.stars_passive)
        settings = session.get_one(Workspace, viewer.workspace_id).settings
        assert ratings_version(settings) == before + 1
        assert session.scalar(select(func.count()).select_from(Restance)) == 1
        with pytest.raises(Problem) as refused:
            change(session, viewer, RatingChanges(stars_passive=5, ten_passive=10), Jobs())
        assert [error.field for error in refused.value.errors] == ["stars_passive", "ten_passive"]

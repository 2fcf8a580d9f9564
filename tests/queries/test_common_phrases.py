"""The common phrases as a workspace uses them."""

from __future__ import annotations

import pytest

from app.db import Database
from app.models import Workspace
from app.pipeline.judge.common_phrases import common_phrases
from app.problems import Problem
from app.queries.common_phrases import common, common_phrase
from app.viewer import Viewer


def test_all_count_until_they_are_switched_off(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        assert len(common(session, viewer)) == len(common_phrases())
        assert all(view.on for view in common(session, viewer))
        row = session.get_one(Workspace, viewer.workspace_id)
        row.settings = {**row.settings, "common_phrases": {"off": ["fr:foncez"]}}
        session.flush()
        assert not common_phrase(session, viewer, "fr:foncez").on
        assert common_phrase(session, viewer, "fr:fuyez").on
        row.settings = {**row.settings, "common_phrases": {"all_off": True}}
        session.flush()
        assert not any(view.on for view in common(session, viewer))
        with pytest.raises(Problem):
            common_phrase(session, viewer, "fr:no-such")

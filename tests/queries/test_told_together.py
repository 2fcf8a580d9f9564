"""Mentions with all that tell the same, of one workspace only."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.told_together import either, named, with_their_copies
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import mention_row, story_row


def test_the_copies_of_a_mention_are_selected_with_it(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])
    with db.writing() as session:
        story = story_row(workspace_id, copies=2)
        session.add(story)
        session.flush()
        told = [mention_row(workspace_id, f"Brumelo recalls {n}", story_id=story.id) for n in range(2)]
        other = mention_row(workspace_id, "Brumelo answers nobody")
        session.add_all([*told, other])
    with db.reading() as session:
        one = with_their_copies(viewer, named(session, viewer, [told[0].id]))
        alone = with_their_copies(viewer, named(session, viewer, [other.id]))
        assert set(session.scalars(one)) == {row.id for row in told}
        assert set(session.scalars(alone)) == {other.id}
        assert set(session.scalars(either(viewer, one, alone))) == {other.id, *(row.id for row in told)}


def test_a_mention_that_is_none_of_ours_is_refused(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])
    with db.reading() as session, pytest.raises(Problem):
        named(session, viewer, [uuid4()])

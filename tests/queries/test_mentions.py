"""One mention and all that is known of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import Database
from app.models import Revision, Story
from app.problems import Problem
from app.queries.mentions import mention, views
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, next_id, source_row


def test_a_mention_comes_with_its_matches_its_copies_and_its_history(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    brands = [brand_row(here, "Acme"), brand_row(here, "Brumelo")]
    source = source_row(here, "News")
    story = Story(id=next_id(), workspace_id=here, simhash=1, bands=[1], first_at=NOW, last_at=NOW, copies=3)
    first = mention_row(here, "first", source_id=source.id, story_id=story.id)
    copies = [mention_row(here, f"copy {n}", NOW + timedelta(hours=n), story_id=story.id) for n in (1, 2)]
    deleted = mention_row(here, "deleted", story_id=story.id, deleted_at=NOW)
    alone = mention_row(here, "alone")
    history = [Revision(id=next_id(), workspace_id=here, mention_id=first.id, change={"n": n}) for n in (1, 2)]
    add(*brands, source, story, first, *copies, deleted, alone, *history)
    add(*(match_row(first, brand) for brand in brands))
    with db.reading() as session:
        detail = mention(session, viewer, first.id)
        assert [each.brand.name for each in detail.view.matches] == ["Acme", "Brumelo"]
        assert (detail.view.source is not None, detail.view.copies) == (True, 3)
        assert [row.text for row in detail.copies] == ["copy 2", "copy 1"]
        assert [line.change["n"] for line in detail.history] == [2, 1]
        found = views(session, viewer, [alone, first])
        assert [(view.mention.text, view.copies, len(view.matches)) for view in found] == [
            ("alone", 1, 0),
            ("first", 3, 2),
        ]
        assert views(session, viewer, []) == []
        for asks, mention_id in ((viewer, deleted.id), (viewer, uuid4()), (elsewhere, first.id)):
            with pytest.raises(Problem) as missing:
                mention(session, asks, mention_id)
            assert missing.value.status == 404

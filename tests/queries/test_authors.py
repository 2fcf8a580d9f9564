"""Who writes, in this workspace only."""

from __future__ import annotations

from datetime import timedelta

from app.db import Database
from app.queries.authors import author_of
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row


def test_an_author_is_counted_on_their_platform_with_stances_and_sites(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    acme = brand_row(here, "Acme")
    first = mention_row(here, "first", NOW - timedelta(days=3), author="Ana", outlet="Le forum")
    second = mention_row(here, "second", author="ANA", host="blog.example")
    third = mention_row(here, "third", author="ana", outlet="Le forum")
    others = [
        mention_row(here, "elsewhere", author="Ana", platform="blog"),
        mention_row(here, "gone", author="Ana", deleted_at=NOW),
        mention_row(elsewhere.workspace_id, "theirs", author="Ana"),
    ]
    nobody = mention_row(here, "nobody")
    add(acme, first, second, third, *others, nobody)
    add(*(match_row(row, acme, stance=stance) for row, stance in
          ((first, "promoter"), (second, "detractor"), (third, "detractor"), (others[0], "detractor"))))  # fmt: skip
    with db.reading() as session:
        found = author_of(session, viewer, first)
        assert found is not None
        assert (found.mentions, found.more, found.first_at, found.last_at) == (3, False, NOW - timedelta(days=3), NOW)
        assert found.stances == {"promoter": 1, "detractor": 2}
        assert found.sites == [("Le forum", 2), ("blog.example", 1)]
        assert author_of(session, viewer, nobody) is None

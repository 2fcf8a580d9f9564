"""How many mentions of a source have no known date, and what to do about them."""

from __future__ import annotations

import pytest

from app.db import Database
from app.queries.sources import source
from app.queries.undated import undated_by_source, undated_notices
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, mention_row, source_row


def test_a_source_counts_those_without_a_date_and_shows_one_spelling(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here, theirs = viewer.workspace_id, elsewhere.workspace_id
    ours, sound, other = source_row(here, "Forum"), source_row(here, "News"), source_row(theirs, "Forum")
    guess = {"published_guessed": True}
    add(
        ours, sound, other,
        mention_row(here, "one", source_id=ours.id, **guess),
        mention_row(here, "two", source_id=ours.id, date_spelling="le 3e jour", **guess),
        mention_row(here, "gone", source_id=ours.id, deleted_at=NOW, **guess),
        mention_row(here, "three", source_id=ours.id),
        mention_row(here, "four", source_id=sound.id),
        mention_row(theirs, "five", source_id=other.id, **guess),
    )  # fmt: skip
    with db.reading() as session:
        found = undated_by_source(session, viewer, [ours.id, sound.id, other.id])
        view, clean = source(session, viewer, ours.id, NOW), source(session, viewer, sound.id, NOW)
    assert found == {ours.id: (2, "le 3e jour")}
    assert (view.undated, view.date_spelling, clean.undated, clean.date_spelling) == (2, "le 3e jour", 0, None)
    assert [bool(each.undated_notices) for each in (view, clean)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("push", "Import the file again"),
        ("webpage", "Change the source"),
        ("webhook", "sent again"),
        ("rss", "next reading"),
        ("a kind that is gone", "next reading"),
    ],
)
@pytest.mark.parametrize(("spelling", "why"), [("le 3e jour", "“le 3e jour”"), (None, "gives no date")])
def test_the_notices_say_how_many_why_and_what_to_do(kind: str, advice: str, spelling: str | None, why: str) -> None:
    count, reason, todo = map(str, undated_notices(kind, 7, spelling))
    assert "7" in count
    assert why in reason
    assert advice in todo
    assert undated_notices(kind, 0, spelling) == []

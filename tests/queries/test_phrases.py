"""The phrases of a workspace, how far they are applied, and what one would change."""

from __future__ import annotations

from itertools import count

import pytest

from app.actions.phrases import NewPhrase, create
from app.db import Database
from app.jobs import Jobs
from app.models import Restance
from app.problems import Problem
from app.queries.phrases import Progress, _sum, phrase, phrase_of, phrases, preview, progress_of_all, ratings
from app.viewer import ROLE_SCOPES, Viewer
from tests.queries.conftest import Add
from tests.rows import brand_row, match_row, mention_row

GLAD = {"negative": 0.02, "neutral": 0.06, "positive": 0.92, "model": "fixed 1"}


@pytest.mark.parametrize(
    ("wishes", "progress"),
    [
        ([], None),
        ([(3, 10)], Progress(3, 10)),
        ([(3, 10), (1, 5)], Progress(4, 15)),
        ([(3, 10), (0, None)], Progress(3, None)),
    ],
)
def test_progress_is_summed_and_its_total_unknown_until_all_are_counted(
    wishes: list[tuple[int, int | None]], progress: Progress | None
) -> None:
    assert _sum([Restance(done=done, total=total) for done, total in wishes]) == progress


def test_a_phrase_is_folded_as_it_is_listened_for() -> None:
    assert phrase_of("  Zone de GUERRE ", "detractor", None, "fr").words == ("zone", "de", "guerre")


def test_a_phrase_is_listed_with_its_progress_and_shows_what_it_would_change(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    acme, other = brand_row(here, "Acme"), brand_row(here, "Brumelo")
    said, rated, corrected = (
        mention_row(here, "acme is a war zone"),
        mention_row(here, "acme war zone rated", rating=5.0, rating_scale=5.0),
        mention_row(here, "acme war zone corrected"),
    )
    add(acme, other, said, rated, corrected)
    add(
        match_row(said, acme, stance="promoter", stance_source="model", **GLAD),
        match_row(rated, acme, stance="promoter", stance_source="rating", **GLAD),
        match_row(corrected, acme, stance="promoter", stance_source="person", **GLAD),
    )
    editor = Viewer(here, "ana", ROLE_SCOPES["manager"])
    with db.writing() as session:
        row = create(session, editor, NewPhrase(text="bad", stance="detractor", brand_id=other.id), Jobs())
    wanted = phrase_of("war zone", "detractor", None, None)
    with db.reading() as session:
        found = preview(session, viewer, wanted)
        assert (found.mentions, found.changed, found.complete) == (3, 1, True)
        assert found.changes == {("promoter", "detractor"): 1}
        assert [(one.view.mention.text, one.before_source, one.after) for one in found.sample] == [
            ("acme is a war zone", "model", "detractor")
        ]
        assert preview(session, viewer, phrase_of("war zone", "detractor", other.id, None)).changed == 0
        ticks = count(0, 10)
        late = preview(session, viewer, wanted, seconds=lambda: float(next(ticks)))
        assert (late.mentions, late.complete) == (0, False)
        [view] = phrases(session, viewer).items
        assert (view.phrase.id, view.brand and view.brand.name, view.applying) == (row.id, "Brumelo", Progress(0, None))
        assert progress_of_all(session, viewer) == Progress(0, None)
        assert progress_of_all(session, elsewhere) is None
        assert ratings(session, viewer)[0].stars_promoter == 5
        with pytest.raises(Problem):
            phrase(session, elsewhere, row.id)

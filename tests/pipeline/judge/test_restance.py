"""A phrase or another reading of ratings reaches what is stored, in pages, and no correction is lost."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.actions import phrases, ratings
from app.actions.mentions import MentionChanges, change
from app.db import Database
from app.jobs import Jobs
from app.models import Mention, Restance, ScorerRow
from app.pipeline.judge.restance import RestanceHistory, wish, wish_all
from app.pipeline.sweep import Sweep
from app.queries.phrases import phrase_of, preview, progress_of_all
from app.viewer import ROLE_SCOPES, Viewer
from tests.pipeline.scoring import DAYS_AGO, NOW, Telling, add_brand, add_matches, rows, step

COUNT = "SELECT stance, stance_source, count(*) FROM match GROUP BY 1, 2 ORDER BY 1, 2"


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["admin"])


@pytest.fixture
def brand(db: Database, workspace_id: UUID) -> UUID:
    """Two hundred old mentions of a war zone, and fifty of something else, all read as passive."""
    made = add_brand(db, workspace_id)
    add_matches(db, workspace_id, made, 200, mark="war", at=DAYS_AGO, words="a War-Zone called Zephyrine")
    add_matches(db, workspace_id, made, 50, mark="peace", at=DAYS_AGO, words="a garden called Zephyrine")
    step(db, Telling())()
    return made


def add_phrase(db: Database, viewer: Viewer, **fields: object) -> UUID:
    with db.writing() as session:
        new = phrases.NewPhrase.model_validate({"text": "war zone", "stance": "promoter", **fields})
        return phrases.create(session, viewer, new, Jobs()).id


def apply(db: Database, viewer: Viewer, page: int = 1000) -> int:
    return RestanceHistory(db, Jobs(), page=page)(str(viewer.workspace_id))


def test_a_new_phrase_reaches_history_and_marks_its_hours(db: Database, viewer: Viewer, brand: UUID) -> None:
    with db.writing() as session:
        session.execute(text("DELETE FROM dirty_hour"))
    add_phrase(db, viewer)
    assert apply(db, viewer) == 200
    assert rows(db, COUNT) == [("passive", "model", 50), ("promoter", "phrase", 200)]
    assert rows(db, "SELECT count(*) > 0 FROM dirty_hour") == [(True,)]
    assert apply(db, viewer) == 0


def test_what_comes_after_a_phrase_has_its_stance_when_it_is_scored(
    db: Database, viewer: Viewer, brand: UUID, workspace_id: UUID
) -> None:
    add_phrase(db, viewer)
    add_matches(db, workspace_id, brand, 1, mark="new", words="war zone")
    step(db, Telling())()
    newest = "SELECT stance, stance_source FROM match ORDER BY collected_at DESC LIMIT 1"
    assert rows(db, newest) == [("promoter", "phrase")]


def test_an_application_that_is_interrupted_goes_on_where_it_was(db: Database, viewer: Viewer, brand: UUID) -> None:
    add_phrase(db, viewer)
    stops = iter([False, False, True])
    stopped = RestanceHistory(db, Jobs(), page=60, stopping=lambda: next(stops))
    assert stopped(str(viewer.workspace_id)) == 120
    with db.reading() as session:
        progress = progress_of_all(session, viewer)
    assert progress is not None
    assert (progress.done, progress.total) == (120, 200)
    with db.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    Sweep(db, Jobs())()
    assert ("restance",) in rows(db, "SELECT task_name FROM procrastinate_jobs")
    assert apply(db, viewer, page=60) == 80
    assert rows(db, COUNT) == [("passive", "model", 50), ("promoter", "phrase", 200)]


def test_changing_and_deleting_a_phrase_takes_back_what_it_said(db: Database, viewer: Viewer, brand: UUID) -> None:
    made = add_phrase(db, viewer)
    apply(db, viewer)
    with db.writing() as session:
        phrases.update(session, viewer, made, phrases.PhraseChanges(text="garden"), Jobs())
    apply(db, viewer)
    assert rows(db, COUNT) == [("passive", "model", 200), ("promoter", "phrase", 50)]
    with db.writing() as session:
        phrases.update(session, viewer, made, phrases.PhraseChanges(text="war zone", stance="detractor"), Jobs())
    apply(db, viewer)
    assert rows(db, COUNT) == [("detractor", "phrase", 200), ("passive", "model", 50)]
    with db.writing() as session:
        phrases.delete_phrase(session, viewer, made, Jobs())
    apply(db, viewer)
    assert rows(db, COUNT) == [("passive", "model", 250)]


def test_a_correction_outlives_a_phrase_and_taking_it_back_returns_to_the_phrase(
    db: Database, viewer: Viewer, brand: UUID
) -> None:
    one = rows(db, "SELECT mention_id FROM match JOIN mention ON id = mention_id WHERE text LIKE '%War%' LIMIT 1")[0][0]

    def correct(stance: str | None) -> None:
        with db.writing() as session:
            change(session, viewer, [one], MentionChanges.model_validate({"stance": stance}), Jobs(), NOW)

    correct("detractor")
    add_phrase(db, viewer)
    apply(db, viewer)
    assert rows(db, COUNT)[0] == ("detractor", "person", 1)
    step(db, Telling(version="2"))()
    assert rows(db, COUNT)[0] == ("detractor", "person", 1)
    correct(None)
    assert rows(db, COUNT) == [("passive", "model", 50), ("promoter", "phrase", 200)]


def test_another_reading_of_ratings_reaches_history(db: Database, viewer: Viewer, brand: UUID) -> None:
    with db.writing() as session:
        session.execute(text("UPDATE mention SET rating = 4, rating_scale = 5 WHERE text LIKE '%garden%'"))
        ratings.change(session, viewer, ratings.RatingChanges(stars_promoter=4, stars_passive=3), Jobs())
    assert apply(db, viewer) == 50
    assert rows(db, COUNT) == [("passive", "model", 200), ("promoter", "rating", 50)]


def test_setting_ratings_to_what_they_are_reads_nothing_again(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        ratings.change(session, viewer, ratings.RatingChanges(stars_promoter=5), Jobs())
    assert rows(db, f"SELECT count(*) FROM {Restance.__tablename__}") == [(0,)]


def test_a_preview_tells_what_would_change_and_stores_nothing(db: Database, viewer: Viewer, brand: UUID) -> None:
    with db.reading() as session:
        found = preview(session, viewer, phrase_of("War zone", "promoter", brand, None))
    assert (found.mentions, found.changed, found.complete) == (200, 200, True)
    assert dict(found.changes) == {("passive", "promoter"): 200}
    assert [one.after for one in found.sample] == ["promoter"] * 10
    assert rows(db, COUNT) == [("passive", "model", 250)]
    made = add_phrase(db, viewer)
    apply(db, viewer)
    with db.reading() as session:
        edited = preview(session, viewer, phrase_of("garden", "promoter", None, None), made)
    assert dict(edited.changes) == {("passive", "promoter"): 50, ("promoter", "passive"): 200}


def test_a_preview_gives_up_in_time_and_says_so(db: Database, viewer: Viewer, brand: UUID) -> None:
    ticks = iter(range(0, 1000, 2))
    with db.reading() as session:
        found = preview(session, viewer, phrase_of("war", "promoter", None, None), seconds=lambda: next(ticks))
    assert (found.mentions, found.complete) == (0, False)


def test_in_a_mention_of_two_brands_a_phrase_for_all_turns_the_one_it_is_said_of(
    db: Database, viewer: Viewer, workspace_id: UUID
) -> None:
    zephyra, boreal = add_brand(db, workspace_id, "Zephyra"), add_brand(db, workspace_id, "Boreal")
    add_matches(db, workspace_id, zephyra, 1, mark="both", at=DAYS_AGO, words="Boreal is fine. Zephyra is a war zone.")
    add_matches(db, workspace_id, boreal, 0, mark="both", at=DAYS_AGO)
    with db.writing() as session:
        places = "UPDATE match SET spans = CAST(:spans AS jsonb) WHERE brand_id = :brand"
        session.execute(text(places), {"brand": zephyra, "spans": '{"text": [[16, 23]]}'})
        session.execute(text(places), {"brand": boreal, "spans": '{"text": [[0, 6]]}'})
    step(db, Telling())()
    with db.reading() as session:
        foreseen = preview(session, viewer, phrase_of("war zone", "detractor", None, None))
    add_phrase(db, viewer, stance="detractor")
    apply(db, viewer)
    assert (foreseen.mentions, foreseen.changed) == (1, 1)
    stances = dict(rows(db, "SELECT brand_id, stance || ' by ' || stance_source FROM match"))
    assert stances == {zephyra: "detractor by phrase", boreal: "passive by model"}


def test_every_stance_is_decided_again_by_the_limits_of_the_model_that_gave_it(
    db: Database, viewer: Viewer, brand: UUID
) -> None:
    with db.writing() as session:
        limits = {"telling 1": {"other": [0.9, 0.85, 0.9]}}
        session.add(ScorerRow(name="telling", version="1", corrections={}, measured={}, sureness=limits, since=NOW))
        wish_all(session, Jobs(), viewer.workspace_id)
        change(session, viewer, first_ids(session, 1), MentionChanges(stance="promoter"), Jobs(), NOW)
    with db.reading() as session:
        progress = progress_of_all(session, viewer)
    assert progress is not None
    assert apply(db, viewer) == 250
    assert rows(db, COUNT) == [("promoter", "person", 1), ("unsure", "model", 249)]
    with db.reading() as session:
        assert progress_of_all(session, viewer) is None


def test_several_phrases_share_one_wish(db: Database, viewer: Viewer, brand: UUID) -> None:
    with db.writing() as session:
        wish(session, Jobs(), viewer.workspace_id, words="war zone\na garden\nno such words")
    assert apply(db, viewer) == 250


def first_ids(session: Session, number: int) -> list[UUID]:
    return list(session.scalars(select(Mention.id).order_by(Mention.id).limit(number)))

"""Changing mentions: what differs is written, and the stance that counts once a correction is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.actions.assigning import Assignee
from app.actions.mentions import BulkChanges, MentionChanges, _set, change, stance_without_person
from app.db import Database
from app.jobs import Jobs
from app.models import DirtyHour, Match, Mention, Revision
from app.pipeline.judge.phrases import DomainPhrase, Phrasebook
from app.pipeline.judge.stance import StanceRules
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import NOW, brand_row, match_row, mention_row

ACME = UUID(int=7)
GLAD = {"negative": 0.02, "neutral": 0.06, "positive": 0.92}
TORN = {"negative": 0.4, "neutral": 0.1, "positive": 0.5}
WAR = Phrasebook([DomainPhrase(("war", "zone"), "detractor", None, None)])


@pytest.mark.parametrize(
    ("mention", "scores", "book", "stance"),
    [
        ({"text": "a war zone", "rating": 5.0, "rating_scale": 5.0}, GLAD, WAR, ("promoter", "rating")),
        ({"text": "a war zone"}, GLAD, WAR, ("detractor", "phrase")),
        ({"text": "a nice place"}, GLAD, WAR, ("promoter", "model")),
        ({"text": "a nice place"}, TORN, WAR, ("unsure", "model")),
        ({"text": "a nice place"}, {"negative": 0.1, "neutral": None, "positive": 0.7}, WAR, (None, None)),
        ({"text": "a nice place"}, {}, Phrasebook(), (None, None)),
    ],
    ids=["rating", "phrase", "model", "unsure", "half a score", "nothing"],
)
def test_without_a_person_the_first_of_rating_phrase_and_model_decides(
    mention: dict[str, Any], scores: dict[str, Any], book: Phrasebook, stance: tuple[str | None, str | None]
) -> None:
    row = Mention(title="", language="en", **mention)
    said = book.occurrences(row.title, row.text, row.language)
    assert stance_without_person(row, Match(brand_id=ACME, **scores), StanceRules(book=book), said, {}) == stance


@pytest.mark.parametrize(
    ("given", "was"),
    [
        ({"status": "new"}, {}),
        ({"status": "closed"}, {"status": ["new", "closed"]}),
        ({"assignee": Assignee(None, None)}, {}),
        ({"assignee": Assignee(UUID(int=4), "Léo")}, {"assignee": [None, "Léo"]}),
        ({"tags": ["a", "b", "a"]}, {"tags": [["a"], ["a", "b"]]}),
        ({"note": None, "tags": ["a"]}, {}),
    ],
)
def test_only_what_differs_is_written_and_kept_as_it_was(given: dict[str, Any], was: dict[str, Any]) -> None:
    row = Mention(status="new", assignee=None, tags=["a"], note=None)
    assert _set(row, given) == was
    assert all(getattr(row, name) == after for name, (_, after) in was.items())


def test_a_correction_marks_the_hour_and_is_for_all_mentions_or_none(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    mentions = [mention_row(here, text) for text in ("acme is late", "acme is here")]
    with db.writing() as session:
        session.add_all([brand, *mentions])
        session.flush()
        session.add_all(match_row(row, brand, stance="passive", stance_source="model", **GLAD) for row in mentions)
    ids = [row.id for row in mentions]
    with db.writing() as session:
        with pytest.raises(Problem) as missing:
            change(session, viewer, [*ids, ACME], BulkChanges(ids=ids, status="closed"), Jobs(), NOW)
        assert missing.value.status == 404
        changed = change(session, viewer, ids, MentionChanges(stance="detractor"), Jobs(), NOW)
        assert [row.version for row in changed] == [2, 2]
        assert session.scalars(select(Match.stance_source)).all() == ["person", "person"]
        assert session.scalars(select(DirtyHour.hour)).all() == [NOW]
        change(session, viewer, ids[:1], MentionChanges(stance=None), Jobs(), NOW)
        assert sorted(session.scalars(select(Match.stance_source))) == ["model", "person"]
        lines = session.scalars(select(Revision.change).order_by(Revision.id)).all()
        assert lines[-1] == {f"stance:{brand.id}": ["detractor", "promoter"]}
        with pytest.raises(Problem):
            change(session, viewer, ids, MentionChanges(stance="passive", brand_id=ACME), Jobs(), NOW)

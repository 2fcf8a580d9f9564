"""What is to change of a mention, and what of it can be put back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.models import Match, Mention
from app.pipeline.judge.phrases import DomainPhrase, Phrasebook
from app.pipeline.judge.stance import StanceRules
from app.pipeline.triage.wish import (
    Wish,
    differing,
    restorable,
    stance_is_ours,
    stance_left,
    told,
    wish_of,
    without_person,
)
from tests.rows import NOW

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
    assert without_person(Match(brand_id=ACME, **scores), row, StanceRules(book=book), said, {}) == stance


def mention(**given: Any) -> Mention:
    return Mention(**{"status": "new", "assignee": None, "assignee_id": None, "tags": ["a"], "note": None, **given})


@pytest.mark.parametrize(
    ("given", "was"),
    [
        ({"status": "new"}, {}),
        ({"status": "closed"}, {"status": "new"}),
        ({"status": "answered"}, {"status": "new", "answered_at": None}),
        ({"assignee": "Léo", "assignee_id": ACME}, {"assignee": None, "assignee_id": None}),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}),
        ({"note": None, "tags": ["a"]}, {}),
    ],
)
def test_only_what_differs_counts_as_changed(given: dict[str, Any], was: dict[str, Any]) -> None:
    assert differing(mention(), Wish(given)) == was


def test_what_was_answered_before_keeps_its_moment() -> None:
    assert differing(mention(status="closed", answered_at=NOW), Wish({"status": "answered"})) == {"status": "closed"}


def test_a_wish_reads_back_as_it_was_written() -> None:
    for wish in (
        Wish({"assignee": "Léo", "assignee_id": ACME, "tags": ["a"], "note": None}),
        Wish({"status": "closed"}, True, None, ACME),
        Wish({}, True, "passive"),
    ):
        assert wish_of(wish.to_json()) == wish


def test_the_history_tells_what_people_chose_and_not_what_follows_from_it() -> None:
    wish = Wish({"status": "answered", "assignee": "Léo", "assignee_id": ACME}, True, "passive")
    was = {
        "status": "new",
        "answered_at": None,
        "assignee": None,
        "assignee_id": None,
        "stance:x": ["promoter", "model"],
    }
    assert told(was, wish, {"stance:x": "passive"}) == {
        "status": ["new", "answered"],
        "assignee": [None, "Léo"],
        "stance:x": ["promoter", "passive"],
    }


@pytest.mark.parametrize(
    ("now", "touched", "back"),
    [
        ({"status": "answered", "answered_at": NOW}, set(), {"status": "new", "answered_at": None}),
        ({"status": "closed"}, set(), {}),
        ({"status": "answered"}, {"status"}, {}),
        ({"status": "answered"}, {"tags"}, {"status": "new", "answered_at": None}),
    ],
    ids=["as it was left", "changed since", "changed by another and back", "another field"],
)
def test_what_somebody_changed_since_is_not_put_back(
    now: dict[str, Any], touched: set[str], back: dict[str, Any]
) -> None:
    was = {"status": "new", "answered_at": None}
    assert restorable(was, mention(**now), Wish({"status": "answered"}), touched) == back


def test_an_assignment_of_another_person_stays_with_its_member() -> None:
    wish = Wish({"assignee": "Léo", "assignee_id": ACME})
    was = {"assignee": None, "assignee_id": None}
    row = mention(assignee="Léo", assignee_id=ACME)
    assert restorable(was, row, wish, {"assignee"}) == {}
    assert restorable(was, row, wish, set()) == was


def test_a_stance_is_put_back_only_while_it_is_the_one_that_was_given() -> None:
    ours = Match(stance="passive", stance_source="person", corrected_by="ana", corrected_at=NOW)
    assert stance_left(ours) == ["passive", "person", "ana", NOW.isoformat()]
    assert stance_is_ours(ours, Wish({}, True, "passive"), NOW)
    assert not stance_is_ours(ours, Wish({}, True, "passive"), NOW - timedelta(seconds=1))
    assert not stance_is_ours(ours, Wish({}, True, "promoter"), NOW)
    assert not stance_is_ours(ours, Wish({}, True, None), NOW)
    assert stance_is_ours(Match(stance="passive", stance_source="model"), Wish({}, True, None), NOW)

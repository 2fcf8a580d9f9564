"""What the labels say of the model, and what they add to its corrections."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.queries.own_sample import VISIBLE, LabelledText, Origin, OwnSample
from sentiment.base import Score
from sentiment.compact import compact
from sentiment.sampled import ENOUGH

SAD, FLAT, GLAD = Score(0.8, 0.1, 0.1), Score(0.1, 0.8, 0.1), Score(0.1, 0.1, 0.8)


def sample(**groups: int) -> OwnSample:
    """So many texts of each language group, all of them labelled as the model says, in turns."""
    scores = (SAD, FLAT, GLAD)
    return OwnSample(
        tuple(LabelledText(group, scores[n % 3], n % 3) for group, number in groups.items() for n in range(number))  # type: ignore[arg-type] # the groups' names
    )


@pytest.mark.parametrize(
    ("groups", "in_use", "needed"),
    [
        ({}, False, VISIBLE),
        ({"en": VISIBLE - 1}, False, 1),
        ({"en": 12, "fr": 8}, True, ENOUGH - VISIBLE),
        ({"en": ENOUGH}, True, 0),
    ],
)
def test_twenty_labels_in_all_narrow_the_intervals_and_a_hundred_can_make_a_score(
    groups: dict[str, int], in_use: bool, needed: int
) -> None:
    assert (sample(**groups).in_use, sample(**groups).needed) == (in_use, needed)


def test_each_group_learns_from_its_own_labels() -> None:
    shipped = compact().corrections
    assert sample(en=VISIBLE - 1).correct(shipped) is shipped
    found = sample(en=90, fr=20).correct(shipped).groups
    assert found["en"].between < found["fr"].between < shipped.groups["fr"].between
    assert found["other"] is shipped.groups["other"]
    assert (found["en"].labels, found["fr"].labels) == (90, 20)


def test_labels_of_a_language_that_is_not_read_teach_nothing_about_those_that_are() -> None:
    shipped, at = compact().corrections, datetime(2026, 11, 29, tzinfo=UTC)
    texts = {
        language: OwnSample(
            tuple(
                LabelledText("other", SAD, 2, True, Origin(UUID(int=1), UUID(int=2), language, at, str(n), str(n)))
                for n in range(30)
            )
        )
        for language in ("hi", "de")
    }
    assert texts["hi"].correct(shipped).groups["other"].labels == 0
    assert texts["de"].correct(shipped).groups["other"].labels == 30


def test_accuracy_has_its_interval_and_none_without_labels() -> None:
    texts = (*sample(en=9).texts, LabelledText("en", GLAD, 0))
    found = OwnSample(texts).measure()
    assert (found.labelled, found.right, found.accuracy) == (10, 9, 0.9)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.9 < found.high
    empty = OwnSample(()).as_json()
    assert (empty["accuracy"], empty["margin"], empty["known"]) == (None, None, "model")


@pytest.mark.parametrize(("score", "label", "right"), [(SAD, 0, True), (SAD, 1, False), (GLAD, 2, True)])
def test_the_model_is_right_where_a_person_says_the_same(score: Score, label: int, right: bool) -> None:
    assert LabelledText("en", score, label).right is right

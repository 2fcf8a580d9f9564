"""What the labels say of the model, and when they correct the scores."""

from __future__ import annotations

import pytest

from app.queries.labelling import ENOUGH, ENOUGH_OF_GROUP, LabelledText, OwnSample
from sentiment.base import Score
from sentiment.compact import compact
from sentiment.quantify import LanguageGroup

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
        ({}, False, ENOUGH),
        ({"en": ENOUGH - 1}, False, 1),
        ({"en": ENOUGH}, True, 0),
        ({"en": 40, "fr": 30, "other": 40}, False, ENOUGH_OF_GROUP - 40),
        ({"en": 50, "fr": 50}, True, 0),
    ],
)
def test_labels_correct_the_scores_when_there_are_enough_in_all_and_of_one_group(
    groups: dict[str, int], in_use: bool, needed: int
) -> None:
    assert (sample(**groups).in_use, sample(**groups).needed) == (in_use, needed)


def test_a_group_with_few_labels_keeps_the_shipped_matrix() -> None:
    shipped = compact().matrices
    assert sample(en=20).matrices(shipped) is shipped
    found = sample(en=90, fr=20).matrices(shipped)
    same: dict[LanguageGroup, bool] = {group: found[group] is shipped[group] for group in shipped}
    assert same == {"en": False, "fr": True, "other": True}


def test_accuracy_has_its_interval_and_none_without_labels() -> None:
    texts = (*sample(en=9).texts, LabelledText("en", GLAD, 0))
    found = OwnSample(texts).measure()
    assert (found.labelled, found.right, found.accuracy) == (10, 9, 0.9)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.9 < found.high
    empty = OwnSample(()).as_json()
    assert (empty["accuracy"], empty["margin"], empty["matrix_in_use"]) == (None, None, "shipped")


@pytest.mark.parametrize(("score", "label", "right"), [(SAD, 0, True), (SAD, 1, False), (GLAD, 2, True)])
def test_the_model_is_right_where_a_person_says_the_same(score: Score, label: int, right: bool) -> None:
    assert LabelledText("en", score, label).right is right

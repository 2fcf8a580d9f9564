from __future__ import annotations

import pytest

from sentiment.base import Score, best_stance, stance_of_rating, stance_of_score


@pytest.mark.parametrize(
    ("score", "stance"),
    [
        (Score(0.7, 0.2, 0.1), "detractor"),
        (Score(0.1, 0.2, 0.7), "promoter"),
        (Score(0.2, 0.7, 0.1), "passive"),
        (Score(0.4, 0.3, 0.3), "unsure"),
        (Score(0.3, 0.3, 0.4), "unsure"),
        (Score(0.45, 0.45, 0.1), "detractor"),
    ],
)
def test_a_score_stands_for_its_best_label_when_it_is_likely_enough(score: Score, stance: str) -> None:
    assert stance_of_score(score, (0.45, 0.45, 0.45)) == stance


def test_each_label_has_a_limit_of_its_own() -> None:
    assert stance_of_score(Score(0.4, 0.3, 0.3), (0.35, 0.9, 0.9)) == "detractor"
    assert stance_of_score(Score(0.1, 0.2, 0.7), (0.35, 0.9, 0.8)) == "unsure"
    assert best_stance(Score(0.1, 0.2, 0.7)) == "promoter"


@pytest.mark.parametrize(
    ("rating", "scale", "stance"),
    [
        (10, 10, "promoter"),
        (9, 10, "promoter"),
        (8, 10, "passive"),
        (7, 10, "passive"),
        (6, 10, "detractor"),
        (0, 10, "detractor"),
        (5, 5, "promoter"),
        (4, 5, "passive"),
        (3, 5, "detractor"),
        (90, 100, "promoter"),
        (15, 20, "passive"),
    ],
)
def test_a_rating_stands_for_its_class(rating: float, scale: float, stance: str) -> None:
    assert stance_of_rating(rating, scale) == stance

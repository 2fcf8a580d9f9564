from __future__ import annotations

from app.pipeline.judge.common_phrases import CommonPhrase
from bench.phrases import Tally, measure

LOVE = CommonPhrase("love it", "promoter", "en")
AVOID = CommonPhrase("stay away", "detractor", "en")


def test_a_phrase_is_right_where_people_labelled_what_it_says() -> None:
    texts = [
        ("I love it", "en", "promoter"),
        ("love it or leave it", "en", "passive"),
        ("love it but stay away", "en", "detractor"),
        ("love it", "fr", "promoter"),
    ]
    assert measure(texts, [LOVE, AVOID]) == {LOVE: Tally(2, 1), AVOID: Tally(0, 0)}
    assert Tally(4, 3).wrong == 0.25
    assert Tally().wrong == 0

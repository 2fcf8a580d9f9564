"""Whose word a stance is: the rating's, a phrase's or the model's."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from app.pipeline.judge.phrases import DomainPhrase, Phrasebook
from app.pipeline.judge.stance import Facts, StanceRules
from ground.words import folded_words
from sentiment.base import RatingClasses, Score, Stance

GAME, SHOP = uuid4(), uuid4()


def phrase(text: str, stance: Stance, brand_id: UUID | None = None, language: str | None = None) -> DomainPhrase:
    return DomainPhrase(tuple(folded_words(text)), stance, brand_id, language)


BOOK = Phrasebook(
    [
        phrase("ça déchire", "promoter", language="fr"),
        phrase("sick", "promoter"),
        phrase("sick of it", "detractor"),
        phrase("war zone", "detractor"),
        phrase("war zone", "passive", GAME),
        phrase("🔥", "promoter"),
    ]
)


def test_the_rating_goes_before_a_phrase_and_a_phrase_before_the_model() -> None:
    rules, heard, score = StanceRules(book=BOOK), BOOK.occurrences("", "sick", "en"), Score(0.9, 0.05, 0.05)
    assert rules.decide(Facts(SHOP, 1, 5, heard, score)) == ("detractor", "rating")
    assert rules.decide(Facts(SHOP, None, None, heard, score)) == ("promoter", "phrase")
    assert rules.decide(Facts(SHOP, None, None, (), score)) == ("detractor", "model")
    assert rules.decide(Facts(SHOP, None, None)) == (None, None)


@pytest.mark.parametrize(
    ("rating", "scale", "stance"),
    [(4, 5, "promoter"), (3, 5, "passive"), (2, 5, "detractor"), (8, 10, "promoter"), (14, 20, "passive")],
)
def test_a_workspace_reads_ratings_its_own_way(rating: float, scale: float, stance: Stance) -> None:
    rules = StanceRules(RatingClasses(stars_promoter=4, stars_passive=3, ten_promoter=8, ten_passive=6))
    assert rules.decide(Facts(SHOP, rating, scale)) == (stance, "rating")

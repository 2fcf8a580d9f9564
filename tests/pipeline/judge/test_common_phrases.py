"""The phrases that ship: what they say, where they count, and that the workspace's own go before them."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest

from app.pipeline.judge.common_phrases import common_phrases, edition, in_use
from app.pipeline.judge.phrases import DomainPhrase, Phrasebook
from app.pipeline.judge.stance import Facts, rules_of
from ground.words import folded_words
from sentiment.base import Score

BRAND = uuid4()
TORN = Score(0.6, 0.1, 0.3)


def decided(text: str, language: str, *own: DomainPhrase, **settings: object) -> tuple[str | None, str | None]:
    rules = rules_of(dict(settings), own)
    return rules.decide(Facts(BRAND, None, None, rules.book.occurrences("", text, language), TORN))


def test_both_languages_have_at_least_forty() -> None:
    number = Counter(phrase.language for phrase in common_phrases())
    assert number["en"] >= 40
    assert number["fr"] >= 40


def test_each_is_listed_once_and_is_found_in_itself() -> None:
    assert len({phrase.id for phrase in common_phrases()}) == len(common_phrases())
    for phrase in common_phrases():
        assert decided(phrase.text, phrase.language) == (phrase.stance, "common"), phrase.text


@pytest.mark.parametrize(
    ("text", "language", "stance"),
    [
        ("Aucun regret, foncez !", "fr", "promoter"),
        ("Pas mal du tout ce Percolune", "fr", "promoter"),
        ("Just buy it.", "en", "promoter"),
        ("Fuyez, vraiment", "fr", "detractor"),
        ("Brumelo me relance pour la 4e fois pour noter un produit", "fr", "detractor"),
        ("Pas cher du tout. Je recommande !", "fr", "promoter"),
        ("Je ne pensais pas l'aimer : au top. Et vous ?", "fr", "promoter"),
        ("Why is it still not working?", "en", "detractor"),
    ],
)
def test_they_say_what_everybody_says(text: str, language: str, stance: str) -> None:
    assert decided(text, language) == (stance, "common")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Franchement pas au top", "fr"),
        ("I don't love it", "en"),
        ("Ce n'est pas demain que je rachèterai une Percolune", "fr"),
        ("Not sure that it's well worth it", "en"),
        ("Est-ce que ça vaut vraiment le coup à ce prix ?", "fr"),
        ("Does it come highly recommended, anyone?", "en"),
        ("Pas déçue par la Brumelo, pas emballée non plus.", "fr"),
        ("Not bad at all, not great either", "en"),
        ("Au top", "en"),
        ("Aucun regret mais à fuir", "fr"),
    ],
)
def test_they_leave_the_model_to_decide(text: str, language: str) -> None:
    assert decided(text, language) == ("unsure", "model")


def test_a_phrase_of_the_workspace_goes_before_them() -> None:
    own = DomainPhrase(tuple(folded_words("regret")), "detractor")
    assert decided("Aucun regret", "fr", own) == ("detractor", "phrase")


def test_they_are_switched_off_one_by_one_or_together() -> None:
    assert decided("Aucun regret", "fr", common_phrases={"off": ["fr:aucun-regret"]}) == ("unsure", "model")
    assert decided("Foncez", "fr", common_phrases={"off": ["fr:aucun-regret"]}) == ("promoter", "common")
    assert in_use({"common_phrases": {"all_off": True}}) == []


def test_their_edition_is_the_same_as_long_as_they_are() -> None:
    assert edition() == edition()
    assert len(edition()) == 12


def test_a_common_phrase_inside_a_longer_one_of_the_other_stance_does_not_count() -> None:
    book = Phrasebook([phrase.to_domain() for phrase in common_phrases()])
    assert [each.phrase.stance for each in book.occurrences("", "je ne recommande pas", "fr")] == ["detractor"] * 2

"""Which words weigh on a stance."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.about import About
from sentiment.base import Score, Stance, Text
from sentiment.compact import compact
from sentiment.word_weights import MOST_WORDS, Word, odds, pick_sides, weigh_words
from sentiment.words import words
from tests.fakes import FixedScorer

MODEL = compact()


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(deadline=None, max_examples=60)
@given(ANY_TEXT, st.sampled_from(["fr", "en", None]))
def test_any_text_is_explained_word_by_word(text: str, language: str | None) -> None:
    found = weigh_words(MODEL, About(text, language))
    assert [(word.start, word.end) for word in found] == words(text)[:MOST_WORDS]


def test_a_weight_is_what_the_odds_lose_without_the_word() -> None:
    text = "The hotel was awful, merci."
    found = {text[word.start : word.end]: word.weight for word in weigh_words(MODEL, About(text, "en"))}
    whole, without = MODEL.fast.score([Text(text, "en"), Text("The hotel was , merci.", "en")])
    assert found["awful"] == pytest.approx(odds(whole) - odds(without))
    assert found["awful"] < -0.5
    assert min(found, key=lambda word: found[word]) == "awful"


class Counting(FixedScorer):
    """Counts how often it is asked, and how much."""

    def __init__(self, fast: Counting | None = None) -> None:
        self.asked: list[int] = []
        self.fast = fast  # type: ignore[assignment] # the fake has none

    def score(self, texts: Sequence[Text]) -> list[Score]:
        self.asked.append(len(texts))
        return super().score(texts)


def test_a_long_text_is_asked_about_once_for_its_first_words() -> None:
    counting = Counting()
    text = "awful " * 5_000
    found = weigh_words(counting, About(text, "en"))
    assert counting.asked == [MOST_WORDS + 1]
    assert len(found) == MOST_WORDS
    assert len(weigh_words(counting, About(text, "en"), 7)) == 7
    assert weigh_words(counting, About("", "en")) == []


def test_the_quicker_half_of_a_scorer_is_asked() -> None:
    quick = Counting()
    slow = Counting(quick)
    weigh_words(slow, About("acme awful", "en"))
    assert (slow.asked, quick.asked) == ([], [3])


def test_a_brand_is_explained_by_the_clauses_that_concern_it() -> None:
    text = "acme est parfait mais brumelo est lamentable"
    own, other = ((0, 4),), ((22, 29),)
    told = [
        {text[word.start : word.end] for word in weigh_words(MODEL, About(text, "fr", *names))}
        for names in ((own, other), (other, own))
    ]
    assert told == [{"acme", "est", "parfait"}, {"brumelo", "est", "lamentable"}]


def test_what_decides_a_comparison_is_one_word_with_the_sign_of_who_wins() -> None:
    text = "acme c'est bien mieux que brumelo"
    own, other = ((0, 4),), ((26, 33),)
    for names, sign in (((own, other), 1), ((other, own), -1)):
        found = {
            text[word.start : word.end]: word.weight * sign
            for word in weigh_words(FixedScorer(), About(text, "fr", *names))
        }
        assert found["mieux"] > 1


def test_the_words_about_a_foil_weigh_the_other_way() -> None:
    text = "contrairement à acme, brumelo est parfait"
    (word,) = [one for one in weigh_words(FixedScorer(), About(text, "fr", ((16, 20),), ((22, 29),))) if one.weight]
    assert text[word.start : word.end] == "parfait"
    assert word.weight < 0


@pytest.mark.parametrize(
    ("stance", "pro", "con"),
    [("promoter", [0, 3], [1]), ("detractor", [1], [0, 3]), ("passive", [0, 3], [1]), (None, [0, 3], [1])],
)
def test_a_side_is_towards_the_stance_shown(stance: Stance | None, pro: list[int], con: list[int]) -> None:
    found = [Word(0, 1, 2.0), Word(1, 2, -1.0), Word(2, 3, 0.01), Word(3, 4, 1.0)]
    sides = pick_sides(found, stance)
    assert [found.index(word) for word, side in sides.items() if side == "for"] == pro
    assert [found.index(word) for word, side in sides.items() if side == "against"] == con
    assert len(pick_sides(found, stance, 1)) == 2

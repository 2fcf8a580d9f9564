"""Which phrases weigh on a stance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.stop_words import STOP_WORDS
from sentiment.about import About
from sentiment.base import Score, Stance, Text
from sentiment.compact import compact
from sentiment.phrase_weights import LEAST, LONGEST, MOST_WORDS, TURNING, Weighed, odds, pick_sides, weigh_phrases
from sentiment.words import words
from tests.fakes import FixedScorer

MODEL = compact()
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


class Telling(FixedScorer):
    """Reads «aucun regret» and «au top» as praise, «regret» and «panne» as blame, and the rest as neither. Counts how
    often it is asked, and about how many texts."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def score(self, texts: Sequence[Text]) -> list[Score]:
        self.asked.append(len(texts))
        return [self._read(text.text.lower()) for text in texts]

    @staticmethod
    def _read(text: str) -> Score:
        if "aucun regret" in text or "au top" in text:
            return Score(0.05, 0.1, 0.85)
        if "regret" in text or "panne" in text:
            return Score(0.85, 0.1, 0.05)
        return Score(0.1, 0.8, 0.1)


def told(text: str, *, scorer: FixedScorer | None = None, names: tuple[tuple[int, int], ...] = ()) -> dict[str, float]:
    found = weigh_phrases(scorer or Telling(), About(text, "fr", names))
    return {text[one.start : one.end]: one.weight for one in found}


@settings(deadline=None, max_examples=40)
@given(ANY_TEXT, st.sampled_from(["fr", "en", None]))
def test_of_any_text_short_phrases_are_told_apart_from_each_other(text: str, language: str | None) -> None:
    found = weigh_phrases(MODEL, About(text, language))
    assert all(before.end <= after.start for before, after in pairwise(found))
    for one in found:
        assert abs(one.weight) >= LEAST
        assert 1 <= len(words(text[one.start : one.end])) <= LONGEST


def test_a_weight_is_what_the_odds_lose_without_the_phrase() -> None:
    text = "Franchement, aucun regret"
    assert told(text) == {"aucun regret": pytest.approx(odds(Score(0.05, 0.1, 0.85)) - odds(Score(0.1, 0.8, 0.1)))}


def test_a_negation_goes_with_what_it_turns() -> None:
    assert list(told("nous n'avons aucun regret, merci")) == ["aucun regret"]
    assert list(told("le café est au top")) == ["au top"]


@pytest.mark.parametrize("text", ["il y en a pour tous", "pas de ça", "c'est à voir avec nous", "4.2 ou 4,3", ""])
def test_words_that_say_nothing_are_never_told_alone(text: str) -> None:
    class Moody(FixedScorer):
        """Finds every text the worse for its length."""

        def score(self, texts: Sequence[Text]) -> list[Score]:
            return [Score(0.9 - 0.8 / (1 + len(each.text)), 0.1, 0.8 / (1 + len(each.text))) for each in texts]

    for phrase in told(text, scorer=Moody()):
        said = {word.lower() for word in phrase.replace("'", " ").split()}
        assert any(word.isalpha() for word in said - STOP_WORDS - TURNING["fr"] - TURNING["en"])


def test_no_phrase_goes_across_a_comma_nor_holds_the_name_of_a_brand() -> None:
    assert list(told("Zephyra en panne, panne, oui", names=((0, 7),))) == []  # one of the two remains
    assert list(told("Zephyra panne, oui", names=((0, 7),))) == ["panne"]


def test_a_phrase_that_alone_says_the_contrary_of_what_it_does_is_not_shown() -> None:
    class Contrary(Telling):
        @staticmethod
        def _read(text: str) -> Score:
            return Score(0.85, 0.1, 0.05) if text in ("bravo", "bravo alors", "alors bravo") else Telling._read(text)

    assert told("une panne, bravo", scorer=Contrary()).keys() == {"panne"}


def test_a_long_text_is_asked_about_three_times_for_its_first_words() -> None:
    scorer = Telling()
    weigh_phrases(scorer, About("au top. " * 5_000, "fr"))
    assert len(scorer.asked) == 3
    assert sum(scorer.asked) < 2 * MOST_WORDS
    assert weigh_phrases(scorer, About("", "fr")) == []


def test_a_brand_is_explained_by_the_clauses_that_concern_it() -> None:
    text = "acme est parfait mais brumelo est lamentable"
    own, other = ((0, 4),), ((22, 29),)
    for names, phrase in (((own, other), "parfait"), ((other, own), "lamentable")):
        found = weigh_phrases(FixedScorer(), About(text, "fr", *names))
        assert [text[one.start : one.end] for one in found] == [phrase]


def test_what_decides_a_comparison_is_one_phrase_with_the_sign_of_who_wins() -> None:
    text = "acme c'est bien mieux que brumelo"
    own, other = ((0, 4),), ((26, 33),)
    for names, sign in (((own, other), 1), ((other, own), -1)):
        found = {
            text[one.start : one.end]: one.weight * sign
            for one in weigh_phrases(FixedScorer(), About(text, "fr", *names))
        }
        assert found["mieux"] > 1


def test_the_phrases_about_a_foil_weigh_the_other_way() -> None:
    text = "contrairement à acme, brumelo est parfait"
    found = weigh_phrases(FixedScorer(), About(text, "fr", ((16, 20),), ((22, 29),)))
    assert [text[one.start : one.end] for one in found if "parfait" in text[one.start : one.end]] == ["parfait"]
    assert next(one.weight for one in found if text[one.start : one.end] == "parfait") < 0


@pytest.mark.parametrize(
    ("stance", "pro", "con"),
    [("promoter", [0, 2], [1]), ("detractor", [1], [0, 2]), ("passive", [0, 2], [1]), (None, [0, 2], [1])],
)
def test_a_side_is_towards_the_stance_shown(stance: Stance | None, pro: list[int], con: list[int]) -> None:
    found = [Weighed(0, 1, 2.0), Weighed(1, 2, -1.0), Weighed(3, 4, 1.0)]
    sides = pick_sides(found, stance)
    assert [found.index(one) for one, side in sides.items() if side == "for"] == pro
    assert [found.index(one) for one, side in sides.items() if side == "against"] == con
    assert len(pick_sides(found, stance, 1)) == 2

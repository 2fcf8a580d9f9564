from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.features import (
    BATCH_CHARACTERS,
    BATCH_TEXTS,
    BLOCK_BITS,
    BUCKETS,
    HEAD,
    TAIL,
    batches,
    clean,
    grams,
    word_buckets,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        ("  \n\t ", ""),
        ("Très BON !!", "très bon !!"),
        ("sooooo good", "sooo good"),
        ("voir https://exemple.fr/a?b=1 et www.exemple.fr", "voir http et http"),
        ("@Margaux_Viel merci", "@ user merci"),
        ("I don’t like it", "i do not like it"),
        ("J’aime l'idée", "j aime l idée"),
        ("ﬁn ①", "fin 1"),
        ("top👍🏽🎉", "top 👍 🎉"),
        ("snake_case #Bravo", "snake _ case # bravo"),
        ("a\x00b", "a \x00 b"),
        ("不错", "不错"),
        ("यह हिंदी है", "यह हिंदी है"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_a_text_becomes_its_tokens(text: str, tokens: str) -> None:
    assert clean(text) == tokens


def test_a_long_text_keeps_its_opening_and_its_end() -> None:
    cleaned = clean("début " + "mot " * 10_000 + " fin")
    assert cleaned.startswith("début")
    assert cleaned.endswith("fin")
    assert len(cleaned) <= HEAD + TAIL


def test_a_text_whose_characters_expand_is_still_bounded() -> None:
    assert len(clean("ﷺ" * 100_000)) <= HEAD + TAIL


@settings(deadline=None)
@given(st.lists(ANY_TEXT, max_size=6))
def test_a_batch_gives_each_text_what_it_has_alone(texts: list[str]) -> None:
    together = grams(texts)
    for row, text in enumerate(texts):
        alone, chosen = grams([text]), together.row == row
        assert np.array_equal(together.bucket[chosen], alone.bucket)
        assert np.array_equal(together.value[chosen], alone.value)


@settings(deadline=None)
@given(ANY_TEXT)
def test_both_blocks_have_length_one_or_nothing(text: str) -> None:
    found = grams([text])
    assert ((found.bucket >= 0) & (found.bucket < BUCKETS)).all()
    for block in (0, 1):
        values = found.value[found.bucket >> BLOCK_BITS == block]
        assert len(values) == 0 or np.sum(values.astype(float) ** 2) == pytest.approx(1, abs=1e-5)
    assert bool(len(found.row)) == bool(clean(text))


def test_a_pair_of_words_is_told_from_the_same_words_apart() -> None:
    def words(text: str) -> set[int]:
        found = grams([text])
        return set(found.bucket[found.bucket < 1 << BLOCK_BITS].tolist())

    assert words("pas bon") - words("bon pas") != set()
    assert words("pas bon") > words("pas") | words("bon")
    assert len(words("très bon")) == 3


def test_character_grams_are_those_of_the_padded_word() -> None:
    found = grams(["bon"])
    # " bon ": 4 of two characters, 3 of three, 2 of four, 1 of five
    assert int((found.bucket >= 1 << BLOCK_BITS).sum()) == 10


def test_no_gram_crosses_the_edge_of_a_word() -> None:
    one, other, both = (grams([text]) for text in ("ab", "cd", "ab cd"))
    expected = {b for found in (one, other) for b in found.bucket.tolist() if b >= 1 << BLOCK_BITS}
    assert {b for b in both.bucket.tolist() if b >= 1 << BLOCK_BITS} == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["", "court", "x" * 5_000, "y " * 1_500]), max_size=400))
def test_batches_cover_every_text_once_and_stay_small(texts: list[str]) -> None:
    pieces = list(batches(texts))
    assert [i for piece in pieces for i in range(piece.start, piece.stop)] == list(range(len(texts)))
    for piece in pieces:
        part = texts[piece]
        assert len(part) <= BATCH_TEXTS
        assert len(part) == 1 or sum(min(len(text), HEAD + TAIL) + 2 for text in part) <= BATCH_CHARACTERS


def test_a_word_after_a_negation_is_told_from_the_word_alone() -> None:
    def words(text: str) -> set[int]:
        found = grams([text])
        return set(found.bucket[found.bucket < 1 << BLOCK_BITS].tolist())

    turned = int(word_buckets(["bon"], negated=True)[0])
    assert int(word_buckets(["bon"])[0]) in words("très bon")
    assert turned not in words("très bon")
    assert all(turned in words(text) for text in ("pas bon", "pas très bon", "pas du tout bon", "not bon"))
    assert turned not in words("pas à mon avis plutôt bon")
    assert all(turned not in grams(["pas", "bon"]).bucket[grams(["pas", "bon"]).row == row] for row in (0, 1))

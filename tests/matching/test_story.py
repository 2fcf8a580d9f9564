"""When two texts are one story."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.story import BANDS, STORY_BITS, StoryKey, near, story_key

SIGNED = st.integers(-(2**63), 2**63 - 1)


AGENCY = (
    "La société Zénith Mobile a annoncé lundi le rappel de quarante mille chargeurs vendus en France depuis le mois de "
    "mars, après plusieurs cas de surchauffe signalés par des clients. Les appareils concernés seront remplacés sans "
    "frais dans toutes les boutiques, et un numéro vert est ouvert tous les jours de neuf heures à vingt heures."
)


def test_one_agency_text_under_many_titles_is_one_story() -> None:
    keys = [story_key(title, AGENCY) for title in ("Zénith rappelle", "Chargeurs : rappel massif", "", "EN BREF")]
    assert len(set(keys)) == 1


def test_case_accents_and_punctuation_make_no_other_story() -> None:
    assert story_key("", AGENCY) == story_key("", AGENCY.upper().replace(",", " –"))


def test_another_text_is_another_story() -> None:
    one, other = story_key("", AGENCY), story_key("", " ".join(reversed(AGENCY.split())))
    assert one is not None
    assert other is not None
    assert not near(one, other.simhash)
    assert not set(one.bands) & set(other.bands)


@pytest.mark.parametrize(
    "edited",
    [
        f"{AGENCY} (AFP)",
        f"Paris, 3 mars – {AGENCY}",
        AGENCY.replace("lundi", "mardi"),
        AGENCY.replace("quarante mille", "40 000"),
        AGENCY.replace("en France ", "").replace("chargeurs", "adaptateurs"),
    ],
)
def test_a_dateline_a_signature_or_a_changed_word_is_still_the_story(edited: str) -> None:
    one, other = story_key("", AGENCY), story_key("", edited)
    assert one is not None
    assert other is not None
    assert near(one, other.simhash)
    assert set(one.bands) & set(other.bands)


@pytest.mark.parametrize(("title", "text"), [("", ""), ("Merci", "pour votre aide rapide !"), ("", "a b c d e f g")])
def test_a_short_text_tells_no_story(title: str, text: str) -> None:
    assert story_key(title, text) is None


def test_people_who_say_nearly_the_same_in_few_words_are_many_voices() -> None:
    texts = [f"Zénith c'est de l'arnaque, ma commande {n} n'est jamais arrivée et personne ne répond" for n in range(9)]
    keys = [story_key("", text) for text in texts]
    assert None not in keys
    together = [(a, b) for a in keys for b in keys if a and b and a is not b and near(a, b.simhash)]
    assert len(together) <= 8


def test_the_key_of_a_text_stays_the_same_between_versions() -> None:
    key = story_key("", "the quick brown fox jumps over the lazy dog again and again")
    assert key is not None
    assert key.simhash == -8862664532002984414
    assert key.bands[:2] == (1795791456, 598753183)


@given(st.text(alphabet="abé \n", max_size=200), st.text())
def test_a_key_fits_its_columns(title: str, text: str) -> None:
    key = story_key(title, text)
    assert key is None or -(2**63) <= key.simhash < 2**63
    assert key is None or (len(key.bands) == BANDS and all(0 <= band < 2**31 for band in key.bands))


@given(SIGNED, st.sets(st.integers(0, 63), max_size=STORY_BITS + 2))
def test_simhashes_are_near_up_to_so_many_bits(key: int, flipped: set[int]) -> None:
    other = (key & (1 << 64) - 1) ^ sum(1 << bit for bit in flipped)
    other = other - (1 << 64) if other >= 1 << 63 else other
    assert near(StoryKey(key, (), STORY_BITS), other) is (len(flipped) <= STORY_BITS)

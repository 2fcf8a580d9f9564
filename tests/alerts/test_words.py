from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.words import fold, telling_words, words

USUAL = [
    "La boutique Lumen est jolie et la livraison rapide",
    "Belle lampe, merci Lumen",
    "Nice lamp, fast delivery",
] * 5


def shown(recent, usual=USUAL, leave_out=("Lumen",)):
    return [t.word for t in telling_words(recent, usual, leave_out)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Le colis est arrivé cassé !", {"colis", "arrive", "casse"}),
        ("The parcel wasn't delivered", {"parcel", "delivered"}),
        ("L’assurance d'Élise, aujourd’hui", {"assurance", "elise"}),
        ("voir https://lampes.example/retour et @marchand", {"voir"}),
        ("12 345 € ... 3x", set()),
        ("après-vente", {"apres-vente"}),
        ("", set()),
        ("\ud800 x\x00y", set()),
    ],
)
def test_only_words_that_say_something_are_counted(text, keys):
    assert set(words(text)) == keys


def test_what_is_new_stands_before_what_is_usual():
    recent = ["Lumen : colis perdu, livraison nulle", "mon colis est perdu", "colis jamais reçu, lampe absente"]
    assert shown(recent)[:2] == ["colis", "perdu"]
    assert "livraison" not in shown(recent)


def test_the_brand_itself_is_no_news_however_it_is_written():
    recent = ["Café Lumière brûle", "CAFE LUMIERE brûle", "cafélumière brûle"]
    assert shown(recent, leave_out=("Café Lumière",)) == ["brûle"]


def test_accents_are_shown_and_do_not_part_a_word_from_itself():
    recent = ["remboursé nulle part", "rembourse nulle part", "remboursé !"]
    assert shown(recent)[0] == "remboursé"


def test_one_person_who_repeats_a_word_makes_no_word_telling():
    recent = ["arnaque " * 500, "colis perdu", "colis volé"]
    assert shown(recent) == ["colis"]


def test_a_word_is_shown_even_when_nothing_usual_is_known():
    assert shown(["colis perdu"], usual=[]) == ["colis", "perdu"]
    assert shown([], usual=USUAL) == []


def test_the_order_of_the_texts_does_not_matter():
    recent = ["colis perdu", "colis volé et perdu", "vendeur absent", "vendeur perdu"]
    mixed = random.Random(4).sample(recent, len(recent))
    assert shown(recent) == shown(mixed)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text(st.characters()), max_size=5), st.lists(st.text(), max_size=5))
def test_any_text_has_its_words(recent, usual):
    for telling in telling_words(recent, usual):
        assert telling.z > 0
        assert telling.word

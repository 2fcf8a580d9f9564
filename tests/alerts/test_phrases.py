from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from alerts.phrases import phrases_of, telling_phrases

UPDATE = [
    "Depuis la mise à jour 4.2, ma Percolune ne démarre plus",
    "Percolune : la mise à jour 4.2 bloque le détartrage",
    "Bloquée en détartrage depuis hier, mise à jour 4.2",
    "Since update 4.2 my Percolune is stuck in descaling",
    "The update 4.2 broke descaling on my Percolune",
    "Jour 3 : toujours rien depuis la mise à jour",
    "mise à jour 4.2 = machine inutilisable",
]
USUAL = ["J’adore ma Percolune, café délicieux", "Percolune livrée en deux jours", "The coffee is great"] * 8


def shown(recent: list[str], usual: list[str] = USUAL) -> list[str]:
    return [phrase.words for phrase in telling_phrases(recent, usual, ["Percolune"])]


def test_the_phrase_that_everybody_says_comes_first_and_whole() -> None:
    assert shown(UPDATE)[0] == "mise à jour 4.2"
    assert "update 4.2" in shown(UPDATE)


def test_a_phrase_stands_for_the_shorter_ones_and_neither_begins_nor_ends_with_a_stop_word() -> None:
    assert not {"mise", "jour", "mise à jour", "since update 4.2", "since", "4.2", "percolune"} & set(shown(UPDATE))


def test_a_phrase_does_not_cross_punctuation_links_or_the_name_of_the_brand() -> None:
    assert ("colis", "casse") not in phrases_of("colis. cassé")
    assert ("colis", "casse") not in phrases_of("colis https://lampes.example cassé")
    assert ("colis", "casse") not in phrases_of("colis Lumen cassé", ["lumen"])
    assert ("colis", "casse") in phrases_of("colis cassé")


def test_a_phrase_ends_where_another_thing_begins() -> None:
    said = ["Stuck in descaling since update 4.2", "bloquée en détartrage depuis la mise à jour 4.2"] * 3
    assert set(shown(said)) == {"stuck in descaling", "update 4.2", "bloquée en détartrage", "mise à jour 4.2"}


def test_what_is_usual_is_no_news() -> None:
    recent = ["Percolune livrée en deux jours, colis perdu", "colis perdu, livrée en deux jours"]
    assert shown(recent)[0] == "colis perdu"
    assert "café délicieux" not in shown(recent)


def test_one_text_alone_makes_no_phrase_and_no_usual_text_is_needed() -> None:
    assert shown(["arnaque totale " * 50, "colis perdu", "colis perdu hier"]) == ["colis perdu"]
    assert shown(["colis perdu", "colis perdu"], []) == ["colis perdu"]
    assert shown([]) == []


def test_the_order_of_the_texts_does_not_matter() -> None:
    assert shown(random.Random(4).sample(UPDATE, len(UPDATE))) == shown(UPDATE)


@given(st.lists(st.text(), max_size=5), st.lists(st.text(), max_size=5))
def test_any_text_has_its_phrases(recent: list[str], usual: list[str]) -> None:
    for phrase in telling_phrases(recent, usual):
        assert phrase.words
        assert phrase.z > 0

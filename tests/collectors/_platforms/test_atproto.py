"""The words of a Bluesky post."""

from __future__ import annotations

from typing import Any

import pytest

from collectors._platforms.atproto import Record, language_of, text_of, url_of, with_links


def link_of(text: str, words: str, uri: str, late: int = 0) -> dict[str, Any]:
    start = len(text[: text.index(words)].encode()) + late
    index = {"byteStart": start, "byteEnd": start + len(words.encode())}
    return {"index": index, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]}


@pytest.mark.parametrize(
    ("text", "words", "late", "read_as"),
    [
        ("Été chez Acme, déçu", "Acme", 0, "Été chez Acme (https://www.acme.example/Vélo), déçu"),
        ("Été : Acme.example/v…", "Acme.example/v…", 0, "Été : https://www.acme.example/Vélo"),
        ("Voir www.acme.example/v... là", "www.acme.example/v...", 0, "Voir https://www.acme.example/Vélo là"),
        ("Voir Été Acme", "Été", 1, "Voir Été Acme"),
    ],
)
def test_words_that_are_a_link_stay_and_a_shortened_address_is_written_out(
    text: str, words: str, late: int, read_as: str
) -> None:
    facet = link_of(text, words, "https://www.acme.example/Vélo", late)
    assert with_links(text, [facet]) == read_as


def test_a_card_and_the_pictures_of_a_post_follow_its_text_once_and_what_it_quotes_does_not() -> None:
    record = Record(text="Look", embed={"external": {"title": "Acme opens", "description": "In Brest"}})
    assert text_of(record) == "Look\nAcme opens\nIn Brest"
    quoting = {"record": {"record": {"value": {"text": "I like Acme"}}}, "media": {"images": [{"alt": "A shop"}]}}
    assert text_of(Record(text="Me too", embed=quoting)) == "Me too\nA shop"
    assert text_of(Record(text="Same", embed={"external": {"title": "Same"}})) == "Same"


@pytest.mark.parametrize(
    "embed", [None, [], "x", {"external": 7, "images": {}, "record": [], "media": "x"}, {"images": [1]}]
)
def test_an_embed_of_another_shape_has_no_words(embed: Any) -> None:
    assert text_of(Record(text="a", embed=embed)) == "a"


@pytest.mark.parametrize("facets", [None, {}, [1], [{"index": {}}], [{"index": [], "features": []}]])
def test_facets_of_another_shape_change_nothing(facets: Any) -> None:
    assert with_links("Acme", facets) == "Acme"


@pytest.mark.parametrize(
    ("langs", "language"), [(["fr"], "fr"), (["fr", "en"], None), ([], None), (None, None), ([1], None)]
)
def test_a_language_counts_when_it_is_the_only_one(langs: Any, language: str | None) -> None:
    assert language_of(Record(langs=langs)) == language


def test_a_post_has_a_page() -> None:
    assert url_of("ana.example", "3k") == "https://bsky.app/profile/ana.example/post/3k"

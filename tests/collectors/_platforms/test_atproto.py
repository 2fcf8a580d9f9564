"""The words of a Bluesky post."""

from __future__ import annotations

from typing import Any

import pytest

from collectors._platforms.atproto import with_links


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

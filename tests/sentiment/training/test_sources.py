"""The labelled data: which of them are used, and where they are."""

from __future__ import annotations

from pathlib import Path

from sentiment.labelled import Example, read
from sentiment.training.sources import KNOWN, files, select_sources, trusted


def test_only_the_wanted_tiers_and_names_are_allowed() -> None:
    names = ["umsab", "airline", "semeval13-16", "mine"]
    assert [source.name for source in select_sources(names, "A", ())] == ["umsab"]
    assert [source.name for source in select_sources(names, "A", ("mine", "semeval13-16"))] == [
        "umsab",
        "semeval13-16",
        "mine",
    ]
    assert [source.name for source in select_sources(names, "ABC", ())] == ["umsab", "airline", "semeval13-16"]
    assert all(source.tier in "ABC" for source in KNOWN.values())


def test_files_are_found_by_the_name_of_their_source(data: Path) -> None:
    assert sorted(files(data)) == ["airline", "allocine", "umsab"]
    first = next(read(files(data)["umsab"], "train"))
    assert first == Example(first.text, 0, "fr", "umsab")
    assert first.kind == "umsab:fr"


def test_labels_that_say_nothing_are_neither_learnt_nor_measured_on() -> None:
    texts = [Example("wah", 2, language, "umsab") for language in ("hi", "fr")] + [Example("wah", 2, "hi", "xed")]
    assert trusted(texts) == texts[1:]

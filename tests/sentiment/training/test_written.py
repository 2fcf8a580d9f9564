"""The texts written for Vigie: enough of them, in both languages, and none twice."""

from __future__ import annotations

from collections import Counter

import pytest

from sentiment.training.written import NEGATIVE, POSITIVE, comparing, kinds, texts


@pytest.mark.parametrize(("split", "least", "of_two"), [("train", 600, 400), ("val", 300, 120)])
def test_there_are_enough_in_each_language(split: str, least: int, of_two: int) -> None:
    assert min(Counter(each.language for each in texts(split)).values()) >= least
    assert min(Counter(each.language for each in comparing(split)).values()) >= of_two
    assert {each.language for each in texts(split)} == {each.language for each in comparing(split)} == {"en", "fr"}


def test_no_text_stands_twice_nor_in_both_splits() -> None:
    every = [each.text.casefold() for split in ("train", "val") for each in (*texts(split), *comparing(split))]
    assert [text for text, times in Counter(every).items() if times > 1] == []


@pytest.mark.parametrize("split", ["train", "val"])
def test_each_kind_of_difficulty_is_there_and_has_a_kind(split: str) -> None:
    found = Counter(kinds(split))
    assert sum(found.values()) == len(list(texts(split)))
    assert found.keys() >= {"negation", "thanks", "fact", "question", "comparison", "irony", "mixed", "slang"}


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_comparison_names_both_brands_and_one_side_wins_or_both_fare_alike(split: str) -> None:
    for each in comparing(split):
        assert all(brand.casefold() in each.text.casefold() for brand in each.brands)
        assert each.labels[0] == each.labels[1] or set(each.labels) == {NEGATIVE, POSITIVE}


def test_the_better_one_is_named_first_about_as_often_as_second() -> None:
    first = Counter(each.labels[0] for each in comparing("train"))
    assert 0.8 < first[NEGATIVE] / first[POSITIVE] < 1.25

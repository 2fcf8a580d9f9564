from __future__ import annotations

from ground.date_tokens import plain
from ground.date_words import FILLERS, MONTHS, WEEKDAYS
from ground.zones import NAMES


def test_words_are_written_as_they_are_compared() -> None:
    for word in (*MONTHS, *WEEKDAYS, *FILLERS):
        assert plain(word) == word


def test_a_month_is_no_filler_and_only_mar_may_be_a_weekday_too() -> None:
    assert not FILLERS & MONTHS.keys()
    assert WEEKDAYS & MONTHS.keys() == {"mar"}


def test_no_word_of_a_date_is_also_a_zone() -> None:
    assert not NAMES.keys() & (MONTHS.keys() | WEEKDAYS | FILLERS)


def test_each_month_has_words_of_every_language() -> None:
    for words in (
        "janvier january januar enero gennaio janeiro",
        "août august agosto",
        "décembre december dezember diciembre dicembre dezembro",
    ):
        assert len({MONTHS[plain(word)] for word in words.split()}) == 1

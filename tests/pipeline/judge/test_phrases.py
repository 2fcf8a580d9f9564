"""Which stance the phrases of a workspace say of a text, and whose word counts."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from app.pipeline.judge.model_input import question_of
from app.pipeline.judge.phrases import DomainPhrase, Phrasebook, said_of, spoken_stance
from app.pipeline.judge.stance import Facts, StanceRules
from ground.words import folded_words
from sentiment.base import Score, Stance

GAME, SHOP = uuid4(), uuid4()


def phrase(text: str, stance: Stance, brand_id: UUID | None = None, language: str | None = None) -> DomainPhrase:
    return DomainPhrase(tuple(folded_words(text)), stance, brand_id, language)


BOOK = Phrasebook(
    [
        phrase("ça déchire", "promoter", language="fr"),
        phrase("sick", "promoter"),
        phrase("sick of it", "detractor"),
        phrase("war zone", "detractor"),
        phrase("war zone", "passive", GAME),
        phrase("🔥", "promoter"),
    ]
)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Franchement, CA DECHIRE !", "fr", "promoter"),
        ("Franchement, ça déchire !", "fr-CA", "promoter"),
        ("ça déchire", "en", None),
        ("ça déchire", None, None),
        ("this skin is sick", "en", "promoter"),
        ("I am sick of it", "en", "detractor"),
        ("a sick day, and I am sick of it", "en", None),
        ("sickness", "en", None),
        ("not a word of it", "en", None),
        ("🔥🔥", None, "promoter"),
        ("", None, None),
    ],
)
def test_a_phrase_says_a_stance_by_whole_words_without_case_or_accents(
    text: str, language: str | None, expected: Stance | None
) -> None:
    assert spoken_stance(BOOK.occurrences("", text, language), SHOP) == expected


def test_a_phrase_of_one_brand_goes_before_the_same_words_said_of_all() -> None:
    heard = BOOK.occurrences("A war zone", "nothing else", "en")
    assert spoken_stance(heard, SHOP) == "detractor"
    assert spoken_stance(heard, GAME) == "passive"


def test_phrases_that_contradict_each_other_leave_it_to_the_model() -> None:
    heard = BOOK.occurrences("", "sick graphics in a war zone", "en")
    assert spoken_stance(heard, SHOP) is None
    rules = StanceRules(book=BOOK)
    assert rules.decide(Facts(SHOP, None, None, heard, Score(0.9, 0.05, 0.05))) == ("detractor", "model")


def test_no_phrase_crosses_from_the_title_into_the_text() -> None:
    assert BOOK.occurrences("this is war", "zone nine", "en") == []


def said(title: str, body: str, brand_id: UUID, names: dict[UUID, str]) -> list[str]:
    """The phrases that are said of a brand, where the title and the text name these brands."""
    places = {
        brand: {
            field: [[found.start(), found.end()] for found in re.finditer(name, words)]
            for field, words in (("title", title), ("text", body))
        }
        for brand, name in names.items()
    }
    others = [spans for brand, spans in places.items() if brand != brand_id]
    about = question_of(title, body, "en", places[brand_id], others)
    return sorted(" ".join(each.phrase.words) for each in said_of(BOOK.occurrences(title, body, "en"), brand_id, about))


@pytest.mark.parametrize(
    ("title", "body", "of_game", "of_shop"),
    [
        ("", "Zephyra is sick. Boreal sends parcels late.", ["sick"], []),
        ("", "Boreal sends parcels late. Zephyra is sick!", ["sick"], []),
        ("", "Boreal is sick. Zephyra is slow.", [], ["sick"]),
        ("", "Boreal and Zephyra are both sick", ["sick"], ["sick"]),
        ("Zephyra is sick", "Boreal sends parcels late.", ["sick"], []),
        ("Zephyra is sick", "Zephyra is sick. Boreal sends parcels late.", ["sick", "sick"], []),
        ("News of Zephyra", "Boreal sends parcels late: it is a war zone.", ["war zone"], ["war zone"]),
    ],
)
def test_in_a_text_of_two_brands_a_phrase_for_all_counts_for_the_one_it_is_said_of(
    title: str, body: str, of_game: list[str], of_shop: list[str]
) -> None:
    names = {GAME: "Zephyra", SHOP: "Boreal"}
    assert said(title, body, GAME, names) == of_game
    assert said(title, body, SHOP, names) == of_shop


def test_in_a_text_of_one_brand_every_phrase_counts() -> None:
    assert said("", "Boreal sends parcels late. What a sick day.", SHOP, {SHOP: "Boreal"}) == ["sick"]

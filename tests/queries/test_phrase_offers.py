"""After the second equal correction of the same words, they are offered as a phrase."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.db import Database
from app.models import Brand, Phrase
from app.queries.phrase_offers import Corrected, offers, says_something, shared, spelt
from app.viewer import Viewer
from ground.words import folded_words
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, next_id

GLAD = {"negative": 0.1, "neutral": 0.1, "positive": 0.8}


def corrected(text: str, stance: str = "detractor", *, turned: bool = True) -> Corrected:
    return Corrected(uuid4(), folded_words(text), stance, turned)


FIRST = corrected("Je relance pour la quatrième fois, toujours rien")


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], []),
        (["Dernier mail : je relance pour la dernière fois"], ["je relance pour la"]),
        (["Bonjour à tous pour la photo"], []),
        (["Toujours rien dans la boîte", "toujours rien ce matin"], ["toujours rien"]),
    ],
    ids=["alone", "the longest", "function words", "the most frequent"],
)
def test_what_corrected_mentions_share_is_found(others: list[str], found: list[str]) -> None:
    every = [FIRST, *map(corrected, others)]
    assert [" ".join(words) for words, _ in shared(FIRST, every, ())][:1] == found


def test_words_that_were_corrected_to_another_stance_are_no_phrase() -> None:
    every = [FIRST, corrected("Toujours rien reçu"), corrected("Toujours rien à redire", "promoter")]
    assert shared(FIRST, every, ()) == []


def test_words_on_which_the_model_was_right_need_no_phrase() -> None:
    assert shared(FIRST, [FIRST, corrected("Toujours rien reçu", turned=False)], ()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("pas du tout", False),
        ("la", False),
        ("relance", True),
        ("top", False),
        ("encore", False),
        ("toujours rien", True),
        ("acme relance", False),
        ("🔥", True),
    ],
)
def test_neither_function_words_nor_names_say_anything(words: str, says: bool) -> None:
    assert says_something(tuple(folded_words(words)), {"acme"}) is says


def test_words_are_offered_as_people_write_them() -> None:
    assert spelt("Encore l'Été, à fuir", ("l", "ete")) == "l'été"
    assert spelt("À\nfuir", ("a", "fuir")) == "a fuir"
    assert spelt("autre chose", ("a", "fuir")) == "a fuir"


@pytest.fixture
def brand(viewer: Viewer, add: Add) -> Brand:
    row = brand_row(viewer.workspace_id, "Acme")
    add(row)
    return row


def settled(viewer: Viewer, brand: Brand, add: Add, text: str, **more: object) -> UUID:
    row = mention_row(viewer.workspace_id, text, language="fr")
    given = {"stance": "detractor", "stance_source": "person", "corrected_at": NOW, **GLAD, **more}
    add(row, match_row(row, brand, **given))
    return row.id


def test_the_second_correction_brings_the_offer(db: Database, viewer: Viewer, brand: Brand, add: Add) -> None:
    first = settled(viewer, brand, add, "Acme relance encore pour la quatrième fois")
    with db.reading() as session:
        assert offers(session, viewer, first, NOW) == []
    second = settled(viewer, brand, add, "Encore pour la quatrième fois chez Acme")
    with db.reading() as session:
        [offer] = offers(session, viewer, second, NOW)
        assert (offer.words, offer.stance, offer.language, offer.mentions) == (
            "encore pour la quatrième", "detractor", "fr", 2,
        )  # fmt: skip
        assert offers(session, viewer, second, NOW + timedelta(days=91)) == []
        assert offers(session, viewer, next_id(), NOW) == []


def test_words_that_are_a_phrase_already_are_not_offered(db: Database, viewer: Viewer, brand: Brand, add: Add) -> None:
    settled(viewer, brand, add, "Acme, fuyez")
    last = settled(viewer, brand, add, "Fuyez Acme")
    with db.reading() as session:
        assert offers(session, viewer, last, NOW) == [], "it ships"
    settled(viewer, brand, add, "Acme rame")
    last = settled(viewer, brand, add, "Acme : ça rame")
    with db.reading() as session:
        assert [offer.words for offer in offers(session, viewer, last, NOW)] == ["rame"]
    add(Phrase(workspace_id=viewer.workspace_id, text="rame", words="rame", stance="detractor"))
    with db.reading() as session:
        assert offers(session, viewer, last, NOW) == []

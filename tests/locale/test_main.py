"""`python -m app.locale` keeps the catalogues in step with the code."""

from __future__ import annotations

from babel.messages import Catalog, Message

from app.locale.__main__ import update
from app.locale.gather import gather
from app.web.words import C_


def named(message: Message) -> object:
    if message.context:
        return C_(message.context, str(message.id))
    return message.id[0] if isinstance(message.id, tuple) else message.id


def test_translations_stay_and_what_the_code_says_no_more_goes() -> None:
    said = sorted(message for message in gather() if isinstance(message, str))
    old = Catalog(locale="fr")
    old.add(said[0], "traduit")
    old.add("A sentence that no file says any more.", "perdue")
    new = update(old)
    kept = new.get(said[0])
    assert kept is not None
    assert kept.string == "traduit"
    assert new.get("A sentence that no file says any more.") is None
    ids = {named(message) for message in new if message.id}
    assert ids == {message if isinstance(message, str) else message[0] for message in gather()}


def test_a_word_with_two_senses_keeps_a_translation_for_each() -> None:
    old = Catalog(locale="fr")
    old.add("Open", "En cours", context="incidents")
    old.add("Open", "Ouvrir")
    known = update(old).get("Open", "incidents")
    assert known is not None
    assert known.string == "En cours"


def test_french_is_set_as_it_is_printed() -> None:
    old = Catalog(locale="fr")
    old.add("Open", "C'est « ouvert » ?", context="incidents")
    known = update(old).get("Open", "incidents")
    assert known is not None
    assert known.string == "C’est «\u202fouvert\u202f»\u202f?"


def test_the_rest_is_empty() -> None:
    said = sorted(message for message in gather() if isinstance(message, str))
    new = update(Catalog(locale="fr"))
    empty = new.get(said[1])
    assert empty is not None
    assert not empty.string

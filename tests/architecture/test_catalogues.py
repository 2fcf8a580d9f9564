"""French says everything English says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.locale.gather import gather
from collectors import reddit_feed
from collectors._kit import fetch as _fetch
from collectors.stackexchange import api as _stackexchange
from tests.collectors.tables import all_refusals

PLACES = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}


@pytest.fixture(scope="module")
def french(root: Path) -> Catalog:
    """Every French message; empty while the app has no locale."""
    files = sorted((root / "app/locale/fr").rglob("*.po"))
    if not files:
        assert not list((root / "app/web").rglob("*.html")), "pages exist, and no French catalogue"
        return Catalog(locale="fr")
    catalog = Catalog(locale="fr")
    for file in files:
        with file.open("rb") as opened:
            for message in read_po(opened, locale="fr", abort_invalid=True):
                catalog[message.id] = message
    return catalog


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """The pairs (English, French) of a message: one, or one per plural form."""
    if isinstance(message.id, tuple):
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        yield from ((message.id[min(form, 1)], text) for form, text in enumerate(strings))
    else:
        yield str(message.id), str(message.string)


def test_every_message_is_translated_and_none_is_a_guess(french: Catalog) -> None:
    said = [message for message in french if message.id]
    assert [message.id for message in said if message.fuzzy or not all(text for _, text in texts(message))] == []


def test_a_translation_has_the_places_of_its_message(french: Catalog) -> None:
    pairs = [pair for message in french if message.id for pair in texts(message)]
    wrong = [(english, text) for english, text in pairs if set(PLACES.findall(english)) != set(PLACES.findall(text))]
    assert wrong == []


def test_every_message_of_the_pages_is_in_the_catalogue(root: Path, french: Catalog) -> None:
    """The `_("…")` and `{% trans %}` of app/; a plural is known by its first form."""
    found = extract_from_dir(root / "app", method_map=METHODS, options_map=OPTIONS)
    ids = {(messages if isinstance(messages, str) else messages[0], file) for file, _, messages, _, _ in found}
    known = {message.id[0] if isinstance(message.id, tuple) else message.id for message in french}
    assert sorted(f"{file}: {text}" for text, file in ids if text and text not in known) == []


@pytest.mark.slow
def test_sentences_that_a_plug_in_has_a_name_for_are_gathered() -> None:
    alone, chosen = reddit_feed.REFUSED, _stackexchange.WITH_KEY
    assert {alone, chosen, *_fetch.SENTENCES.values()} <= set(gather())


def test_every_sentence_of_a_table_of_refusals_is_gather() -> None:
    said = {row.text for table in all_refusals().values() for row in table.rows}
    assert any("(401)" in text for text in said)
    assert any("is private: only its members" in text for text in said)
    assert said - set(gather()) == set()

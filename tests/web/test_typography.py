"""French texts of ours are set as print sets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from alerts.channels import all_channels
from alerts.rules import all_rules
from app.web.language import LOCALE
from app.web.typography import french
from collectors import all_collectors

LOOSE = re.compile(r"[ \u00a0][;:!?%»]|«[^\u202f]|[^\u202f]»|(?<=[^\W\d_])'(?=[^\W\d_])")


def translations() -> list[str]:
    with (LOCALE / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        said = [message.string for message in read_po(file, locale="fr") if message.id]
    return [text for one in said for text in ([one] if isinstance(one, str) else one or ())]


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("Attention : l'eau monte !", "Attention\u202f: l’eau monte\u202f!"),
        ("dites « oui » ; sinon «non»", "dites «\u202foui\u202f»\u202f; sinon «\u202fnon\u202f»"),
        ("12\u00a0% ?", "12\u202f%\u202f?"),
        ("http://exemple.fr:80", "http://exemple.fr:80"),
        ("{n} « {words} »", "{n} «\u202f{words}\u202f»"),
        ("l’{name}, 'x'", "l’{name}, 'x'"),
    ],
)
def test_spaces_and_apostrophes_are_those_of_print(written: str, set_: str) -> None:
    assert french(written) == set_
    assert french(set_) == set_


def test_every_message_of_the_catalogue_is_shown_so() -> None:
    assert [text for text in translations() if LOOSE.search(text)] == []


def test_no_french_text_is_written_with_a_straight_apostrophe() -> None:
    texts = translations()
    for plug_in in (*all_collectors().values(), *all_rules().values(), *all_channels().values()):
        texts += _french_of(plug_in)
    straight = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
    assert [text for text in texts if straight.search(text)] == []


def test_no_french_page_of_the_documentation_is_written_with_a_straight_apostrophe() -> None:
    docs = Path(__file__).parents[2] / "docs"
    straight = re.compile(r"\b(?:[cdjlmnstCDJLMNST]|[Qq]u|[Ll]orsqu|[Pp]uisqu|[Aa]ujourd)'(?=\w)")
    wrong = []
    for page in (*(docs / "fr").glob("*.md"), docs / "README.fr.md"):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        wrong += [f"{page.name}: {found.group()}" for found in straight.finditer(prose)]
    assert wrong == []


def _french_of(plug_in: object) -> list[str]:
    found: list[str] = []
    for name in ("title", "help", "history", "steps", "blind"):
        texts = getattr(plug_in, name, None)
        text = texts.get("fr", "") if hasattr(texts, "get") else ""
        found += [text] if isinstance(text, str) else [str(part) for part in text]
    return found

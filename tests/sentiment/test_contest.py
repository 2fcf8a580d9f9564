"""Who wins where a sentence compares two brands."""

from __future__ import annotations

import re

import pytest

from sentiment.contest import LONGEST, Comparison, comparison_in
from sentiment.named import tell_apart


def compare(text: str, language: str | None = "fr") -> Comparison | None:
    own, others = ([found.span() for found in re.finditer(name, text, re.I)] for name in ("acme", "brumelo"))
    return comparison_in(text, (0, len(text)), language, tell_apart(len(text), own, others))


@pytest.mark.parametrize(
    ("text", "language", "lean", "cue"),
    [
        ("Acme c'est bien mieux que Brumelo", "fr", 1, "mieux qu"),
        ("Brumelo est mieux qu'Acme", "fr", -1, "mieux qu"),
        ("Acme est plus lent que Brumelo", "fr", -1, "plus lent qu"),
        ("Acme n'est pas mieux que Brumelo", "fr", -1, "pas mieux qu"),
        ("je passe d'Acme à Brumelo", "fr", -1, "passe"),
        ("Acme beats Brumelo", "en", 1, "beats"),
    ],
)
def test_the_words_that_decide_are_named(text: str, language: str, lean: int, cue: str) -> None:
    found = compare(text, language)
    assert found is not None
    assert (found.lean, text[slice(*found.cue)]) == (lean, cue)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Acme mieux que Brumelo ?", "fr"),
        ("Acme n'est pas pire que Brumelo", "fr"),
        ("Acme mieux que Brumelo", "de"),
        ("Acme mieux que Brumelo", None),
        ("Acme mieux que tout", "fr"),
        (f"Acme mieux que Brumelo {'x' * LONGEST}", "fr"),
    ],
)
def test_nothing_is_decided_here(text: str, language: str | None) -> None:
    assert compare(text, language) is None


@pytest.mark.parametrize(
    ("text", "foil", "phrase"),
    [
        ("Contrairement à Acme, Brumelo est nul", True, "Contrairement à Acme"),
        ("Contrairement à Brumelo, Acme est nul", False, "Contrairement à Brumelo"),
    ],
)
def test_a_foil_is_cut_out_with_the_words_that_name_it(text: str, foil: bool, phrase: str) -> None:
    found = compare(text)
    assert found is not None
    assert (found.lean, found.foil, text[slice(*found.phrase)]) == (0, foil, phrase)


def test_after_a_change_the_new_brand_is_the_subject() -> None:
    left, joined = compare("je passe d'Acme à Brumelo"), compare("je passe de Brumelo à Acme")
    assert left is not None
    assert joined is not None
    assert (left.topic, joined.topic) == (False, True)

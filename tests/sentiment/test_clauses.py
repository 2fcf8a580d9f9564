"""How a text is cut into clauses, and whom each of them concerns."""

from __future__ import annotations

import re

import pytest

from sentiment.clauses import Clause, clauses, concerning, sentences
from sentiment.named import tell_apart


def cut(text: str, language: str | None) -> list[Clause]:
    own, others = ([found.span() for found in re.finditer(name, text, re.I)] for name in ("acme", "brumelo"))
    return clauses(text, language, tell_apart(len(text), own, others))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Un. Deux ! Trois…", ["Un.", " Deux !", " Trois…"]),
        ("M. Acme vs. Brumelo, etc. Fin", ["M. Acme vs. Brumelo, etc. Fin"]),
        ("version 2.0 sortie", ["version 2.0 sortie"]),
        ("honte 😡😡 bravo", ["honte 😡😡 ", "bravo"]),
        ("un\n\ndeux", ["un\n\n", "deux"]),
        ("最悪。最高", ["最悪。", "最高"]),
        ("", []),
    ],
)
def test_sentences_end_so(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts
    assert "".join(text[start:end] for start, end in sentences(text)) == text


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("acme est bien mais brumelo est nul", "fr", ["acme est bien", "brumelo est nul"]),
        ("acme est bien, heureusement brumelo aussi", "fr", ["acme est bien,", "heureusement brumelo aussi"]),
        ("acme est bien, brumelo est nul", "fr", ["acme est bien", "brumelo est nul"]),
        ("acme, brumelo et le reste", "fr", ["acme, brumelo et le reste"]),
        ("I love acme and was furious at brumelo", "en", ["I love acme", "was furious at brumelo"]),
        ("acme and brumelo are great", "en", ["acme and brumelo are great"]),
        ("acme est bien mais brumelo est nul", "de", ["acme est bien mais brumelo est nul"]),
        ("acme est bien mais brumelo est nul", None, ["acme est bien mais brumelo est nul"]),
    ],
)
def test_clauses_are_cut_where_another_brand_begins(text: str, language: str | None, parts: list[str]) -> None:
    assert [text[part.start : part.end].strip() for part in cut(text, language)] == parts


@pytest.mark.parametrize(
    ("text", "topics", "whom"),
    [
        ("Acme ferme. Personne. Brumelo ouvre. Enfin.", {}, ["a", "a", "b", "b"]),
        ("Quel jour. Acme ferme.", {}, ["a", "a"]),
        ("Acme. Brumelo. Les deux sont nuls.", {}, ["a", "b", "ab"]),
        ("Acme plutôt que Brumelo. Fuyez.", {0: False}, ["ab", "b"]),
        ("Acme plutôt que Brumelo. Fuyez.", {0: True}, ["ab", "a"]),
        ("Acme et Brumelo. Fuyez.", {}, ["ab", "ab"]),
        ("Acme vendu chez Brumelo. Fuyez.", {}, ["ab", "a"]),
    ],
)
def test_a_clause_without_a_name_follows_what_came_before(text: str, topics: dict[int, bool], whom: list[str]) -> None:
    parts = cut(text, "fr")
    concerned = concerning(text, "fr", parts, topics)
    assert ["".join(sorted("a" if own else "b" for own in brands)) for brands in concerned] == whom

"""Removes accents from letters. `ground.words.fold` does more: it keeps the marks that are not accents."""

from __future__ import annotations

from unicodedata import combining, normalize


def without_accents(text: str) -> str:
    """The text in NFKD without its combining marks: «Éloïse» is «Eloise», «ﬁn» is «fin», «œ» stays.

    Case stays. Marks go in every script, vowels of Indian scripts too: for words of European languages only.
    """
    return "".join(sign for sign in normalize("NFKD", text) if not combining(sign))


def in_ascii(text: str) -> str:
    """The text in ASCII: as `without_accents`, without whatever has no ASCII letter."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode()

"""What a text feels about one of the brands it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .base import Score, Scorer, Text

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class About:
    """A text, its language, where it names the brand asked about, and where it names others: spans in characters."""

    text: str
    language: str | None = None
    own: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()


def score_about(scorer: Scorer, asked: Sequence[About]) -> list[Score]:
    """One score per question, in order."""
    return scorer.score([Text(one.text, one.language) for one in asked])

"""Which words made a scorer decide: it is asked again without each of them. Works for any scorer."""

from __future__ import annotations

import re

from .base import Scorer, Text

_WORD = re.compile(r"\S+")
MOST_WORDS = 200


def explain(scorer: Scorer, text: Text) -> list[tuple[int, int, float]]:
    """(start, end, weight) of each word, in order, offsets in characters of `text.text`.

    The weight is how much positive − negative falls when the word is left out: above 0 it speaks for the brand, below
    against; from −2 to 2. Only the first 200 words are asked about.
    """
    spans = [match.span() for match in _WORD.finditer(text.text)][:MOST_WORDS]
    without = [Text(text.text[:start] + text.text[end:], text.language) for start, end in spans]
    whole, *rest = scorer.score([text, *without])
    balance = whole.positive - whole.negative
    return [
        (start, end, balance - (score.positive - score.negative))
        for (start, end), score in zip(spans, rest, strict=True)
    ]

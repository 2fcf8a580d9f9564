"""Texts that teach the encoder whom a text is about: the brand asked about and the others stand as marks in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from sentiment.labelled import Example
from sentiment.named import OTHER, OWN

from .written import Comparing

HANDLE = re.compile(r"@\w+")
COMPARED, JOINED = "compared", "joined"  # as sources, for the mix of labels of each
LONGEST = 140  # characters of a text that is joined to another: the encoder reads 64 pieces


def compared(texts: Sequence[Comparing]) -> Iterator[Example]:
    """Each text twice: once asked about its first brand, once about its second."""
    for each in texts:
        for own in (0, 1):
            yield Example(marked(each, own), each.labels[own], each.language, COMPARED)


def marked(each: Comparing, own: int) -> str:
    """The text with a mark for the brand asked about, 0 or 1, and another one for the other brand."""
    signs = {name.casefold(): OWN if place == own else OTHER for place, name in enumerate(each.brands)}
    longest_first = sorted(each.brands, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda found: signs[found[0].casefold()], each.text)


def joined(examples: Sequence[Example], number: int, seed: int) -> Iterator[Example]:
    """Two posts of one language that address somebody, as one text: the label is that of the part asked about.

    The handle in each of them gives way to a mark, so that what is said of one brand lies anywhere beside what is said
    of the other.
    """
    dice = np.random.default_rng(seed)
    by_language: dict[str, list[Example]] = {}
    for each in examples:
        if HANDLE.search(each.text) and len(each.text) <= LONGEST:
            by_language.setdefault(each.language, []).append(each)
    languages = sorted(language for language, texts in by_language.items() if len(texts) > 1)
    for _ in range(number if languages else 0):
        texts = by_language[languages[dice.integers(len(languages))]]
        own, other = (texts[row] for row in dice.choice(len(texts), 2, replace=False))
        parts = [_with_mark(own.text, OWN), _with_mark(other.text, OTHER)]
        yield Example(" ".join(parts if dice.random() < 0.5 else parts[::-1]), own.label, own.language, JOINED)


def _with_mark(text: str, mark: str) -> str:
    """The text with the mark for its first handle; its other handles stay."""
    return HANDLE.sub(mark, text, count=1)

"""Sentiment lexicons, read from the packages that carry them and never copied.

Sources: VADER (Hutto & Gilbert, ICWSM 2014), its French translation, AFINN (Nielsen, ESWC 2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.features import BUCKETS, clean, word_buckets

NEGATED = -0.6  # the part of its value that a word has after a negation
PACKAGES = {
    "vader": ("vaderSentiment", "vader_lexicon.txt", "\t"),
    "vader-fr": ("vaderSentiment_fr", "fr_lexicon.txt", "->"),
    "afinn": ("afinn", "data/AFINN-en-165.txt", "\t"),
}

Columns = NDArray[np.float32]


def columns(names: tuple[str, ...] = tuple(PACKAGES)) -> Columns:
    """(BUCKETS, lexicons): the value of each word, from −1 to 1, in its bucket. Raises FileNotFoundError."""
    return np.stack([column(dict(read(name))) for name in names], axis=1)


def column(values: Mapping[str, float]) -> Columns:
    """(BUCKETS,) of the values of single words, and of their negated values in the buckets after a negation."""
    cleaned = {clean(word): value for word, value in values.items()}
    words = [word for word in cleaned if word and " " not in word]
    values_by_bucket = np.zeros(BUCKETS, dtype=np.float32)
    amounts = np.array([cleaned[word] for word in words], dtype=np.float32)
    values_by_bucket[word_buckets(words)] = amounts
    values_by_bucket[word_buckets(words, negated=True)] = NEGATED * amounts
    return values_by_bucket


def read(name: str) -> Iterator[tuple[str, float]]:
    """The words of a lexicon with their values, from −1 to 1. Raises FileNotFoundError when it is not installed."""
    package, file, between = PACKAGES[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the lexicon {name} is missing: install the extra «training»")
    path = Path(spec.origin).parent / file
    pairs = [line.split(between)[:2] for line in path.read_text(encoding="utf-8").splitlines() if between in line]
    scale = 5 if name == "afinn" else 4
    yield from ((word.strip(), float(value) / scale) for word, value in pairs)

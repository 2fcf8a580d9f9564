"""The key by which copies of one text are found, whatever an outlet changed in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from ground.words import TEXT_LIMIT, TITLE_LIMIT, folded_words

STORY_BITS, SHORT_BITS, SHORT_WORDS = 14, 3, 25
"""Two texts are one story when at most 14 of the 64 bits of their simhashes differ: two thirds of their runs of three
words are then the same (one word in a sentence of thirty moves 8 or 9 bits; unrelated texts are 32 ± 4 apart). Under 25
words only 3 bits may differ: many people say nearly the same in few words, and each of them is a voice."""

BANDS, ROWS = 8, 3
"""Similar texts are found by 8 bands of 3 minima each. Texts that share 83 % of their runs also share a band 999 times
in 1,000, those that share 60 % 86 times in 100, those that share 5 % once in 1,000 (1 − (1 − J³)⁸)."""

LEAST_WORDS = 8  # below, everybody who writes «Merci pour votre aide !» would be in one story
BODY_WORDS = 40  # from here on only the body counts: outlets keep an agency's text and write their own title


@dataclass(frozen=True, slots=True)
class StoryKey:
    """The key of a text. `simhash` is a signed bigint; `bands` are 8 positive 31-bit numbers.

    `bits` is how many bits the simhash of its story may differ by.
    """

    simhash: int
    bands: tuple[int, ...]
    bits: int


def story_key(title: str, text: str) -> StoryKey | None:
    """The key of a text, over its runs of three folded words; None under 8 words.

    Near-identical texts share a band (minima of hashes: Broder, 1997, in bands: Leskovec, Rajaraman, Ullman, Mining of
    Massive Datasets, 3.4) and have simhashes few bits apart (Charikar, STOC 2002).
    """
    return story_of(folded_words(title[:TITLE_LIMIT]), folded_words(text[:TEXT_LIMIT]))


def story_of(title: Sequence[str], text: Sequence[str]) -> StoryKey | None:
    """As `story_key`, for words that are folded already."""
    words = text if len(text) >= BODY_WORDS else [*title, *text]
    if len(words) < LEAST_WORDS:
        return None
    hashes = np.fromiter(map(_word_hash, words), dtype=np.uint64, count=len(words))
    votes = _mix(hashes[:-2] * _FIRST + hashes[1:-1] * _SECOND + hashes[2:])
    bits = np.unpackbits(votes.view(np.uint8).reshape(-1, 8), axis=1).sum(axis=0, dtype=np.uint32)
    key = np.packbits(bits * 2 > len(votes)).tobytes()
    return StoryKey(int.from_bytes(key, "big", signed=True), _bands(votes), bits_for(len(words)))


def bits_for(words: int) -> int:
    """How many bits of the simhash a text of so many words may differ by from its story."""
    return SHORT_BITS if words < SHORT_WORDS else STORY_BITS


def _bands(votes: npt.NDArray[np.uint64]) -> tuple[int, ...]:
    """The smallest hash under each of 24 permutations, three to a band; equal minima in two bands give two numbers."""
    minima = (votes[:, None] * _ODD + _SHIFT).min(axis=0).reshape(BANDS, ROWS)
    mixed = _mix((minima * _ROW).sum(axis=1, dtype=np.uint64) + np.arange(BANDS, dtype=np.uint64) * _FIRST)
    return tuple((mixed >> np.uint64(33)).tolist())


_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)


@lru_cache(maxsize=1 << 16)
def _word_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every input bit moves every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (values ^ (values >> np.uint64(31))).astype("<u8", copy=False)


_permutations = np.random.default_rng(20260301)  # any odd numbers do, as long as they never change
_ODD = _permutations.integers(1 << 62, size=BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFT = _permutations.integers(1 << 62, size=BANDS * ROWS, dtype=np.uint64)
_ROW = _permutations.integers(1 << 62, size=(1, ROWS), dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def near(key: StoryKey, simhash: int) -> bool:
    """Whether the simhash of a story is near enough to a text for the text to be a copy."""
    return ((key.simhash ^ simhash) & (1 << 64) - 1).bit_count() <= key.bits

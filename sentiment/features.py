"""The words and character n-grams of many texts at once, hashed: the same for training and for scoring.

Two blocks of features, after Wang & Manning (2012) and scikit-learn's `char_wb`: words, pairs of neighbouring words,
and words up to three places after a negation; and the 2- to 5-grams of characters inside each word and its two edges.
Each block is hashed to 2^18 buckets (Weinberger et al., 2009), counted as 1 + ln(count) and scaled to length 1. All of
it is numpy over the concatenation of a batch, because a loop over n-grams in Python is ten times slower.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

BLOCK_BITS = 18
BUCKETS = 1 << (BLOCK_BITS + 1)
HEAD, TAIL = 3_000, 1_000  # characters kept of a long text, from its beginning and its end: they say most
BATCH_TEXTS, BATCH_CHARACTERS = 1_024, 131_072  # these fit the second-level cache and a 32-bit sort key

_URL = re.compile(r"(?:https?://|www\.)\S*")
_HANDLE = re.compile(r"@\w+")
_REPEAT = re.compile(r"(\S)\1{3,}")
_MARKS = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
_TOKEN = re.compile(rf"(?:[^\W_][{_MARKS}]*)+|[!-/:-@\[-`{{-~]+|[^\w\s]")
_UNSEEN = dict.fromkeys([0x200D, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])  # joiners, variants and skin tones
_APOSTROPHES = {0x2019: "'", 0x2018: "'", 0x00B4: "'"}
_HARD = {**_UNSEEN, **_APOSTROPHES}

NEGATIONS = {
    "en": "not no never nor without cannot dont doesnt didnt isnt wasnt wont cant",
    "fr": "pas jamais rien aucun aucune ni sans guère",
    "de": "nicht kein keine keinen nie ohne",
    "es": "nunca sin tampoco",  # and «no», «ni»
    "it": "non mai senza nessun nessuna",
    "pt": "não nao sem nem",
    "nl, da, sv": "niet geen nooit ikke inte aldrig",
    "ar": "لا لم لن ليس غير مش ما",
    "hi": "nahi nahin mat",
}
SCOPE = 3  # how many words a negation negates

_STEP, _MIX, _PAIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_NEGATED = np.uint32(0x27D4EB2F)
with np.errstate(over="ignore"):
    _POWERS = np.cumprod(np.full(HEAD + TAIL + 1, _STEP), dtype=np.uint32)

Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Grams:
    """A sparse matrix of `texts` rows and BUCKETS columns, as triplets sorted by row then column."""

    texts: int
    row: NDArray[np.int64]
    bucket: NDArray[np.int64]
    value: NDArray[np.float32]


def clean(text: str) -> str:
    """Tokens joined by one space: lower case, compatible forms folded, links as `http`, handles as `@user`.

    Four or more repeats become three, and each emoji is a token of its own. Of a text longer than HEAD + TAIL
    characters, the beginning and the end are kept.
    """
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + " " + text[-TAIL:]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_HARD)
    text = text.lower()
    if "http" in text or "www." in text:
        text = _URL.sub(" http ", text)
    if "@" in text:
        text = _HANDLE.sub(" @user ", text)
    if "'" in text:
        text = text.replace("n't", " not").replace("'", " ")
    text = " ".join(_TOKEN.findall(_REPEAT.sub(r"\1\1\1", text)))
    return text[: HEAD + TAIL]


def grams(texts: Sequence[str]) -> Grams:
    """The features of a batch of at most BATCH_TEXTS texts, in order. A text without tokens has no features."""
    padded = [f" {clean(text)} " for text in texts]
    codes: Codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(padded), dtype=np.uint32), [len(text) for text in padded])
    space = codes == 32
    keys = np.concatenate(list(chain(_words(codes, owner, space), _characters(codes, owner, space))))
    return _weigh(keys, len(padded))


def batches(texts: Sequence[str]) -> Iterator[slice]:
    """Consecutive slices of `texts` that are small enough for `grams`, so that memory stays bounded."""
    start = size = 0
    for end, text in enumerate(texts):
        length = min(len(text), HEAD + TAIL) + 2
        if end > start and (end - start >= BATCH_TEXTS or size + length > BATCH_CHARACTERS):
            yield slice(start, end)
            start, size = end, 0
        size += length
    if start < len(texts):
        yield slice(start, len(texts))


def word_buckets(words: Sequence[str], negated: bool = False) -> NDArray[np.int64]:
    """The bucket of each word, of one token as `clean` leaves it; with `negated`, that of the word after a negation."""
    hashes = np.array([_hash(word) for word in words], dtype=np.uint32)
    keys = _key(np.zeros(len(words), dtype=np.uint32), 0, hashes * _NEGATED if negated else hashes)
    return (keys & np.uint32(BUCKETS - 1)).astype(np.int64)


def _hash(word: str) -> np.uint32:
    codes: Codes = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.uint32(np.sum(codes * _POWERS[: len(codes)], dtype=np.uint32))


_NEGATIONS = np.array([_hash(word) for word in " ".join(NEGATIONS.values()).split()], dtype=np.uint32)


def _key(owner: Codes, block: int, hashes: Codes) -> Codes:
    """Text, block and bucket in one 32-bit number, which sorts by row and column."""
    mixed = (hashes ^ (hashes >> np.uint32(15))) * _MIX
    return (owner << np.uint32(BLOCK_BITS + 1)) | np.uint32(block << BLOCK_BITS) | (mixed >> np.uint32(32 - BLOCK_BITS))


def _words(codes: Codes, owner: Codes, space: NDArray[np.bool_]) -> Iterator[Codes]:
    """The keys of words, of pairs of neighbours, and of words after a negation."""
    starts = np.flatnonzero(space[:-1] & ~space[1:]) + 1
    if not len(starts):
        return
    first = np.zeros(len(codes), dtype=np.int64)
    first[starts] = starts
    offset = np.minimum(np.arange(len(codes)) - np.maximum.accumulate(first), len(_POWERS) - 1)
    words = np.add.reduceat(np.where(space, np.uint32(0), codes * _POWERS[offset]), starts, dtype=np.uint32)
    owners = owner[starts]
    yield _key(owners, 0, words)
    same = owners[:-1] == owners[1:]
    yield _key(owners[:-1][same], 0, (words[:-1] * _PAIR + (words[1:] ^ _STEP))[same])
    negated = _negation_mask(words, owners)
    yield _key(owners[negated], 0, words[negated] * _NEGATED)


def _negation_mask(words: Codes, owners: Codes) -> NDArray[np.bool_]:
    """Which words stand at most SCOPE places after a negation of their text."""
    negation = np.isin(words, _NEGATIONS)
    negated = np.zeros(len(words), dtype=np.bool_)
    for place in range(1, SCOPE + 1):
        negated[place:] |= negation[:-place] & (owners[:-place] == owners[place:])
    return negated


def _characters(codes: Codes, owner: Codes, space: NDArray[np.bool_]) -> Iterator[Codes]:
    """The keys of 2- to 5-grams. A gram may begin or end with a space, the edge of a word, but has none inside."""
    hashes, inside = codes, np.ones(len(codes), dtype=np.bool_)
    for n in range(2, 6):
        hashes = hashes[:-1] * _STEP + codes[n - 1 :]
        inside = inside[:-1] & ~space[n - 2 : -1] if n > 2 else inside[:-1]
        kept = inside if n > 2 else ~(space[:-1] & space[1:])
        yield _key(owner[: len(hashes)][kept], 1, hashes[kept])


def _weigh(keys: Codes, texts: int) -> Grams:
    """Counts each key of each text as 1 + ln(count), and scales each text's blocks to length 1."""
    keys = np.sort(keys)
    edges = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    unique = keys[edges]
    count = np.diff(edges, append=len(keys)).astype(np.float32)
    value = 1 + np.log(count)
    part = (unique >> np.uint32(BLOCK_BITS)).astype(np.int64)
    norm = np.sqrt(np.bincount(part, weights=value * value, minlength=2 * texts)).astype(np.float32)
    bucket = (unique & np.uint32(BUCKETS - 1)).astype(np.int64)
    return Grams(texts, part >> 1, bucket, (value / norm[part]).astype(np.float32))

"""Cuts a text into folded words, in the same way for queries, the matcher, the search column and the story key.

A word is a run of letters and digits. Case and accents are folded (Acmé, ACME and acme are one word; œ is oe).
Apostrophes, hyphens, dots and underscores separate words: «l'Acmé» contains the word acme, and coca-cola is the two
words of «coca cola». Each character of a script written without spaces (Chinese, Japanese, Thai, Lao, Khmer,
Burmese) is a word, so that a name in such a script is found as a phrase, anywhere in a sentence. An emoji is a word,
whatever its skin tone. Zero-width characters and direction marks are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import category, combining, normalize

Word = tuple[str, int, int]
"""A folded word, and where it starts and ends in its text, in code points."""

Place = tuple[int, int]
"""Where a word starts and ends, in code points."""

WORD_LIMIT = 200  # code points: at most 800 bytes, where PostgreSQL takes lexemes under 2 KB
POSITION_LIMIT = 16_000  # PostgreSQL counts positions up to 16,383
REPEAT_LIMIT = 255  # PostgreSQL keeps 256 positions of one lexeme
TITLE_LIMIT = 500
TEXT_LIMIT = 20_000
_CACHED_LENGTH = 40  # longer tokens are rare, and hostile texts must not fill the cache with them

_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_EMOJI = "\u2600-\u2775\u2794-\u27bf\u2b50\u2b55\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
_APOSTROPHES = "\u02b9-\u02bf\ua78b\ua78c"  # letters by their category, apostrophes by their use
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef"
)


def _ranges(codes: Iterable[int]) -> str:
    """The inside of a character class that holds these code points, given in order."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


_MARKS = _ranges(code for code in range(0x300, 0x10000) if category(chr(code)).startswith("M"))
_LETTER = rf"[^\W_{_ALONE}{_EMOJI}{_APOSTROPHES}]"
_TAIL = f"[{_MARKS}{_UNSEEN}]"
_TOKEN = re.compile(rf"{_LETTER}+(?:{_TAIL}+{_LETTER}*)*|[{_ALONE}{_EMOJI}]{_TAIL}*")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_DROPPED = re.compile(f"[{_UNSEEN}{_APOSTROPHES}]")
_KEPT = re.compile(f"[{_EMOJI}]")
_LONG = re.compile(rf"\S{{{_CACHED_LENGTH + 1}}}")
_SPELT_OUT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ħ": "h", "ł": "l", "ı": "i", "ŧ": "t"})


def _is_kept(char: str) -> bool:
    if char.isalnum() or _KEPT.match(char):
        return True
    return category(char) in {"Mn", "Mc"}


def _without_accents(text: str) -> str:
    # Unlike `ground.accents`, for every script: classes under 10 are vowels of Indian ones, voicing marks of kana.
    return "".join(char for char in normalize("NFKD", text) if combining(char) < 10)


def fold(token: str) -> str:
    """The form in which a token is compared: without case, accents, invisible characters and typographic variants.

    Empty when nothing is left to compare. Idempotent.
    """
    if token.isascii():
        return "".join(filter(str.isalnum, token.lower()))[:WORD_LIMIT]
    plain = _without_accents(_without_accents(_DROPPED.sub("", token)).casefold()).translate(_SPELT_OUT)
    bare = normalize("NFC", "".join(filter(_is_kept, _DROPPED.sub("", plain))))[:WORD_LIMIT]
    if len(_TOKEN.findall(bare)) > 1:  # one sign that stands for several words, such as ㋿ for 令和, stays as it is
        return _DROPPED.sub("", token)[:WORD_LIMIT]
    return bare if any(char.isalnum() or _KEPT.match(char) for char in bare) else ""


_fold_often = lru_cache(maxsize=1 << 16)(fold)


def words(text: str) -> list[Word]:
    """The folded words of a text in order, each with its start and end."""
    if text.isascii():
        return [(m[0][:WORD_LIMIT], m.start(), m.end()) for m in _ASCII_TOKEN.finditer(text.lower())]
    every = ((_fold_token(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text))
    return [word for word in every if word[0]]


def places(text: str) -> list[Place]:
    """Where the words of a text are. As `words`, and several times faster unless a token folds to nothing."""
    spans = [m.span() for m in (_ASCII_TOKEN.finditer(text.lower()) if text.isascii() else _TOKEN.finditer(text))]
    return spans if len(spans) == len(folded_words(text)) else [(start, end) for _, start, end in words(text)]


def folded_words(text: str) -> list[str]:
    """The folded words of a text in order. As `words`, and several times faster."""
    if text.isascii():
        tokens = _ASCII_TOKEN.findall(text.lower())
        return [token[:WORD_LIMIT] for token in tokens] if _LONG.search(text) else tokens
    return list(filter(None, map(_fold_token if _LONG.search(text) else _fold_often, _TOKEN.findall(text))))


def _fold_token(token: str) -> str:
    return _fold_often(token) if len(token) <= _CACHED_LENGTH else fold(token[: 2 * WORD_LIMIT])


def sequence(title: Sequence[str], text: Sequence[str]) -> list[str]:
    """Title and text as one list of folded words, with an empty place between them that no phrase crosses.

    It leaves out what a search column cannot hold, so that the matcher and the database always agree: words past the
    16,000th, and the 256th and later repetitions of a word, whose places stay empty.
    """
    laid = [*title, "", *text]
    return laid if len(laid) <= REPEAT_LIMIT else _within_limits(laid[:POSITION_LIMIT])


def _within_limits(laid: list[str]) -> list[str]:
    times: dict[str, int] = {}
    for place, word in enumerate(laid):
        times[word] = times.get(word, 0) + 1
        if times[word] > REPEAT_LIMIT:
            laid[place] = ""
    return laid


def quote_lexeme(word: str) -> str:
    """A lexeme, quoted for a tsvector or tsquery literal of PostgreSQL."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def search_vector(title: Sequence[str], text: Sequence[str]) -> str:
    """A PostgreSQL tsvector literal, from words that are folded already; those of the title have weight A."""
    entries: dict[str, str] = {}
    for place, word in enumerate(sequence(title, text), start=1):
        at = f"{place}A" if place <= len(title) else str(place)
        # Folding leaves no quote and no backslash in a word.
        entries[word] = f"{entries[word]},{at}" if word in entries else f"'{word}':{at}"
    entries.pop("", None)
    return " ".join(entries.values())


def to_tsvector(title: str, text: str) -> str:
    """A PostgreSQL tsvector literal, to be bound as a parameter and cast ::tsvector."""
    return search_vector(folded_words(title[:TITLE_LIMIT]), folded_words(text[:TEXT_LIMIT]))

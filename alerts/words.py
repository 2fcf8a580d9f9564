"""Finds the words that set one set of texts apart from another."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ground.accents import without_accents
from ground.stop_words import STOP_WORDS

LONGEST_TEXT = 4_000
"""How many code points of a text are read: a mention says at its beginning what it is about."""

PRIOR = 0.5
"""Added to the uses of every word, so that a word never seen before is telling, but not infinitely so."""

_WORD = re.compile(r"[^\W\d_]+(?:[’'‑-][^\W\d_]+)*")
_LINK = re.compile(r"https?://\S+|www\.\S+|[@]\w+")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)[’'](?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Telling:
    """A word in its commonest spelling, its folded form, and by how many standard errors its use exceeds the usual."""

    word: str
    key: str
    z: float


def fold(word: str) -> str:
    """The form in which two spellings are one word: no case, no accents."""
    # decomposed before the case is folded: the iota under a Greek vowel is a mark, and then a letter
    return without_accents(unicodedata.normalize("NFKD", word).casefold())


def words(text: str) -> dict[str, str]:
    """The words of a text that are worth counting, from folded form to form as written. Links and @names do not
    count as words."""
    forms: dict[str, str] = {}
    for match in _WORD.finditer(_LINK.sub(" ", text[:LONGEST_TEXT])):
        word = _ELISION.sub("", match.group().replace("’", "'"))
        key = fold(word)
        if 2 < len(key) <= 40 and key.split("'")[0] not in STOP_WORDS:
            forms.setdefault(key, unicodedata.normalize("NFC", word).casefold())
    return forms


def telling_words(recent: Sequence[str], usual: Iterable[str], leave_out: Iterable[str] = ()) -> list[Telling]:
    """The words that more of the `recent` texts use than of the `usual` ones, the most telling first.

    A text counts each word once, and where there are three texts or more, two must share it, so that nobody alone
    makes a word telling. The words of `leave_out` (the names of the brand) do not count. Formula: log-odds with a
    Dirichlet prior over its standard error, Monroe, Colaresi & Quinn, *Fightin' Words*, Political Analysis 16
    (2008), eq. 16 and 22.
    """
    names = {key for name in leave_out for key in [*words(name), fold(name).replace(" ", "")]}
    shown: dict[str, Counter[str]] = {}
    now: Counter[str] = Counter()
    for text in recent:
        for key, word in words(text).items():
            now[key] += 1
            shown.setdefault(key, Counter())[word] += 1
    before: Counter[str] = Counter()
    texts = 0
    for text in usual:
        texts += 1
        before.update(words(text).keys())
    enough = 2 if len(recent) > 2 else 1
    telling = []
    for key, uses in now.items():
        if uses < enough or key in names:
            continue
        z = _log_odds(uses, len(recent), before[key], texts)
        if z > 0:
            telling.append(Telling(_mostly(shown[key]), key, z))
    return sorted(telling, key=lambda t: (-t.z, t.key))


def _mostly(forms: Counter[str]) -> str:
    """The commonest spelling; on a tie, one with accents, because whoever writes accents takes care."""
    return min(forms, key=lambda form: (-forms[form], form.isascii(), form))


def _log_odds(uses: int, texts: int, usual_uses: int, usual_texts: int) -> float:
    here, there = uses + PRIOR, usual_uses + PRIOR
    odds = math.log(here / (texts - uses + PRIOR)) - math.log(there / (usual_texts - usual_uses + PRIOR))
    return odds / math.sqrt(1 / here + 1 / there)

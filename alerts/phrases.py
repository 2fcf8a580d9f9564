"""Finds the phrases of one to three words that set one set of texts apart from another."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ground.stop_words import STOP_WORDS

from .words import LONGEST_TEXT, fold

LONGEST, INSIDE = 3, 2
"""How many telling words a phrase has at most, and how many stop words between them."""

PRIOR = 20.0
"""How many texts the brand's usual language weighs for, when nothing else is known of a phrase."""

UNKNOWN = 0.02
"""The share of the usual texts that use a phrase, for a brand of which no usual text is known."""

ENOUGH = 1.0
"""By how many standard errors a phrase must exceed the usual."""

BONUS = (0.0, 1.0, 1.6, 1.8)
"""What a phrase of so many telling words is worth: two say more than one."""

WEAK: frozenset[str] = frozenset(
    line_word
    for line in (
        "again alert alerte alertes alerts always annee annees bonjour brand chose choses client clients",
        "customer customers day days dimanche encore evening fois friday hello heure heures hier hour hours",
        "info infos jamais jeudi jour jours lundi mardi marque matin merci mercredi minute minutes mois",
        "monday month months morning never news please really samedi saturday semaine semaines soir still",
        "sunday svp thanks thing things thursday time times tonight toujours tuesday update vendredi vraiment",
        "wednesday week weeks year years yesterday",
    )
    for line_word in line.split()
)
"""What is no news alone, without case and accents, but may be part of a phrase: «mise à jour»."""

EDGES: frozenset[str] = frozenset(
    line_word
    for line in ("ai are as be been est etait etes had has have is ont sommes sont suis was were",)
    for line_word in line.split()
)
"""What holds phrases together like a stop word, and is none for the search."""

BREAKS: frozenset[str] = frozenset(
    line_word
    for line in (
        "since depuis after apres before avant because car parce puisque while pendant when quand and et or",
        "ou but mais",
    )
    for line_word in line.split()
)
"""Where one thing ends and another begins: no phrase goes across."""

_LINK = re.compile(r"https?://\S+|www\.\S+|[@]\w+|\S+@\S+")
_PIECE = re.compile(r"[^\W_]+(?:[.,’'‑-][^\W_]+)*|[^\s\w]")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)[’'](?=\w)", re.IGNORECASE)
_JOINS = frozenset("-‑/")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in their commonest spelling, their folded forms, how many texts use them, and by how many standard errors
    that exceeds the usual."""

    words: str
    keys: tuple[str, ...]
    uses: int
    z: float


def telling_phrases(recent: Sequence[str], usual: Iterable[str], leave_out: Iterable[str] = ()) -> list[Phrase]:
    """The phrases that more of the `recent` texts use than of the `usual` ones, the most telling first.

    A text counts a phrase once; of three texts or more, two must share it. A phrase neither begins nor ends with a stop
    word, holds no name of `leave_out`, and stands for the shorter ones that it explains. Log-odds with an informative
    Dirichlet prior over its standard error: Monroe, Colaresi & Quinn, *Fightin' Words*, Political Analysis 16 (2008),
    eq. 16 and 22; the prior is the share of the texts of both sides that use the phrase.
    """
    names = {key for name in leave_out for key in (*map(fold, name.split()), fold(name).replace(" ", ""))}
    shown: dict[tuple[str, ...], Counter[str]] = {}
    now: Counter[tuple[str, ...]] = Counter()
    for text in recent:
        for keys, written in phrases_of(text, names).items():
            now[keys] += 1
            shown.setdefault(keys, Counter())[written] += 1
    before: Counter[tuple[str, ...]] = Counter()
    texts = 0
    for text in usual:
        texts += 1
        before.update(keys for keys in phrases_of(text, names) if keys in now)
    enough = 2 if len(recent) > 2 else 1
    found = [
        Phrase(_mostly(shown[keys]), keys, uses, z)
        for keys, uses in now.items()
        if uses >= enough and (z := _log_odds(uses, len(recent), before[keys], texts)) > (ENOUGH if texts else 0)
    ]
    return _longest(sorted(found, key=_rank))


def phrases_of(text: str, names: Iterable[str] = ()) -> dict[tuple[str, ...], str]:
    """The phrases of a text, from folded words to words as written."""
    found: dict[tuple[str, ...], str] = {}
    for run in _runs(text):
        for first in range(len(run)):
            for keys, written in _from(run, first, names):
                found.setdefault(keys, written)
    return found


def _from(run: Sequence[tuple[str, str]], first: int, names: Iterable[str]) -> Iterable[tuple[tuple[str, ...], str]]:
    """The phrases that begin with the word at `first`."""
    telling = inside = 0
    for last in range(first, len(run)):
        key = run[last][0]
        if key in names or key in BREAKS or (last == first and _says_nothing(key)):
            return
        if _says_nothing(key):
            inside += 1
            if inside > INSIDE:
                return
            continue
        telling += 1
        if telling > LONGEST:
            return
        keys = tuple(key for key, _ in run[first : last + 1])
        if telling > 1 or _stands_alone(key):
            yield keys, " ".join(written for _, written in run[first : last + 1])


def _says_nothing(key: str) -> bool:
    return key.split("'")[0] in STOP_WORDS or key in EDGES or (len(key) < 3 and not key.isdigit())


def _stands_alone(key: str) -> bool:
    return key not in WEAK and len(key) > 2 and any(sign.isalpha() for sign in key)


def _runs(text: str) -> Iterable[list[tuple[str, str]]]:
    """The words of a text between its punctuation, each folded and as written."""
    run: list[tuple[str, str]] = []
    for match in _PIECE.finditer(_LINK.sub(" . ", text[:LONGEST_TEXT])):
        piece = match.group()
        if not piece[0].isalnum():
            if piece not in _JOINS and run:
                yield run
                run = []
            continue
        word = _ELISION.sub("", piece.replace("’", "'"))
        run.append((fold(word)[:40], unicodedata.normalize("NFC", word).lower()))
    if run:
        yield run


def _rank(phrase: Phrase) -> tuple[float, tuple[str, ...]]:
    telling = sum(not _says_nothing(key) and key not in WEAK for key in phrase.keys)
    return -phrase.z * BONUS[max(1, min(LONGEST, telling))], phrase.keys


def _longest(ranked: Sequence[Phrase]) -> list[Phrase]:
    """Without those that a longer one explains: it says the same, and at least half as many texts use it; or that
    share most of their words with one before them."""
    kept: list[Phrase] = []
    for phrase in ranked:
        if any(_much_of(phrase, other) or _has(phrase.keys, other.keys) for other in kept):
            continue
        longer = [p for p in ranked if _has(p.keys, phrase.keys) and p.uses * 2 >= phrase.uses]
        whole = max(longer, key=lambda p: (len(p.keys), p.uses, p.keys), default=phrase)
        if not any(_much_of(whole, other) for other in kept):
            kept.append(whole)
    return kept


def _much_of(phrase: Phrase, other: Phrase) -> bool:
    """Whether the other has more than half of the words of a phrase."""
    mine = {key for key in phrase.keys if not _says_nothing(key)}
    return len(mine & set(other.keys)) * 2 > len(mine)


def _has(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    size = len(shorter)
    return len(longer) > size and any(longer[n : n + size] == shorter for n in range(len(longer) - size + 1))


def _mostly(forms: Counter[str]) -> str:
    """The commonest spelling; on a tie, one with accents, because whoever writes accents takes care."""
    return min(forms, key=lambda form: (-forms[form], form.isascii(), form))


def _log_odds(uses: int, texts: int, usual_uses: int, usual_texts: int) -> float:
    share = (uses + usual_uses + 0.5) / (texts + usual_texts + 1) if usual_texts else UNKNOWN
    prior = PRIOR * share
    here, there = uses + prior, usual_uses + prior
    odds = math.log(here / (texts + PRIOR - here)) - math.log(there / (usual_texts + PRIOR - there))
    return odds / math.sqrt(1 / here + 1 / there)

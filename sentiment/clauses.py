"""A text cut into clauses, and whom each of them concerns: the brand asked about, another one, or both.

Sentences are cut in any language. In French and English they are cut again where a contrast begins («mais»,
"whereas"), and at a comma or an «et» that leads from one brand to another. A clause that names nobody follows the brand
named last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .named import Name, Span, touches


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text, the names in it, and the place of its sentence among the sentences."""

    start: int
    end: int
    names: tuple[Name, ...]
    sentence: int


EMOJI = r"[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_SENTENCE = re.compile(rf"(?P<stop>[.!?…]+)[\"'»”)\]]*(?=\s|$|{EMOJI})|(?:{EMOJI}\s*)+|[。！？]+|\n+")
_SHORTENED = re.compile(r"\b(?:\w|vs|mr|mrs|mme|dr|st|etc)$", re.IGNORECASE)
"""Before a full stop that ends no sentence."""

CONTRASTS = {
    "fr": r"mais|par contre|alors que|tandis que|en revanche|pourtant|cependant|toutefois|néanmoins|sauf que"
    r"|à l'inverse|a l'inverse|au contraire(?! d)|là où",
    "en": r"but|whereas|while|although|though|however|yet|on the other hand|meanwhile|on the contrary",
}
"""What opens a new clause and says nothing itself."""

TURNS = {
    "fr": r"heureusement|vivement|du coup|maintenant|désormais|depuis que",
    "en": r"luckily|fortunately|thank god|thank goodness|thankfully|now|so glad",
}
"""What opens a new clause and belongs to it."""

JOINTS = {
    "fr": re.compile(r"\b(?:les deux|tous les deux|aucun des deux|ni l'un ni l'autre|l'un comme l'autre)\b", re.I),
    "en": re.compile(r"\b(?:both|neither|either (?:of them|one)|the two of them)\b", re.I),
}
_AND = {"fr": r"et|puis", "en": r"and|then"}
_LINKS = frozenset(
    [
        "chez",
        "de",
        "du",
        "des",
        "d",
        "la",
        "le",
        "les",
        "l",
        "à",
        "a",
        "au",
        "aux",
        "un",
        "une",
        "et",
        "ou",
        "ni",
        "que",
        "qu",
        "pour",
        "avec",
        "en",
        "sur",
        "mon",
        "ma",
        "mes",
        "ton",
        "ta",
        "son",
        "sa",
        "ses",
        "leur",
        "leurs",
        "notre",
        "votre",
        "celui",
        "celle",
        "ceux",
        "celles",
        "entre",
        "the",
        "an",
        "of",
        "at",
        "or",
        "nor",
        "and",
        "to",
        "for",
        "with",
        "in",
        "on",
        "my",
        "your",
        "his",
        "her",
        "its",
        "their",
        "our",
        "both",
        "either",
        "neither",
        "by",
    ]
)
_WORD = re.compile(r"\w+")
_NEAR = 80  # characters looked at before a name: an endless list is not read again at each comma
_PLACE = re.compile(r"\b(?:chez|sur|via|par|at|from|on|by)\s+$", re.IGNORECASE)
"""Before a name that is only where something was bought."""

_EDGE = {
    language: re.compile(
        rf"\b(?P<strong>{CONTRASTS[language]})\b|(?P<turn>\b(?:{TURNS[language]}))\b|(?P<semicolon>;)"
        rf"|(?P<weak>[,:()|/–—]|\s-\s)|\b(?P<joined>{_AND[language]})\b".replace("'", "['’]"),
        re.IGNORECASE,
    )
    for language in CONTRASTS
}


def sentences(text: str) -> list[Span]:
    """Where the sentences are, with what ends them, in order; all of the text belongs to one."""
    ends = [found.end() for found in _SENTENCE.finditer(text) if not _shortened(text, found)]
    return [(start, end) for start, end in pairwise([0, *ends, len(text)]) if start < end]


def _shortened(text: str, found: re.Match[str]) -> bool:
    at = found.start()
    return found["stop"] == "." and _SHORTENED.search(text, max(0, at - 4), at) is not None


def clauses(text: str, language: str | None, names: Sequence[Name]) -> list[Clause]:
    """The clauses in order. Between them only what separates is left out."""
    found: list[Clause] = []
    starts = [name.start for name in names]
    for place, (start, end) in enumerate(sentences(text)):
        inside = names[bisect_left(starts, start) : bisect_left(starts, end)]
        before = names[bisect_left(starts, start) - 1] if bisect_left(starts, start) else None
        pieces = _pieces(text, (start, end), inside, before, _EDGE.get(language or ""))
        found += [
            Clause(left, right, tuple(name for name in inside if left <= name.start < right), place)
            for left, right in pieces
            if text[left:right].strip()
        ]
    return found


def _pieces(
    text: str, sentence: Span, names: Sequence[Name], before: Name | None, edge: re.Pattern[str] | None
) -> list[Span]:
    """A sentence cut at its contrasts, and wherever it turns to another brand."""
    start, end = sentence
    if edge is None:
        return [sentence]
    starts, ends = [name.start for name in names], [name.end for name in names]
    edges = [one for one in edge.finditer(text, start, end) if not touches(one.span(), names, ends)]
    nexts = [one.start() for one in edges[1:]] + [end]
    pieces, at = [], start
    for one, until in zip(edges, nexts, strict=False):  # without edges there is one more end
        after = bisect_left(starts, one.end())
        last, following = names[after - 1] if after else before, names[after : after + 2]
        if one.lastgroup in ("strong", "turn", "semicolon") or _turns(text, at, one, until, last, following):
            pieces.append((at, one.start()))
            at = one.start() if one.lastgroup == "turn" else one.end()
    return [*pieces, (at, end)]


def _turns(text: str, start: int, edge: re.Match[str], until: int, last: Name | None, names: Sequence[Name]) -> bool:
    """Whether an edge leads from a brand of which something was said to another, and not just along a list of them.

    `last` is the name before it, `names` are the next two; `start` and `until` bound the clauses on its two sides.
    """
    following = names[0] if names and names[0].start < until else None
    if last is None or following is None or last.own == following.own:
        return False
    said, to_come = _content(text, last.end, edge.start()), _content(text, edge.end(), following.start)
    if said >= 1 or to_come >= (2 if edge.lastgroup == "joined" else 1):
        return True
    if edge.lastgroup == "joined":
        return False
    more = min([until, *(name.start for name in names[1:])])
    return edge[0] == ":" or (
        _content(text, max(start, last.start - _NEAR), last.start) >= 2 and _content(text, following.end, more) >= 1
    )


def _content(text: str, start: int, end: int) -> int:
    """How many words say something between two places."""
    return sum(word.lower() not in _LINKS for word in _WORD.findall(text[start:end]))


def concerning(
    text: str, language: str | None, parts: Sequence[Clause], topics: Mapping[int, bool]
) -> list[frozenset[bool]]:
    """Whom each clause concerns: True stands for the brand asked about, False for another.

    `topics`: by sentence, the brand that a comparison in it is about. What comes before every name belongs to the
    first.
    """
    joint = JOINTS.get(language or "")
    named = frozenset[bool]()
    follows = next((frozenset(name.own for name in part.names) for part in parts if part.names), frozenset())
    whom: list[frozenset[bool]] = []
    for part in parts:
        here = frozenset(name.own for name in part.names)
        named |= here
        if joint and len(named) == 2 and len(here) != 2 and joint.search(text, part.start, part.end):
            here = named
        whom.append(here or follows)
        follows = _goes_on(text, part, topics.get(part.sentence)) or whom[-1]
    return whom


def _goes_on(text: str, part: Clause, topic: bool | None) -> frozenset[bool]:
    """Whom a clause without a name would concern after this one; nobody new when this one names nobody."""
    if len({name.own for name in part.names}) < 2:
        return frozenset(name.own for name in part.names)
    if topic is not None:
        return frozenset({topic})
    pairs = pairwise(part.names)
    if any(left.own != right.own and not _content(text, left.end, right.start) for left, right in pairs):
        return frozenset({True, False})
    subjects = [name for name in part.names if not _PLACE.search(text, max(part.start, name.start - 12), name.start)]
    return frozenset({(subjects or part.names)[-1].own})

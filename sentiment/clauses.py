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

from .named import Name, Span, brands_in, names_within, touches


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text, the names in it, and the place of its sentence among the sentences."""

    start: int
    end: int
    names: tuple[Name, ...]
    sentence: int


EMOJI = r"[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_SENTENCE = re.compile(rf"(?P<stop>[.!?…]+)[\"'»”)\]]*(?=\s|$|{EMOJI})|(?:{EMOJI}\s*)+|[。！？]+|\n+")
_ABBREVIATIONS = re.compile(r"\b(?:\w|vs|mr|mrs|mme|dr|st|etc)$", re.IGNORECASE)
"""What stands before a full stop that ends no sentence."""

CONTRASTS = {
    "fr": r"mais|par contre|alors que|tandis que|en revanche|pourtant|cependant|toutefois|néanmoins|sauf que"
    r"|à l'inverse|a l'inverse|au contraire(?! d)|là où",
    "en": r"but|whereas|while|although|though|however|yet|on the other hand|meanwhile|on the contrary",
}
"""Words that open a clause and do not belong to it."""

OPENINGS = {
    "fr": r"heureusement|vivement|du coup|maintenant|désormais|depuis que",
    "en": r"luckily|fortunately|thank god|thank goodness|thankfully|now|so glad",
}
"""Words that open a clause and belong to it."""

BOTH = {
    "fr": re.compile(r"\b(?:les deux|tous les deux|aucun des deux|ni l'un ni l'autre|l'un comme l'autre)\b", re.I),
    "en": re.compile(r"\b(?:both|neither|either (?:of them|one)|the two of them)\b", re.I),
}
"""Words that stand for the two brands named last, together."""

_AND = {"fr": r"et|puis", "en": r"and|then"}
_LINKS = {
    "fr": "chez de du des d la le les l à a au aux un une et ou ni que qu pour avec en sur mon ma mes ton ta son sa "
    "ses leur leurs notre votre celui celle ceux celles entre",
    "en": "the a an of at or nor and to for with in on my your his her its their our both either neither by",
}
_SAYING_NOTHING = frozenset(word for words in _LINKS.values() for word in words.split())
"""Words that link names, and say nothing of them."""

_WORD = re.compile(r"\w+")
_NEAR = 80  # characters looked at before a name: an endless list is not read again at each comma
_PLACE = re.compile(r"\b(?:chez|sur|via|par|at|from|on|by)\s+$", re.IGNORECASE)
"""Words before a name that only says where something was bought."""

_EDGE = {
    language: re.compile(
        rf"\b(?P<strong>{CONTRASTS[language]})\b|(?P<opening>\b(?:{OPENINGS[language]}))\b|(?P<semicolon>;)"
        rf"|(?P<weak>[,:()|/–—]|\s-\s)|\b(?P<joined>{_AND[language]})\b".replace("'", "['’]"),
        re.IGNORECASE,
    )
    for language in CONTRASTS
}


def sentences(text: str) -> list[Span]:
    """Where the sentences are, with what ends them, in order; all of the text belongs to one."""
    ends = [match.end() for match in _SENTENCE.finditer(text) if not _is_abbreviation(text, match)]
    return [(start, end) for start, end in pairwise([0, *ends, len(text)]) if start < end]


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    at = end.start()
    return end["stop"] == "." and _ABBREVIATIONS.search(text, max(0, at - 4), at) is not None


def clauses(text: str, language: str | None, names: Sequence[Name]) -> list[Clause]:
    """The clauses in order. Nothing is left out between them but what separates them."""
    parts: list[Clause] = []
    starts = [name.start for name in names]
    for place, sentence in enumerate(sentences(text)):
        inside = names_within(names, starts, sentence)
        first = bisect_left(starts, sentence[0])
        before = names[first - 1] if first else None
        parts += [
            Clause(left, right, tuple(name for name in inside if left <= name.start < right), place)
            for left, right in _pieces(text, sentence, inside, before, _EDGE.get(language or ""))
            if text[left:right].strip()
        ]
    return parts


def _pieces(
    text: str, sentence: Span, names: Sequence[Name], before: Name | None, edge: re.Pattern[str] | None
) -> list[Span]:
    """A sentence cut where a contrast begins, and where it goes over to another brand. `before`: the name before it."""
    start, end = sentence
    if edge is None:
        return [sentence]
    starts, ends = [name.start for name in names], [name.end for name in names]
    edges = [match for match in edge.finditer(text, start, end) if not touches(match.span(), names, ends)]
    nexts = [later.start() for later in edges[1:]] + [end]
    pieces, at = [], start
    for match, until in zip(edges, nexts, strict=False):  # without edges there is one more end
        after = bisect_left(starts, match.end())
        last, following = names[after - 1] if after else before, names[after : after + 2]
        always = match.lastgroup in ("strong", "opening", "semicolon")
        if always or _changes_brand(text, at, match, until, last, following):
            pieces.append((at, match.start()))
            at = match.start() if match.lastgroup == "opening" else match.end()
    return [*pieces, (at, end)]


def _changes_brand(
    text: str, start: int, edge: re.Match[str], until: int, last: Name | None, names: Sequence[Name]
) -> bool:
    """Whether an edge leads from a brand of which something was said to another, and not just along a list of them.

    `last` is the name before it, `names` are the next two; `start` and `until` bound the clauses on its two sides.
    """
    following = names[0] if names and names[0].start < until else None
    if last is None or following is None or last.own == following.own:
        return False
    joins = edge.lastgroup == "joined"
    if _content(text, last.end, edge.start()) or _content(text, edge.end(), following.start) >= (2 if joins else 1):
        return True
    return not joins and (edge[0] == ":" or _says_more(text, start, last, following, until, names[1:]))


def _says_more(text: str, start: int, last: Name, following: Name, until: int, names: Sequence[Name]) -> bool:
    """Whether something is said before the last name, and something after the one that follows."""
    end = min([until, *(name.start for name in names)])
    return _content(text, max(start, last.start - _NEAR), last.start) >= 2 and _content(text, following.end, end) >= 1


def _content(text: str, start: int, end: int) -> int:
    """How many words say something between two places."""
    return sum(word.lower() not in _SAYING_NOTHING for word in _WORD.findall(text[start:end]))


def concerning(
    text: str, language: str | None, parts: Sequence[Clause], topics: Mapping[int, bool]
) -> list[frozenset[bool]]:
    """Whom each clause concerns: True stands for the brand asked about, False for another.

    `topics`: by sentence, the brand that a comparison in it is about. What comes before every name belongs to the
    first.
    """
    both = BOTH.get(language or "")
    named = frozenset[bool]()
    follows = next((brands_in(part.names) for part in parts if part.names), frozenset())
    whom: list[frozenset[bool]] = []
    for part in parts:
        here = brands_in(part.names)
        named |= here
        if both and len(named) == 2 and both.search(text, part.start, part.end):
            here = named
        whom.append(here or follows)
        follows = _goes_on(text, part, topics.get(part.sentence)) or whom[-1]
    return whom


def _goes_on(text: str, part: Clause, topic: bool | None) -> frozenset[bool]:
    """Whom a clause without a name would concern after this one; nobody new when this one names nobody."""
    if len(brands_in(part.names)) < 2:
        return brands_in(part.names)
    if topic is not None:
        return frozenset({topic})
    if any(left.own != right.own and not _content(text, left.end, right.start) for left, right in pairwise(part.names)):
        return frozenset({True, False})
    return frozenset({_subject(text, part).own})


def _subject(text: str, part: Clause) -> Name:
    """The last name that does not only say where something was bought; the last of all where every name does."""
    subjects = [name for name in part.names if not _PLACE.search(text, max(part.start, name.start - 12), name.start)]
    return (subjects or part.names)[-1]

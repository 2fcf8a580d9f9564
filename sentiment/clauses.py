"""A text cut into clauses, and whom each of them concerns: the brand asked about, another one, or both.

Sentences are cut in any language. In French and English they are cut again where a contrast begins («mais»,
"whereas"), and at a comma or an «et» that leads from one brand to another. A clause that names nobody follows the brand
named last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """Where a brand is named, in characters, and whether it is the brand asked about."""

    start: int
    end: int
    own: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text, the names in it, and the place of its sentence among the sentences."""

    start: int
    end: int
    names: tuple[Name, ...]
    sentence: int


EMOJI = r"[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_SENTENCE = re.compile(
    rf"(?<!\b\w)(?<!\bvs)(?<!\bmr)(?<!\bdr)[.!?…]+[\"'»”)\]]*(?=\s|$|{EMOJI})|(?:{EMOJI}\s*)+|[。！？]+|\n+",
    re.IGNORECASE,
)

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
ORDINALS = {
    "fr": (r"\b(?:le premier|la première|la premiere)\b", r"\b(?:le second|la seconde|le deuxième|la deuxième)\b"),
    "en": (r"\b(?:the former|the first(?: one)?)\b", r"\b(?:the latter|the second(?: one)?)\b"),
}
"""What stands for the brand named first and second, when both are said."""

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


def told_apart(length: int, own: Sequence[Span], others: Sequence[Span]) -> list[Name]:
    """The names in order, none overlapping. Spans are clipped to the text.

    Where names of both sides overlap, the longer one is meant («Acme Mobile» is not Acme); equal ones tell nothing.
    """
    mine, theirs = _merged(length, own), _merged(length, others)
    kept = [Name(*span, own=True) for span in _longest(mine, theirs)]
    kept += [Name(*span, own=False) for span in _longest(theirs, mine)]
    return sorted(kept, key=lambda name: name.start)


def _merged(length: int, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in spans):
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _longest(spans: Sequence[Span], rivals: Sequence[Span]) -> Iterator[Span]:
    """The spans that no rival of their length or longer overlaps; both lists sorted, without overlaps inside."""
    starts = [start for start, _ in rivals]
    for start, end in spans:
        first = max(0, bisect_left(starts, start) - 1)
        last = bisect_left(starts, end)
        if all(right <= start or right - left < end - start for left, right in rivals[first:last]):
            yield start, end


def sentences(text: str) -> list[Span]:
    """Where the sentences are, with what ends them, in order; all of the text belongs to one."""
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    return [(start, end) for start, end in pairwise([0, *ends, len(text)]) if start < end]


def with_ordinals(text: str, language: str, names: Sequence[Name]) -> list[Name]:
    """The names, and «le premier», «le second» as names too, where both are said after two brands."""
    first = names[0]
    second = next(name for name in names if name.own != first.own)
    forms = [re.compile(form, re.IGNORECASE) for form in ORDINALS[language]]
    found = [form.search(text, second.end) for form in forms]
    told = [Name(*one.span(), own=name.own) for name, one in zip((first, second), found, strict=True) if one]
    if len(told) < 2 or any(_touches((one.start, one.end), names) for one in told):
        return list(names)
    return sorted([*names, *told], key=lambda name: name.start)


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
    edges = [one for one in edge.finditer(text, start, end) if not _touches(one.span(), names)]
    nexts = [one.start() for one in edges[1:]] + [end]
    pieces, at = [], start
    for one, until in zip(edges, nexts, strict=False):  # without edges there is one more end
        if one.lastgroup in ("strong", "turn", "semicolon") or _turns(text, at, one, until, names, before):
            pieces.append((at, one.start()))
            at = one.start() if one.lastgroup == "turn" else one.end()
    return [*pieces, (at, end)]


def _touches(span: Span, names: Sequence[Name]) -> bool:
    at = bisect_left([name.end for name in names], span[0] + 1)
    return at < len(names) and names[at].start < span[1]


def _turns(text: str, start: int, edge: re.Match[str], until: int, names: Sequence[Name], before: Name | None) -> bool:
    """Whether an edge leads from a brand of which something was said to another, and not just along a list of them."""
    at = bisect_left([name.start for name in names], edge.end())
    last = names[at - 1] if at else before
    following = names[at] if at < len(names) and names[at].start < until else None
    if last is None or following is None or last.own == following.own:
        return False
    said, to_come = _content(text, last.end, edge.start()), _content(text, edge.end(), following.start)
    if said >= 1 or to_come >= (2 if edge.lastgroup == "joined" else 1):
        return True
    if edge.lastgroup == "joined":
        return False
    more = min([until, *(name.start for name in names[at + 1 : at + 2])])
    return edge[0] == ":" or (_content(text, start, last.start) >= 2 and _content(text, following.end, more) >= 1)


def _content(text: str, start: int, end: int) -> int:
    """How many words say something between two places."""
    return sum(word.lower() not in _LINKS for word in _WORD.findall(text[start:end]))


def concerning(
    text: str, language: str | None, parts: Sequence[Clause], topics: Mapping[int, bool]
) -> list[frozenset[bool]]:
    """Whom each clause concerns: True stands for the brand asked about, False for another.

    `topics`: by sentence, the brand that a comparison in it is about. What comes before every name belongs to the first.
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

"""Who wins where a sentence sets the brand asked about against another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from ground.accents import without_accents

from .comparatives import FAULTS, TURNS_OF, Outcome, Turn
from .named import OTHER, OWN, Name, Span, brands_in

_NAME = f"[{OWN}{OTHER}]"
_TOKENS = {
    "X": f"(?P<x>{_NAME})",
    "Y": f"(?!(?P=x))(?P<y>{_NAME})",
    "W": f"(?P<w>{_NAME})",
    "_": f"[^{OWN}{OTHER}]{{0,40}}?",
    "«": "(?P<cue>",
    "»": ")",
}
LONGEST = 600
"""Characters of a sentence in which a comparison is looked for: longer ones are lists, or no sentences."""

_REVERSED: dict[Outcome, Outcome] = {"x": "y", "y": "x", "lose": "none"}
_SIGNS = str.maketrans("’‘´`\t\n\r\f\v", "''''     ")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison says of the brand asked about.

    `lean`: 1 wins, −1 loses, 0 undecided; `foil`: whether this brand (True) or the other (False) is the opposite of
    what the rest of the stretch `within` says, None when neither is; `cue`: the words that decided, `phrase`: these and
    the name of the foil; `topic`: whether this brand is the subject after the comparison.
    """

    lean: int
    foil: bool | None
    cue: Span
    phrase: Span
    topic: bool
    within: Span


def comparison_in(text: str, within: Span, language: str | None, names: Sequence[Name]) -> Comparison | None:
    """The comparison in a stretch that holds these names; None when nothing in it compares."""
    start, end = within
    if end - start > LONGEST or text[start:end].rstrip().endswith("?") or len(brands_in(names)) < 2:
        return None
    skeleton = _skeleton(text, within, names)
    for turn, pattern in _patterns(language or ""):
        if match := pattern.search(skeleton.signs):
            outcome = turn.outcome
            if match.groupdict().get("adj") in FAULTS:
                outcome = _REVERSED.get(outcome, outcome)
            return None if outcome == "none" else _comparison(match, turn, outcome, skeleton, within)
    return None


def _comparison(match: re.Match[str], turn: Turn, outcome: Outcome, skeleton: _Skeleton, within: Span) -> Comparison:
    x_is_own = match["x"] == OWN
    foil = {"foil x": x_is_own, "foil y": not x_is_own}.get(outcome)
    wins = {"x": x_is_own, "y": not x_is_own, "w": outcome == "w" and match["w"] == OWN, "lose": False}.get(outcome)
    lean = 0 if wins is None else 1 if wins else -1
    cue = (skeleton.places[match.start("cue")], skeleton.end(match.end("cue")))
    phrase = (cue[0], skeleton.end(match.end("x") if outcome == "foil x" else match.end()))
    return Comparison(lean, foil, cue, phrase, x_is_own if turn.then == "x" else not x_is_own, within)


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """A stretch folded, each name one sign; where each of its characters begins in the text; where its names end."""

    signs: str
    places: list[int]
    names: dict[int, int]

    def end(self, at: int) -> int:
        """Where in the text the character before this one ends."""
        return self.names.get(at - 1, self.places[at])


def _skeleton(text: str, within: Span, names: Sequence[Name]) -> _Skeleton:
    signs: list[str] = []
    places: list[int] = []
    ends: dict[int, int] = {}
    at = within[0]
    for name in names:
        _add_folded(text, at, name.start, signs, places)
        ends[len(places)] = name.end
        signs.append(OWN if name.own else OTHER)
        places.append(name.start)
        at = name.end
    _add_folded(text, at, within[1], signs, places)
    return _Skeleton("".join(signs), [*places, within[1]], ends)


def _add_folded(text: str, start: int, end: int, signs: list[str], places: list[int]) -> None:
    """Adds a stretch without names, folded, to the signs and places of a skeleton."""
    piece = text[start:end]
    if piece.isascii():
        signs.append(piece.lower().translate(_SIGNS))
        places += range(start, start + len(piece))
        return
    for place, char in enumerate(piece, start):
        folded = _fold(char)
        signs.append(folded)
        places += [place] * len(folded)


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """A character in lower case without its accent; nothing for a lone accent and the signs that stand for names."""
    if char in (OWN, OTHER):
        return ""
    if char.isspace():
        return " "
    return without_accents(char.translate(_SIGNS)).lower()


@cache
def _patterns(language: str) -> list[tuple[Turn, re.Pattern[str]]]:
    return [(each, re.compile(_expand(each.pattern))) for each in TURNS_OF.get(language, ())]


def _expand(pattern: str) -> str:
    return "".join(_TOKENS.get(sign, sign) for sign in pattern)

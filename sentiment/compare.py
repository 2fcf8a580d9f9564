"""Who wins when a sentence sets the brand asked about against another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count
from unicodedata import combining, normalize

from .clauses import Name, Span
from .comparatives import FAULTS, TURNS_OF, Outcome, Turn

OWN, OTHER = "\ue000", "\ue001"
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
"""Characters of a sentence that is compared: longer ones are lists or no sentences."""

_TURNED: dict[Outcome, Outcome] = {"x": "y", "y": "x", "lose": "none"}
_APOSTROPHES = str.maketrans("’‘´`", "''''")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison says of the brand asked about.

    `lean`: 1 wins, −1 loses, 0 undecided; `foil`: whether it (True) or the other (False) is the opposite of what the
    rest of the stretch `within` says, None when nobody is; `cue`: the words that decided, `phrase`: they and the foil;
    `topic`: whether the comparison leaves it as the subject.
    """

    lean: int
    foil: bool | None
    cue: Span
    phrase: Span
    topic: bool
    within: Span


def verdict(text: str, within: Span, language: str | None, names: Sequence[Name]) -> Verdict | None:
    """The verdict of a stretch that holds these names, all within it; None when nothing in it compares."""
    start, end = within
    if end - start > LONGEST or text[start:end].rstrip().endswith("?") or len({name.own for name in names}) < 2:
        return None
    skeleton, places = _skeleton(text, within, names)
    for turn, pattern in _patterns(language or ""):
        if found := pattern.search(skeleton):
            outcome = turn.outcome
            adjective = found.groupdict().get("adj")
            if adjective in FAULTS:
                outcome = _TURNED.get(outcome, outcome)
            return None if outcome == "none" else _read(found, turn, outcome, places, within)
    return None


def _read(found: re.Match[str], turn: Turn, outcome: Outcome, places: Sequence[int], within: Span) -> Verdict:
    subject = found["x"] == OWN
    foil = {"foil x": subject, "foil y": not subject}.get(outcome)
    winner = {"x": subject, "y": not subject, "w": outcome == "w" and found["w"] == OWN}.get(outcome)
    lean = -1 if outcome == "lose" else 0 if winner is None else 1 if winner else -1
    cue = (places[found.start("cue")], places[found.end("cue")])
    last = found.end("x") if outcome == "foil x" else found.end()
    phrase = (places[found.start("cue")], places[last])
    return Verdict(lean, foil, cue, phrase, subject if turn.then == "x" else not subject, within)


def _skeleton(text: str, sentence: Span, names: Sequence[Name]) -> tuple[str, list[int]]:
    """The sentence folded, each name one sign, and where each of its characters (and its end) stands in the text."""
    signs: list[str] = []
    places: list[int] = []
    at = sentence[0]
    for name in [*names, None]:
        for place, char in zip(count(at), text[at : name.start if name else sentence[1]], strict=False):
            folded = _folded(char)
            signs += folded
            places += [place] * len(folded)
        if name:
            signs.append(OWN if name.own else OTHER)
            places.append(name.start)
            at = name.end
    # a place after a name is where the name ends, so that what is cut out holds it whole
    ends = {name.start: name.end for name in names}
    tight = [
        ends.get(places[i - 1], places[i]) if i and signs[i - 1] in (OWN, OTHER) else places[i]
        for i in range(len(places))
    ]
    return "".join(signs), [*tight, at if names and at == sentence[1] else sentence[1]]


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """A character in lower case without its accent; a lone accent, and the signs that stand for names, are nothing."""
    if char in (OWN, OTHER):
        return ""
    if char.isspace():
        return " "
    plain = normalize("NFKD", char.translate(_APOSTROPHES)).lower()
    return "".join(sign for sign in plain if not combining(sign))


@cache
def _patterns(language: str) -> list[tuple[Turn, re.Pattern[str]]]:
    return [(turn, re.compile(_expanded(turn.pattern))) for turn in TURNS_OF.get(language, ())]


def _expanded(pattern: str) -> str:
    return "".join(_TOKENS.get(sign, sign) for sign in pattern)

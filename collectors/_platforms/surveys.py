"""What the survey tools share: which question holds the score from 0 to 10, and which one the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import Field

from collectors._kit.fields import Line, Params
from collectors.base import Answer, Broken

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_COMMENTS = re.compile(r"comment|verbatim|why|pourquoi|raison|reason|feedback|avis|remarque", re.IGNORECASE)
SHOWN = 10
"""The most questions that a sentence names."""


class SurveyParams(Params):
    """Which questions to read."""

    score_question: Line = Field(
        "",
        title="Question with the score",
        description="Its reference, id or code, as the survey tool shows it. Needed when its type does not tell it "
        "apart: only a question from 0 to 10 is an NPS question.",
        examples=["nps"],
    )
    comment_question: Line = Field(
        "",
        title="Question with the comment",
        description="Its reference, id or code. If you leave this empty, Vigie takes the only question answered "
        "in free text.",
        examples=["comment"],
    )
    channel: Line = Field(
        "", title="Channel", description="Where you asked people: Vigie keeps it with each answer.", examples=["e-mail"]
    )


class NoScore(ValueError):
    """An answer holds no score. The text says why, for whoever set up the survey."""


def score_of(value: object) -> int:
    """The score, from a number or a text («9», «9.0», «9,0»). Raises NoScore unless it is whole and from 0 to 10."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoScore("the score is not a number from 0 to 10")
    if not 0 <= value <= 10 or value != int(value):  # the bounds come first: infinity has no int()
        raise NoScore(f"the score {str(value).removesuffix('.0')[:20]} is not a whole number from 0 to 10")
    return int(value)


def is_score(value: object) -> bool:
    """Whether a value can be a score."""
    try:
        score_of(value)
    except NoScore:
        return False
    return True


def find_name(names: Iterable[str], name: str) -> str | None:
    """The name among `names` that equals `name`, ignoring case; None when there is none."""
    folded = {candidate.casefold(): candidate for candidate in names}
    return folded.get(name.casefold())


def score_name(values: Mapping[str, object], setting: str) -> str:
    """The name of the question that holds the score: the one in the `setting`, else the only one with NPS in its name.

    Raises NoScore, naming the candidates, because nothing else tells a score from a number of stars.
    """
    if setting:
        name = find_name(values, setting)
        if name is None:
            raise NoScore(f"there is no question {setting!r} among the answers: {_join(values)}")
        return name
    candidates = [name for name in values if "nps" in name.casefold()]
    if len(candidates) == 1:
        return candidates[0]
    numbers = [name for name, value in values.items() if is_score(value)]
    raise NoScore(
        "write in the settings of this source which question is the score; answered with a number: " + _join(numbers)
    )


def comment_in(values: Mapping[str, object], setting: str) -> str:
    """The comment: the answer to the question in the `setting`, else to the only one named like a comment, else the
    only long text; empty when there is none of these. A text is long when it has several words.
    """
    if setting:
        return _text(values.get(find_name(values, setting) or ""))
    texts = {name: _text(value) for name, value in values.items() if " " in _text(value)}
    comments = [text for name, text in texts.items() if _COMMENTS.search(name)] or list(texts.values())
    return comments[0] if len(comments) == 1 else ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _join(names: Iterable[str]) -> str:
    return ", ".join([*names][:SHOWN])[:300] or "none"


Outcome = tuple[tuple[Answer, ...], tuple[Broken, ...]]
"""The answers, and those that could not be read."""

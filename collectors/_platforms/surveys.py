"""What the survey tools share: which question is the score from 0 to 10, which one the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import Field

from collectors._kit.fields import Line, Params
from collectors.base import Answer

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_COMMENTS = re.compile(r"comment|verbatim|why|pourquoi|raison|reason|feedback|avis|remarque", re.IGNORECASE)
SHOWN = 10
"""How many questions a sentence names at most."""


class SurveyParams(Params):
    """Which questions count."""

    score_question: Line = Field(
        "",
        title="Question with the score",
        description="Its reference, id or code, as the survey tool shows it. Needed where it is not told apart by its "
        "kind: only a question from 0 to 10 is an NPS question.",
        examples=["nps"],
    )
    comment_question: Line = Field(
        "",
        title="Question with the comment",
        description="Its reference, id or code. Left empty, the one question with a free text is taken.",
        examples=["comment"],
    )
    channel: Line = Field(
        "", title="Channel", description="Where people were asked: it is kept with each answer.", examples=["e-mail"]
    )


class NoScore(ValueError):
    """There is no score to be kept. The text says why, for who set the survey up."""


def score_of(value: object) -> int:
    """The score, also as text («9», «9.0», «9,0»). Raises NoScore for anything but a whole number from 0 to 10."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoScore("the score is not a number from 0 to 10")
    if not 0 <= value <= 10 or value != int(value):  # the bounds first: there are numbers beyond all of them
        raise NoScore(f"the score {str(value).removesuffix('.0')[:20]} is not a whole number from 0 to 10")
    return int(value)


def is_score(value: object) -> bool:
    """Whether this may be a score at all."""
    try:
        score_of(value)
    except NoScore:
        return False
    return True


def named(names: Iterable[str], wanted: str) -> str | None:
    """The name as it is written there, whatever its capitals; None when it is not there."""
    known = {name.casefold(): name for name in names}
    return known.get(wanted.casefold())


def score_name(values: Mapping[str, object], wanted: str) -> str:
    """Which of the answers, by the name of their question, is the score: the one wanted, else the one called NPS.

    Raises NoScore, naming those that could be it: nothing else in the answers tells a score from a number of stars.
    """
    if wanted:
        found = named(values, wanted)
        if found is None:
            raise NoScore(f"there is no question {wanted!r} among the answers: {_listed(values)}")
        return found
    called = [name for name in values if "nps" in name.casefold()]
    if len(called) == 1:
        return called[0]
    numbers = [name for name, value in values.items() if is_score(value)]
    raise NoScore(
        "write in the settings of this source which question is the score; answered with a number: " + _listed(numbers)
    )


def comment_in(values: Mapping[str, object], wanted: str) -> str:
    """The comment: of the question wanted, else of the one that is called so, else the only text of several words."""
    if wanted:
        return _text(values.get(named(values, wanted) or ""))
    texts = {name: _text(value) for name, value in values.items() if " " in _text(value)}
    called = [text for name, text in texts.items() if _COMMENTS.search(name)]
    found = called or list(texts.values())
    return found[0] if len(found) == 1 else ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join([*names][:SHOWN])[:300] or "none"


Outcome = tuple[tuple[Answer, ...], tuple[tuple[str, str], ...]]
"""The answers, and what could not be read as (id, reason)."""

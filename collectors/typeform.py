"""Answers to a Typeform survey, sent by its webhook: the score from 0 to 10 and the comment."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr

from ._kit.answers import Part, Text
from ._kit.inbound import event_of, pages
from ._kit.signatures import check_typeform
from ._kit.texts import texts_of
from ._kit.times import moment
from ._platforms.surveys import NoScore, Outcome, SurveyParams, score_of
from .base import Answer, Broken, Collector, Inbound, Received

SCALES = ("nps", "opinion_scale")
POINTS = 11
"""From 0 to 10: a scale of any other number of points is no NPS question."""


class Typeform(SurveyParams):
    """A survey of Typeform."""

    secret: SecretStr | None = Field(
        None,
        title="Secret",
        description="The one written in the webhook at Typeform. Without one, whoever knows the address may send.",
    )


class Question(Part):
    """A question, as an answer refers to it and as the form defines it."""

    id: Text = ""
    ref: Text = ""
    type: Text = ""
    properties: dict[str, Any] = Field(default_factory=dict)

    def is_called(self, name: str) -> bool:
        return name.casefold() in (self.id.casefold(), self.ref.casefold())


class Choice(Part):
    """The choice that was made."""

    label: Text = ""


class TypeformAnswer(Part):
    """One answer."""

    field: Question
    number: float | None = None
    text: str | None = None
    choice: Choice | None = None

    @property
    def value(self) -> object:
        if self.number is not None:
            return self.number
        return self.text if self.text is not None else self.choice.label if self.choice else None


class Definition(Part):
    """The questions of the form."""

    fields: tuple[Question, ...] = ()


class Response(Part):
    """All answers of one person."""

    token: str = Field(min_length=1)
    submitted_at: Any = None
    definition: Definition = Definition()
    answers: tuple[TypeformAnswer, ...] = ()


class Event(Part):
    """What Typeform sends."""

    event_id: Text = ""
    event_type: Text = ""
    form_response: Response | None = None


def receive(params: Typeform, request: Inbound) -> Received:
    """The answer of a finished survey. Raises Unsigned, SourceError."""
    if request.method != "POST":
        return Received()
    if params.secret:
        check_typeform(params.secret.get_secret_value(), request.headers, request.body)
    event = event_of(Event, request, "Typeform")
    if event.event_type != "form_response" or event.form_response is None:
        return Received()
    answers, broken = _read(event.form_response, params, request)
    return Received(answers=answers, broken=broken, delivery=event.event_id)


def _read(response: Response, params: Typeform, request: Inbound) -> Outcome:
    try:
        score_answer = _score_answer(response, params.score_question)
        if score_answer is None:
            return (), ()
        answer = Answer(
            external_id=response.token,
            score=score_of(score_answer.value),
            answered_at=moment(response.submitted_at) or request.now,
            comment=_comment(response, params.comment_question),
            channel=params.channel,
        )
    except NoScore as error:
        return (), (Broken(response.token, str(error)),)
    return (answer,), ()


def _score_answer(response: Response, name: str) -> TypeformAnswer | None:
    """The answer that is the score; None when its question was passed over. Raises NoScore."""
    question = _score_question(response, name)
    return next((answer for answer in response.answers if answer.field.id == question.id), None)


def _score_question(response: Response, name: str) -> Question:
    """The question that asks for the score: the one called `name`, else the only one from 0 to 10. Raises NoScore."""
    defined = {question.id: question for question in response.definition.fields}
    questions = _questions_called(response, defined, name) if name else _scales(response, defined)
    if not questions:
        raise NoScore(f"there is no question {name!r}" if name else "no question of this form goes from 0 to 10")
    if len(questions) > 1:
        refs = ", ".join(question.ref or question.id for question in questions)[:300]
        raise NoScore(f"several questions may be the score: write one of {refs} in the settings of this source")
    if not _has_eleven_points(questions[0]):
        raise NoScore("the question does not go from 0 to 10: its answers are not an NPS")
    return questions[0]


def _questions_called(response: Response, defined: dict[str, Question], name: str) -> list[Question]:
    """The questions of this name that the form defines; else those among the answers."""
    questions = [question for question in defined.values() if question.is_called(name)]
    return questions or [answer.field for answer in response.answers if answer.field.is_called(name)]


def _scales(response: Response, defined: dict[str, Question]) -> list[Question]:
    """The questions on a scale from 0 to 10: those of the kind NPS, else the others."""
    questions = [*defined.values()] or [answer.field for answer in response.answers]
    for kind in SCALES:
        if scales := [question for question in questions if question.type == kind and _has_eleven_points(question)]:
            return scales
    return []


def _has_eleven_points(question: Question) -> bool:
    """Whether a question goes from 0 to 10. Where the form does not give the number of points, we assume so."""
    steps = question.properties.get("steps")
    if question.type == "rating" or question.properties.get("start_at_one") is True:
        return False
    return steps is None or str(steps) == str(POINTS)


def _comment(response: Response, name: str) -> str:
    """The answer to the question called `name`, else the first long text, else the only short one; "" without any."""
    texts = [answer for answer in response.answers if answer.text is not None]
    if name:
        return next((answer.text or "" for answer in texts if answer.field.is_called(name)), "")
    long = [answer for answer in texts if answer.field.type == "long_text"]
    comments = long or [answer for answer in texts if answer.field.type == "short_text"]
    return (comments[0].text or "") if len(comments) == 1 or long else ""


collector = Collector(
    kind="typeform",
    **texts_of(__name__),
    params=Typeform,
    pages=pages,
    receive=receive,
    platform="typeform",
    group="surveys",
    brings="answers",
    auth="none",
    polled=False,
)

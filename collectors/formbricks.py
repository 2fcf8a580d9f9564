"""Answers to a Formbricks survey, sent by its webhook: the score from 0 to 10 and the comment."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr

from ._kit.answers import Part, Text
from ._kit.inbound import event_of, pages
from ._kit.signatures import check_standard
from ._kit.texts import texts_of
from ._kit.times import moment
from ._platforms.surveys import NoScore, Outcome, SurveyParams, comment_in, find_name, score_name, score_of
from .base import Answer, Collector, Inbound, Received

EVENTS = ("responseCreated", "responseUpdated", "responseFinished")


class Formbricks(SurveyParams):
    """A survey of Formbricks."""

    secret: SecretStr | None = Field(
        None,
        title="Signing secret",
        description="Formbricks shows it once, when the webhook is made: it begins with whsec_. Without it, whoever "
        "knows the address may send.",
    )


class Response(Part):
    """All answers of one person, by the id of their question."""

    id: str = Field(min_length=1)
    createdAt: Any = None  # noqa: N815  # as Formbricks writes it
    updatedAt: Any = None  # noqa: N815
    finished: bool = False
    data: dict[str, Any]


class Event(Part):
    """What Formbricks sends; a test holds no answers."""

    event: Text = ""
    data: Any = None


class Finished(Part):
    """An event that holds answers."""

    data: Response


def receive(params: Formbricks, asked: Inbound) -> Received:
    """One answer. Until the survey is finished, only when it holds the score. Raises Unsigned, SourceError."""
    if asked.method != "POST":
        return Received()
    delivery = _proved(params, asked)
    event = event_of(Event, asked, "Formbricks")
    if event.event not in EVENTS:
        return Received(delivery=delivery)
    response = event_of(Finished, asked, "Formbricks").data
    if not (event.event == "responseFinished" or response.finished or _scored(response, params)):
        return Received(delivery=delivery)
    answers, broken = _read(response, params, asked)
    return Received(answers=answers, broken=broken, delivery=delivery)


def _proved(params: Formbricks, asked: Inbound) -> str:
    if params.secret:
        return check_standard(params.secret.get_secret_value(), asked.headers, asked.body, asked.now)
    return asked.headers.get("webhook-id", "")[:255]


def _scored(response: Response, params: Formbricks) -> bool:
    try:
        return response.data[score_name(response.data, params.score_question)] not in ("", None)
    except NoScore:
        return False


def _read(response: Response, params: Formbricks, asked: Inbound) -> Outcome:
    try:
        question = score_name(response.data, params.score_question)
        if response.data[question] in ("", None):
            return (), ()  # passed over
        answer = Answer(
            external_id=response.id,
            score=score_of(response.data[question]),
            answered_at=moment(response.updatedAt) or moment(response.createdAt) or asked.now,
            comment=comment_in(_others(response, question), params.comment_question),
            channel=params.channel,
        )
    except NoScore as error:
        return (), ((response.id, str(error)),)
    return (answer,), ()


def _others(response: Response, question: str) -> dict[str, object]:
    return {name: value for name, value in response.data.items() if name != find_name(response.data, question)}


collector = Collector(
    kind="formbricks",
    **texts_of(__name__),
    params=Formbricks,
    pages=pages,
    receive=receive,
    platform="formbricks",
    group="surveys",
    brings="answers",
    auth="none",
    polled=False,
)

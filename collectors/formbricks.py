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
from .base import Answer, Broken, Collector, Inbound, Received

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
    """What Formbricks sends. A test event holds no answers."""

    event: Text = ""
    data: Any = None


class ResponseEvent(Part):
    """An event that holds answers."""

    data: Response


def receive(params: Formbricks, request: Inbound) -> Received:
    """One answer; of a survey that is not finished, only once it holds the score. Raises Unsigned, SourceError."""
    if request.method != "POST":
        return Received()
    delivery = _check_signature(params, request)
    event = event_of(Event, request, "Formbricks")
    if event.event not in EVENTS:
        return Received(delivery=delivery)
    response = event_of(ResponseEvent, request, "Formbricks").data
    if not (event.event == "responseFinished" or response.finished or _holds_score(response, params)):
        return Received(delivery=delivery)
    answers, broken = _read(response, params, request)
    return Received(answers=answers, broken=broken, delivery=delivery)


def _check_signature(params: Formbricks, request: Inbound) -> str:
    """The id of the delivery; checks its signature where there is a secret. Raises Unsigned."""
    if params.secret:
        return check_standard(params.secret.get_secret_value(), request.headers, request.body, request.now)
    return request.headers.get("webhook-id", "")[:255]


def _holds_score(response: Response, params: Formbricks) -> bool:
    try:
        return response.data[score_name(response.data, params.score_question)] not in ("", None)
    except NoScore:
        return False


def _read(response: Response, params: Formbricks, request: Inbound) -> Outcome:
    try:
        question = score_name(response.data, params.score_question)
        if response.data[question] in ("", None):
            return (), ()  # the question was skipped
        answer = Answer(
            external_id=response.id,
            score=score_of(response.data[question]),
            answered_at=moment(response.updatedAt) or moment(response.createdAt) or request.now,
            comment=comment_in(_others(response, question), params.comment_question),
            channel=params.channel,
        )
    except NoScore as error:
        return (), (Broken(response.id, str(error)),)
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

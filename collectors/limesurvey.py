"""Answers to a LimeSurvey survey, sent by a webhook plugin: the score from 0 to 10 and the comment."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError

from ._kit.answers import Part, Text, changed_shape
from ._kit.inbound import event_of, pages
from ._kit.texts import texts_of
from ._kit.times import moment
from ._platforms.surveys import NoScore, Outcome, SurveyParams, comment_in, score_name, score_of
from .base import Answer, Broken, Collector, Inbound, Received, SourceError, Unsigned

NONE = "1980-01-01 00:00:00"
"""The date that LimeSurvey writes where a survey keeps none."""
OWN = frozenset(
    [
        "id",
        "submitdate",
        "lastpage",
        "startlanguage",
        "seed",
        "token",
        "startdate",
        "datestamp",
        "ipaddr",
        "refurl",
        "quota_exit",
    ]
)
"""Columns of an answer that hold no question."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("this is not an IANA time zone: write it like Europe/Paris")
    return name


class LimeSurvey(SurveyParams):
    """A survey of LimeSurvey."""

    token: SecretStr | None = Field(
        None,
        title="Authentication token",
        description="The one written in the plugin. Without one, whoever knows the address may send.",
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC",
        title="Time zone of LimeSurvey",
        description="LimeSurvey writes its dates without one.",
        examples=["Europe/Paris"],
        max_length=64,
    )


class Event(Part):
    """What the plugin sends."""

    api_token: Text = ""
    survey: Text = ""
    respondId: Text = ""  # noqa: N815  # as the plugin writes it
    submitDate: Text = ""  # noqa: N815
    token: Text = ""
    response: Any = None


def receive(params: LimeSurvey, request: Inbound) -> Received:
    """One answer. Raises Unsigned, SourceError."""
    if request.method != "POST":
        return Received()
    event = _event(request)
    expected = params.token.get_secret_value() if params.token else ""
    if expected and not hmac.compare_digest(event.api_token.encode("utf-8", "replace"), expected.encode()):
        raise Unsigned("api_token does not fit: write the same token into the plugin and into this source")
    if not isinstance(event.response, dict) or not event.respondId:
        raise SourceError(
            "this plugin announces answers without sending them: use one that sends them, such as LimeSurveyWebhook"
        )
    answers, broken = _read(event, event.response, params, request)
    return Received(answers=answers, broken=broken)


def _event(request: Inbound) -> Event:
    """The body: JSON, or the fields of a form as older plugins send them."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return event_of(Event, request, "LimeSurvey")
    try:
        return Event.model_validate(_fields_of(request.body))
    except ValidationError as error:
        raise changed_shape(error, "LimeSurvey") from None


def _fields_of(body: bytes) -> dict[str, Any]:
    """The fields of a form. `response[Q1]=9` sets Q1 of `response`; names nested deeper hold no answers."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=5_000)
    except ValueError:
        raise SourceError("the form that was sent has too many fields") from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if parts := re.fullmatch(r"response\[(.+?)\]", name):
            fields.setdefault("response", {})[parts[1]] = value
        elif "[" not in name and name != "response":
            fields[name] = value
    return fields


def _read(event: Event, response: dict[str, Any], params: LimeSurvey, request: Inbound) -> Outcome:
    external_id = f"{event.survey}-{event.respondId}"
    values = {name: value for name, value in response.items() if name not in OWN}
    try:
        question = score_name(values, params.score_question)
        if values[question] in ("", None):
            return (), ()  # the question was skipped
        others = {name: value for name, value in values.items() if name != question}
        answer = Answer(
            external_id=external_id,
            score=score_of(values[question]),
            answered_at=_at(event, response, params.timezone) or request.now,
            comment=comment_in(others, params.comment_question),
            channel=params.channel,
            respondent=event.token,
        )
    except NoScore as error:
        return (), (Broken(external_id, str(error)),)
    return (answer,), ()


def _at(event: Event, response: dict[str, Any], zone: str) -> datetime | None:
    """When it was answered. LimeSurvey writes dates in the time zone of its server, `zone`."""
    text = event.submitDate or str(response.get("submitdate") or "")
    at = moment(text) if text != NONE else None
    if at is None or re.search(r"(?:Z|[+-]\d\d:?\d\d)$", text.strip()):
        return at
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


collector = Collector(
    kind="limesurvey",
    **texts_of(__name__),
    params=LimeSurvey,
    pages=pages,
    receive=receive,
    platform="limesurvey",
    group="surveys",
    brings="answers",
    auth="none",
    polled=False,
)

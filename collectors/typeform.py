"""Answers to a Typeform survey, sent by its webhook: the score from 0 to 10 and the comment."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr

from ._kit.answers import Part, Text
from ._kit.inbound import event_of, pages
from ._kit.signatures import check_typeform
from ._kit.times import moment
from ._platforms.surveys import NoScore, Outcome, SurveyParams, score_of
from .base import Answer, Collector, Inbound, Received

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

    def named(self, wanted: str) -> bool:
        return wanted.casefold() in (self.id.casefold(), self.ref.casefold())


class Choice(Part):
    """What was chosen of several."""

    label: Text = ""


class Given(Part):
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
    answers: tuple[Given, ...] = ()


class Event(Part):
    """What Typeform sends."""

    event_id: Text = ""
    event_type: Text = ""
    form_response: Response | None = None


def receive(params: Typeform, asked: Inbound) -> Received:
    """One answer, when it is a finished one. Raises Unsigned, SourceError."""
    if asked.method != "POST":
        return Received()
    if params.secret:
        check_typeform(params.secret.get_secret_value(), asked.headers, asked.body)
    event = event_of(Event, asked, "Typeform")
    if event.event_type != "form_response" or event.form_response is None:
        return Received()
    answers, broken = _read(event.form_response, params, asked)
    return Received(answers=answers, broken=broken, delivery=event.event_id)


def _read(response: Response, params: Typeform, asked: Inbound) -> Outcome:
    try:
        given = _scored(response, params.score_question)
        if given is None:
            return (), ()
        answer = Answer(
            external_id=response.token,
            score=score_of(given.value),
            answered_at=moment(response.submitted_at) or asked.now,
            comment=_comment(response, params.comment_question),
            channel=params.channel,
        )
    except NoScore as error:
        return (), ((response.token, str(error)),)
    return (answer,), ()


def _scored(response: Response, wanted: str) -> Given | None:
    """The answer that is the score; None when its question was passed over. Raises NoScore."""
    defined = {question.id: question for question in response.definition.fields}
    asked_for = [one for one in defined.values() if one.named(wanted)] if wanted else _scales(response, defined)
    if not asked_for and wanted:
        asked_for = [one.field for one in response.answers if one.field.named(wanted)]
    if not asked_for:
        raise NoScore(f"there is no question {wanted!r}" if wanted else "no question of this form goes from 0 to 10")
    if len(asked_for) > 1:
        refs = ", ".join(one.ref or one.id for one in asked_for)[:300]
        raise NoScore(f"several questions may be the score: write one of {refs} in the settings of this source")
    if not _eleven(asked_for[0]):
        raise NoScore("the question does not go from 0 to 10: its answers are no NPS")
    return next((one for one in response.answers if one.field.id == asked_for[0].id), None)


def _scales(response: Response, defined: dict[str, Question]) -> list[Question]:
    """The questions on a scale from 0 to 10; one of the kind NPS goes before the others."""
    known = [*defined.values()] or [one.field for one in response.answers]
    for kind in SCALES:
        if found := [one for one in known if one.type == kind and _eleven(one)]:
            return found
    return []


def _eleven(question: Question) -> bool:
    """Whether a question goes from 0 to 10, as far as the form tells: a scale whose points it does not tell does."""
    steps = question.properties.get("steps")
    if question.type == "rating" or question.properties.get("start_at_one") is True:
        return False
    return steps is None or str(steps) == str(POINTS)


def _comment(response: Response, wanted: str) -> str:
    texts = [one for one in response.answers if one.text is not None]
    if wanted:
        return next((one.text or "" for one in texts if one.field.named(wanted)), "")
    long = [one for one in texts if one.field.type == "long_text"]
    found = long or [one for one in texts if one.field.type == "short_text"]
    return (found[0].text or "") if len(found) == 1 or long else ""


collector = Collector(
    kind="typeform",
    title={"en": "Typeform survey", "fr": "Enquête Typeform"},
    help={
        "en": "Counts the answers to the 0–10 question of a Typeform survey in the survey NPS, with their comments.",
        "fr": "Compte les réponses à la question de 0 à 10 d'une enquête Typeform dans le NPS (enquête), avec les "
        "commentaires.",
    },
    steps={
        "en": (
            "Save this source with the brand that the survey asks about: it then shows an address to send to.",
            "In Typeform, open the form, then Connect › Webhooks › Add a webhook, and paste the address.",
            "Edit the webhook, write a secret of your own into it, and the same one here.",
            (
                "Switch the webhook on. An NPS or Opinion Scale question from 0 to 10 is found by itself; where the "
                "form has several, write the reference of the right one here."
            ),
        ),
        "fr": (
            (
                "Enregistrez cette source avec la marque sur laquelle porte l'enquête : elle affiche alors une adresse "
                "d'envoi."
            ),
            "Dans Typeform, ouvrez le formulaire, puis Connect › Webhooks › Add a webhook, et collez l'adresse.",
            "Modifiez le webhook pour y écrire un secret de votre choix, et le même ici.",
            (
                "Activez le webhook. Une question NPS ou Opinion Scale de 0 à 10 est trouvée d'elle-même ; si le "
                "formulaire en a plusieurs, écrivez ici la référence de la bonne."
            ),
        ),
    },
    blind={
        "en": (
            "Answers given before the webhook was switched on: import them from a file.",
            "Forms that were not finished.",
            "A test sent from Typeform counts as an answer, for nothing tells it from a real one.",
        ),
        "fr": (
            "Les réponses données avant l'activation du webhook : importez-les d'un fichier.",
            "Les formulaires non terminés.",
            "Un test envoyé depuis Typeform compte comme une réponse, car rien ne l'en distingue.",
        ),
    },
    history={"en": "what is answered from now on", "fr": "ce qui est répondu à partir de maintenant"},
    params=Typeform,
    pages=pages,
    receive=receive,
    platform="typeform",
    group="surveys",
    auth="none",
    polled=False,
)

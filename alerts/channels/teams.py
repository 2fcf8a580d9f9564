"""Microsoft Teams, by the webhook of a workflow: an Adaptive Card. The connectors that took a MessageCard are retired.

A message stays under LARGEST bytes; Teams takes 28 kB.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alerts.base import ChannelKind, DeliveryError, Message, Severity, Wire
from alerts.clean import cut, safe_url
from alerts.render import Content, content

from ._post import Reply, post, refusal

LARGEST = 25_000
LINE = 600
QUOTES = (500, 200, 80, 0)
"""How many code points of each mention are shown: the first of these that keeps the message under LARGEST."""
COLOURS: dict[Severity, str] = {"info": "Accent", "warning": "Warning", "critical": "Attention"}
RETIRED = (".webhook.office.com", ".office365.com")
CARD = "application/vnd.microsoft.card.adaptive"


class Teams(BaseModel):
    """`webhook_url` is the address of the workflow «Send webhook alerts to a channel», or to a chat."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    webhook_url: SecretStr = Field(
        title="Workflow address", description="the address that the workflow shows when it is saved"
    )

    @field_validator("webhook_url")
    @classmethod
    def _leads_to_a_workflow(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not safe_url(url):
            raise ValueError("the address of a workflow starts with https://")
        host = urlsplit(url).hostname or ""
        if host.endswith(RETIRED):
            raise ValueError("Microsoft has retired these connectors: create a workflow in Teams and paste its address")
        return value


def payload(message: Message) -> dict[str, Any]:
    """The JSON for Teams. Foreign text stands in text runs, which know no markup."""
    for most in QUOTES:
        made = _payload(message, content(message), most)
        if len(_bytes(made)) < LARGEST:
            break
    return made


def send(params: Teams, message: Message, wire: Wire) -> None:
    """Posts once. Raises DeliveryError. Teams has no idempotency: a repeat shows twice."""
    body = _bytes(payload(message))
    error = failure(post(wire.http, params.webhook_url.get_secret_value(), body, {"content-type": "application/json"}))
    if error:
        raise error


def failure(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply of the workflow."""
    if reply.status in (401, 403):
        return DeliveryError(
            "the workflow takes messages from members only: let anyone trigger it, and paste its new address",
            permanent=True,
        )
    if reply.status == 404:
        return DeliveryError("the workflow was removed: create another one and paste its address", permanent=True)
    if reply.status in (400, 413):
        return DeliveryError(
            "the workflow does not take the message: use the template that posts when a webhook request is received",
            permanent=True,
        )
    return refusal(reply, "Teams")


def _payload(message: Message, shown: Content, most: int) -> dict[str, Any]:
    body = [_run(shown.title, weight="Bolder", size="Large", color=COLOURS[message.subject.severity])]
    body += [_run(shown.notice, weight="Bolder")] * bool(shown.notice)
    body += [_run(shown.status, isSubtle=True)]
    body += [_run("• " + cut(line, LINE)) for line in shown.lines]
    if shown.quotes and most:
        body.append(_run(shown.quotes_title, weight="Bolder"))
        for quote in shown.quotes:
            body += [_run(cut(quote.text, most)), _run(quote.byline, isSubtle=True, size="Small")]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": shown.title,
        "msteams": {"width": "Full"},
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": shown.open, "url": shown.url}] * bool(shown.url),
    }
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}


def _run(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text or "–", **look}]}


def _bytes(made: dict[str, Any]) -> bytes:
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


channel = ChannelKind(
    kind="teams",
    title={"en": "Microsoft Teams", "fr": "Microsoft Teams"},
    params=Teams,
    send=send,
    help={
        "en": "In Teams, open the menu «…» of the channel, then «Workflows»; choose «Send webhook alerts to a "
        "channel», save, and paste the address that is shown.",
        "fr": "Dans Teams, ouvrez le menu « … » du canal, puis « Flux de travail » ; choisissez « Envoyer des "
        "alertes de webhook vers un canal », enregistrez, puis collez ici l’adresse affichée.",
    },
)

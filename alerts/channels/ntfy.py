"""ntfy, by JSON to the root of a server: a notification on telephones that subscribe to a topic.

A message stays under 4,096 bytes, beyond which ntfy turns it into a file.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alerts.base import ChannelKind, DeliveryError, Message, Severity, Wire
from alerts.clean import cut, safe_url
from alerts.render import content

from ._post import Reply, post, refusal

LARGEST, TITLE, LINE = 4_000, 200, 500
PRIORITIES: dict[Severity, int] = {"info": 3, "warning": 4, "critical": 5}
TAGS: dict[Severity, str] = {"info": "eyes", "warning": "warning", "critical": "rotating_light"}


class Ntfy(BaseModel):
    """A topic is as good as a password on servers that ask for none: it is kept sealed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    server: str = Field(
        "https://ntfy.sh",
        max_length=200,
        title="Server",
        description="https://ntfy.sh, or your own",
        json_schema_extra={"format": "uri"},
    )
    topic: SecretStr = Field(
        title="Topic", description="letters, digits, - and _; on a public server, choose a name that nobody guesses"
    )
    token: SecretStr | None = Field(
        None, title="Access token", description="only for a protected topic; starts with tk_"
    )

    @field_validator("server")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not safe_url(value) or "@" in value or "?" in value or "#" in value:
            raise ValueError("the address of the server is like https://ntfy.sh")
        return value.rstrip("/")

    @field_validator("topic")
    @classmethod
    def _is_a_topic(cls, value: SecretStr) -> SecretStr:
        topic = value.get_secret_value()
        if not (0 < len(topic) <= 64 and topic.isascii() and topic.replace("-", "_").replace("_", "a").isalnum()):
            raise ValueError("a topic has 1 to 64 letters, digits, - and _")
        return value

    @field_validator("token")
    @classmethod
    def _can_be_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value() if value else ""
        if token and not (token.isascii() and token.replace("_", "a").replace("-", "a").isalnum()):
            raise ValueError("the token holds only letters, digits, - and _")
        return value


def payload(params: Ntfy, message: Message) -> dict[str, Any]:
    """The JSON for ntfy, in plain text. A message that is sent again takes the place of the former by `sequence_id`."""
    shown, severity = content(message), message.subject.severity
    over = message.subject.why == "resolved"
    lines = [shown.notice] * bool(shown.notice) + [shown.status, *("• " + cut(line, LINE) for line in shown.lines)]
    for quote in shown.quotes:
        lines.append(f"«{quote.text}» {quote.byline}")
    made: dict[str, Any] = {
        "topic": params.topic.get_secret_value(),
        "title": cut(shown.title, TITLE),
        "message": _fitting(lines),
        "priority": PRIORITIES["info"] if over else PRIORITIES[severity],
        "tags": ["white_check_mark" if over else TAGS[severity]],
        "sequence_id": "".join(letter if letter.isalnum() else "-" for letter in message.id if letter.isascii())[:64],
    }
    return made | ({"click": shown.url} if shown.url else {})


def send(params: Ntfy, message: Message, wire: Wire) -> None:
    """Posts once. Raises DeliveryError."""
    headers = {"content-type": "application/json"}
    if params.token and (token := params.token.get_secret_value()):
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps(payload(params, message), ensure_ascii=False).encode()
    error = failure(post(wire.http, params.server + "/", body, headers))
    if error:
        raise error


def failure(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply."""
    if reply.status == 401:
        return DeliveryError("the token was refused: create a new one in ntfy and paste it", permanent=True)
    if reply.status == 403:
        return DeliveryError(
            "this topic may not be written to: enter a token that may, or another topic", permanent=True
        )
    if reply.status in (404, 405):
        return DeliveryError("there is no ntfy at this address: check the server", permanent=True)
    if reply.status in (400, 413):
        return DeliveryError("ntfy did not take the message: check the server and the topic", permanent=True)
    return refusal(reply, "ntfy")


def _fitting(lines: list[str]) -> str:
    """As many of the lines as fit, from the first."""
    kept, size = [], 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > LARGEST:
            break
        kept.append(line)
    return "\n".join(kept)


channel = ChannelKind(
    kind="ntfy",
    title={"en": "ntfy", "fr": "ntfy"},
    params=Ntfy,
    send=send,
    help={
        "en": "In the ntfy app, subscribe to a topic whose name nobody guesses, and enter the same one here. A "
        "protected topic needs a token, from the account page.",
        "fr": "Dans l’application ntfy, abonnez-vous à un sujet au nom impossible à deviner et saisissez le même ici. "
        "Un sujet protégé demande un jeton, créé sur la page du compte.",
    },
)

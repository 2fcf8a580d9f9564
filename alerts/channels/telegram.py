"""Telegram, by the message of a bot (sendMessage) to a chat. The token stands in the address, which nothing repeats.

Limit: 4,096 characters, counted here before Telegram reads the markup, which is stricter.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import escape as escape_html
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alerts.base import ChannelKind, DeliveryError, Message, Wire
from alerts.clean import cut, safe_url
from alerts.render import Content, content

from ._post import Reply, answered, post, refusal

HOSTS = ("api.telegram.org",)
LONGEST = 4_096
LINE, QUOTE = 500, 400
_CALLS = re.compile(r"([@/#$])(?=\w)")
"""What Telegram turns into a call of somebody, a command or a search wherever it stands in a text."""

ADVICE = {
    (401, "unauthorized"): "the token was revoked or is wrong: ask @BotFather for it again",
    (404, "not found"): "the token was revoked or is wrong: ask @BotFather for it again",
    (403, "blocked by the user"): "this person has blocked the bot: they have to start it again",
    (403, "kicked"): "the bot was removed from the group: add it again",
    (403, "not a member"): "the bot is not in the channel: add it as an administrator",
    (403, "initiate conversation"): "the bot may not write first: open it in Telegram and press Start",
    (403, "deactivated"): "the account of this person was closed",
    (400, "chat not found"): "this chat does not exist or the bot is not in it: check the chat id and add the bot",
    (400, "upgraded to a supergroup"): "the group has become a supergroup: enter its new chat id",
    (400, "not enough rights"): "the bot may not write in this chat: give it the right to",
    (400, "message thread not found"): "this topic of the group does not exist: check its number",
}
"""A status, words of Telegram's description in lower case, and what to do."""


class Telegram(BaseModel):
    """`chat_id` is a number (negative for groups) or `@name` of a public channel."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: SecretStr = Field(title="Bot token", description="from @BotFather, like 123456:ABC-…")
    chat_id: str = Field(
        max_length=64,
        title="Chat",
        description="the id of a person or a group, such as -1001234567890, or @name of a public channel",
        json_schema_extra={"destination": True},
        coerce_numbers_to_str=True,
    )
    topic_id: int | None = Field(
        None, ge=1, title="Topic", description="the number of a topic, in a group that has topics"
    )
    api_url: str = Field(
        "https://api.telegram.org",
        max_length=200,
        title="Bot API server",
        description="only for a Bot API server of your own",
        json_schema_extra={"format": "uri", "technical": True},
    )

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d{3,20}:[\w-]{10,100}", value.get_secret_value(), re.ASCII):
            raise ValueError("the token of a bot is like 123456:ABC-DEF…")
        return value

    @field_validator("chat_id")
    @classmethod
    def _is_a_chat(cls, value: str) -> str:
        if not re.fullmatch(r"-?\d{1,20}|@\w{4,32}", value.strip(), re.ASCII):
            raise ValueError("a chat is a number, such as -1001234567890, or @name")
        return value.strip()

    @field_validator("api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not safe_url(value) or "?" in value or "#" in value:
            raise ValueError("the address must start with https://")
        return value.rstrip("/")


def payload(params: Telegram, message: Message) -> dict[str, Any]:
    """The JSON for sendMessage. Foreign text is escaped and calls nobody."""
    made: dict[str, Any] = {
        "chat_id": params.chat_id,
        "text": text_of(content(message)),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "disable_notification": message.subject.severity == "info",
    }
    return made | ({"message_thread_id": params.topic_id} if params.topic_id else {})


def send(params: Telegram, message: Message, wire: Wire) -> None:
    """Posts once. Raises DeliveryError. Telegram has no idempotency: a repeat shows twice."""
    token = params.token.get_secret_value()
    body = json.dumps(payload(params, message)).encode()
    url = f"{params.api_url}/bot{token}/sendMessage"
    try:
        error = failure(post(wire.http, url, body, {"content-type": "application/json"}))
    except DeliveryError as caught:
        caught.args = (str(caught).replace(token, "…"),)
        raise
    if error:
        error.args = (str(error).replace(token, "…"),)
        raise error


def failure(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply: JSON, with `ok`, `description`, and in `parameters` how long to wait."""
    told = answered(reply)
    if reply.status < 300:
        arrived = told.get("ok") is True
        return (
            None
            if arrived
            else DeliveryError("the answer did not come from Telegram; the message may have arrived", ambiguous=True)
        )
    words, parameters = str(told.get("description", "")).lower(), told.get("parameters")
    for (status, part), advice in ADVICE.items():
        if reply.status == status and part in words:
            return DeliveryError(advice, permanent=True)
    if reply.status in (400, 403):
        return DeliveryError(
            "Telegram refused the message: check the bot and the chat, then send a test", permanent=True
        )
    error = refusal(reply, "Telegram")
    pause = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if error and isinstance(pause, int) and 0 <= pause <= 86_400:
        error.wait = max(error.wait or timedelta(), timedelta(seconds=pause))
    return error


def text_of(shown: Content) -> str:
    """The message in Telegram's HTML: as many of its lines as fit, from the first."""
    lines = [f"<b>{escape(shown.title)}</b>", *(f"<b>{escape(shown.notice)}</b>" for _ in range(bool(shown.notice)))]
    lines += [escape(shown.status), *("• " + escape(cut(line, LINE)) for line in shown.lines)]
    end = [f'<a href="{escape_html(shown.url)}">{escape(shown.open)}</a>'] if shown.url else []
    quotes = [f"<b>{escape(shown.quotes_title)}</b>"] * bool(shown.quotes)
    quotes += [f"<blockquote>{escape(cut(q.text, QUOTE))}\n{escape(q.byline)}</blockquote>" for q in shown.quotes]
    kept, length = [], sum(len(line) + 2 for line in end)
    for line in lines + quotes:
        length += len(line) + 2
        if length > LONGEST:
            break
        kept.append(line)
    return "\n".join(kept + end)


def escape(text: str) -> str:
    """The text without markup, and so that it calls nobody."""
    return escape_html(_CALLS.sub("\\1\u2060", text), quote=False)


channel = ChannelKind(
    kind="telegram",
    title={"en": "Telegram", "fr": "Telegram"},
    params=Telegram,
    send=send,
    hosts=HOSTS,
    help={
        "en": "In Telegram, write /newbot to @BotFather and paste the token here. Add the bot to the group, or press "
        "Start; @userinfobot tells the id of a chat.",
        "fr": "Dans Telegram, écrivez /newbot à @BotFather et collez le jeton ici. Ajoutez le bot au groupe, ou "
        "appuyez sur Démarrer ; @userinfobot donne l’identifiant d’une discussion.",
    },
)

"""Discord, by the webhook of a channel: one embed, in which nobody can be mentioned.

Limits: 256 characters a title, 4,096 a description, 6,000 in all.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alerts.base import ChannelKind, DeliveryError, Message, Severity, Wire
from alerts.clean import cut
from alerts.render import Content, content

from ._post import Reply, answered, post, refusal

HOSTS = ("discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com")
TITLE, DESCRIPTION = 256, 4_096
LINE, QUOTE, BYLINE = 400, 350, 150
"""Characters before escaping, which may double them: what is too long in the end is cut by whole lines."""
COLOURS: dict[Severity, int] = {"info": 0x3B82C4, "warning": 0xD98E04, "critical": 0xC62828}
RESOLVED = 0x2E7D32
_MARKUP = re.compile(r"([\\*_~`|<>\[\]()#@:-])")

GONE = {10003, 10015}
ADVICE = {
    10003: "the channel no longer exists: create a webhook in another one",
    10015: "the webhook was removed: create another one and paste its address",
    40333: "Discord refuses messages from this network",
    50027: "the webhook address is not valid: paste it again",
    220001: "this webhook posts in a forum: add ?thread_id= and the id of a post to its address",
}


class Discord(BaseModel):
    """`webhook_url` is the address of a webhook of a channel; it may end in `?thread_id=`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    webhook_url: SecretStr = Field(title="Webhook address", description="from the settings of the Discord channel")

    @field_validator("webhook_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(
            r"https?://[^/]+/api/(?:v\d+/)?webhooks/\d+/[\w-]+/?(?:\?thread_id=\d+)?", value.get_secret_value()
        ):
            raise ValueError("the webhook address starts with https://discord.com/api/webhooks/")
        return value


def payload(message: Message) -> dict[str, Any]:
    """The JSON for Discord. Foreign text is escaped, and mentions nobody."""
    shown = content(message)
    over = message.subject.why == "resolved"
    embed = {
        "title": cut(escape(cut(shown.title, TITLE // 2)), TITLE),
        "description": _fitting(_lines(shown)),
        "color": RESOLVED if over else COLOURS[message.subject.severity],
        "timestamp": message.at.isoformat(),
    }
    if shown.url:
        embed["url"] = shown.url
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def send(params: Discord, message: Message, wire: Wire) -> None:
    """Posts once, and waits until Discord has kept the message. Raises DeliveryError. A repeat shows twice."""
    url = params.webhook_url.get_secret_value()
    body = json.dumps(payload(message)).encode()
    reply = post(wire.http, f"{url}{'&' if '?' in url else '?'}wait=true", body, {"content-type": "application/json"})
    if error := failure(reply):
        raise error


def failure(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply: JSON, with a `code`, and with `retry_after` in seconds."""
    told = answered(reply)
    code, pause = told.get("code"), told.get("retry_after")
    if reply.status >= 400 and isinstance(code, int) and code in ADVICE:
        return DeliveryError(ADVICE[code], permanent=True, gone=code in GONE)
    if reply.status in (400, 413):
        return DeliveryError("Discord could not read the message: please report this", permanent=True)
    if reply.status in (401, 404):
        return DeliveryError("the webhook address is not valid: paste it again", permanent=True)
    error = refusal(reply, "Discord")
    if error and isinstance(pause, int | float) and 0 <= pause <= 86_400:
        error.wait = max(error.wait or timedelta(), timedelta(seconds=pause))
    return error


def escape(text: str) -> str:
    """The text with a backslash before whatever has a meaning in Discord."""
    return _MARKUP.sub(r"\\\1", text)


def _lines(shown: Content) -> list[str]:
    lines = [f"**{escape(shown.notice)}**"] * bool(shown.notice) + [escape(shown.status)]
    lines += ["• " + escape(cut(line, LINE)) for line in shown.lines]
    if shown.quotes:
        lines += ["", f"**{escape(shown.quotes_title)}**"]
    for quote in shown.quotes:
        lines += ["> " + escape(cut(quote.text, QUOTE)), f"*{escape(cut(quote.byline, BYLINE))}*"]
    return [*lines, "", f"[{escape(shown.open)}]({shown.url})"] if shown.url and ")" not in shown.url else lines


def _fitting(lines: list[str]) -> str:
    """As many of the lines as fit, from the first."""
    kept, length = [], 0
    for line in lines:
        length += len(line) + 1
        if length > DESCRIPTION:
            break
        kept.append(line)
    return "\n".join(kept)


channel = ChannelKind(
    kind="discord",
    title={"en": "Discord", "fr": "Discord"},
    params=Discord,
    send=send,
    hosts=HOSTS,
    help={
        "en": "In Discord, open the settings of the channel, then Integrations, Webhooks, New webhook; copy its "
        "address and paste it here.",
        "fr": "Dans Discord, ouvrez les paramètres du salon, puis Intégrations, Webhooks, Nouveau webhook ; copiez son "
        "adresse et collez-la ici.",
    },
)

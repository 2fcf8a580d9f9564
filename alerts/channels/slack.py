"""Slack, by an incoming webhook or by a bot token and a channel (chat.postMessage).

Limits: 50 blocks, 3,000 characters a section, 150 a header, and we stay under 12,000 in all.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from alerts.base import ChannelKind, DeliveryError, Message, Wire
from alerts.clean import cut, one_line
from alerts.render import Content, Quote, content

from ._post import Reply, post, refusal

HOOKS = ("hooks.slack.com", "hooks.slack-gov.com")
"""Where the addresses of incoming webhooks lead: Slack, and GovSlack."""
API = "https://slack.com/api/chat.postMessage"
HEADER, SECTION, FALLBACK = 150, 3_000, 300
QUOTE, BYLINE, LINE = 700, 300, 600
"""Characters, counted after escaping: three quotes, five lines and the fallback text stay under 12,000 together."""

GONE = {"account_inactive", "token_revoked", "team_not_found", "no_service", "no_team", "channel_is_archived"}
PASSING = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
ADVICE = {
    "channel_not_found": "the channel does not exist or the bot cannot see it: invite the bot there",
    "not_in_channel": "the bot is not in the channel: invite it with /invite",
    "is_archived": "the channel is archived: choose another one",
    "channel_is_archived": "the channel is archived: choose another one",
    "invalid_auth": "the token was refused: paste it again",
    "not_authed": "the token was refused: paste it again",
    "token_revoked": "the token was revoked: create a new one",
    "token_expired": "the token has expired: create a new one",
    "account_inactive": "the account of the token was closed: create a new token",
    "missing_scope": "the token lacks the scope chat:write: add it and install the app again",
    "no_service": "the webhook was removed or disabled: create a new one",
    "no_team": "the workspace no longer exists",
    "invalid_token": "the webhook address is not valid: paste it again",
    "action_prohibited": "an administrator of the workspace forbids posting there",
    "invalid_payload": "Slack could not read the message: please report this",
    "ratelimited": "Slack asks for a pause",
    "rate_limited": "Slack asks for a pause",
}


class Slack(BaseModel):
    """Either `webhook_url`, or `token` with `channel` (an id such as C0123, or #name)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    webhook_url: SecretStr | None = Field(
        None,
        title="Webhook address",
        description="from an incoming webhook of your Slack app",
        json_schema_extra={"replaces": ["token"]},
    )
    token: SecretStr | None = Field(
        None,
        title="Bot token",
        description="starts with xoxb-, with the scope chat:write",
        json_schema_extra={"replaces": ["webhook_url"]},
    )
    channel: str | None = Field(
        None, max_length=100, title="Channel", description="only with a token: #alerts or C0123"
    )

    @field_validator("webhook_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("the webhook address starts with https://hooks.slack.com/")
        return value

    @field_validator("token")
    @classmethod
    def _can_be_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _is_token(value.get_secret_value()):
            raise ValueError("the token holds only letters, digits, dashes and dots")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.webhook_url) == bool(self.token):
            raise ValueError("give either a webhook address, or a token and a channel")
        if bool(self.token) != bool(self.channel):
            raise ValueError("a token needs a channel, and a channel needs a token")
        return self


def payload(message: Message) -> dict[str, Any]:
    """The JSON for Slack. Foreign text stands in plain text blocks, escaped once, and cannot mention anybody."""
    shown = content(message)
    lines = [shown.notice] * bool(shown.notice) + [shown.status, *("• " + line for line in shown.lines)]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(shown.title, HEADER)},
        {"type": "section", "text": _plain("\n".join(cut(line, LINE) for line in lines), SECTION)},
    ]
    if shown.quotes:
        blocks.append({"type": "divider"})
        blocks.append({"type": "section", "text": _plain(shown.quotes_title, HEADER)})
    for quote in shown.quotes:
        blocks += _quote(quote)
    if shown.url and len(escape(shown.url)) < SECTION - HEADER:
        blocks.append({"type": "section", "text": _link(escape(shown.open + shown.colon), shown.url)})
    return {
        "text": fit(_fallback(shown), FALLBACK),
        "blocks": blocks,
        "link_names": 0,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def send(params: Slack, message: Message, wire: Wire) -> None:
    """Hands the message to Slack once. Raises DeliveryError. Slack has no idempotency: a repeat shows twice."""
    body = payload(message)
    headers = {"content-type": "application/json; charset=utf-8"}
    if params.webhook_url:
        reply = post(wire.http, params.webhook_url.get_secret_value(), json.dumps(body).encode(), headers)
        error = webhook_error(reply)
    else:
        error = post_by_token(params, body, headers, wire)
    if error:
        raise error


def post_by_token(params: Slack, body: dict[str, Any], headers: dict[str, str], wire: Wire) -> DeliveryError | None:
    """Posts by chat.postMessage, which replies 200 with `ok: false` where others reply 4xx. Returns what went wrong."""
    if not (params.token and params.channel):
        return DeliveryError("this channel has neither a webhook address nor a token", permanent=True)
    headers = headers | {"authorization": f"Bearer {params.token.get_secret_value()}"}
    full = json.dumps(body | {"channel": params.channel}).encode()
    return api_error(post(wire.http, API, full, headers))


def webhook_error(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply of an incoming webhook: plain text, `ok` or the name of the error."""
    if reply.status < 300:
        return None
    code = reply.body.strip()
    if code in ADVICE and reply.status != 429:
        return _error_named(code, reply)
    error = refusal(reply, "Slack")
    if error and reply.status in (400, 403, 404):
        error.permanent, error.gone = True, reply.status == 404
    return error


def api_error(reply: Reply) -> DeliveryError | None:
    """What went wrong according to the reply of the Web API: JSON, with `ok` and `error`."""
    if reply.status >= 300:
        return refusal(reply, "Slack")
    try:
        result = json.loads(reply.body)
        ok, code = result["ok"], str(result.get("error", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return DeliveryError("the answer did not come from Slack; the message may have arrived", ambiguous=True)
    return None if ok is True else _error_named(code, reply)


def escape(text: str) -> str:
    """Escapes, once, the three characters that have a meaning in Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fit(text: str, most: int) -> str:
    """The escaped text, cut at a code point so that it has at most `most` characters after escaping."""
    if len(escaped := escape(text)) <= most:
        return escaped
    widths = accumulate(len(escape(letter)) for letter in text)
    kept = sum(1 for width in widths if width < most)
    return escape(text[:kept].rstrip()) + "…"


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fit(text, most) or "–", "emoji": False}


def _link(before: str, url: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": f"{before}<{escape(url)}>", "verbatim": True}


def _quote(quote: Quote) -> list[dict[str, Any]]:
    elements = [_plain(quote.byline, BYLINE)]
    if quote.url and len(escape(quote.url)) <= QUOTE:
        elements.append(_link("", quote.url))
    return [
        {"type": "section", "text": _plain(quote.text, QUOTE)},
        {"type": "context", "elements": elements},
    ]


def _fallback(shown: Content) -> str:
    return one_line(" – ".join([shown.title, shown.status]), FALLBACK)


def _error_named(code: str, reply: Reply) -> DeliveryError:
    advice = ADVICE.get(code, f"Slack answered “{one_line(code, 80)}”")
    passing = code in PASSING or code not in ADVICE
    return DeliveryError(advice, permanent=not passing, gone=code in GONE, wait=reply.wait)


def _is_token(token: str) -> bool:
    return token.isascii() and bool(token) and all(c.isalnum() or c in "-._" for c in token)


channel = ChannelKind(
    kind="slack",
    title={"en": "Slack", "fr": "Slack"},
    params=Slack,
    send=send,
    hosts=HOOKS,
    help={
        "en": "Create an app at api.slack.com/apps, turn on incoming webhooks, and paste the address here. "
        "Or give a bot token with the scope chat:write, and the channel it was invited to.",
        "fr": "Créez une application sur api.slack.com/apps, activez les webhooks entrants et collez l’adresse ici. "
        "Ou donnez un jeton de bot avec la permission chat:write, et le canal où il a été invité.",
    },
)

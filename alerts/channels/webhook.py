"""Posts JSON to any address, signed as Standard Webhooks (standardwebhooks.com) say.

The receiver computes HMAC-SHA256 over `id.timestamp.body` again and refuses old timestamps. A message that is tried
again keeps its id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alerts.base import ChannelKind, Explanation, IncidentNotice, Message, Sample, Subject, Wire
from alerts.clean import one_line, safe_url

from ._post import post, refusal

LARGEST = 20_000
"""Bytes that a body stays under, so that any receiver accepts it."""

NAME, WORD = 120, 60
TEXTS = (1_000, 500, 200, 0)
"""How many code points of each mention are shown: the first of these that keeps the body under LARGEST."""


class Webhook(BaseModel):
    """`secret` is `whsec_` and the base64 of 24 to 64 bytes. `previous_secret` signs as well while receivers switch."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str = Field(
        max_length=2_048,
        title="Address",
        description="where the JSON is posted",
        json_schema_extra={"format": "uri", "sealed": True},
    )
    secret: SecretStr | None = Field(
        None, title="Secret", description="signs each message; Vigie creates one if you leave this empty"
    )
    previous_secret: SecretStr | None = Field(
        None, title="Previous secret", description="also signs each message while you change the secret"
    )

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not safe_url(value) or urlsplit(value).username:
            raise ValueError("the address must be like https://example.com/path, without a user name in it")
        return value

    @field_validator("secret", "previous_secret")
    @classmethod
    def _is_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            key_of(value.get_secret_value())
        return value


def new_secret() -> str:
    """A new secret, to be shown once to whoever sets the receiver up."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key inside a secret. Raises ValueError with a sentence for whoever typed it."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("the secret is whsec_ followed by the base64 of 24 to 64 bytes; leave it empty to get one")
    return key


def sign(secrets_: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1,…` per secret, separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.new(key_of(secret), signed, hashlib.sha256).digest() for secret in secrets_)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)


def payload(message: Message, text: int = TEXTS[0]) -> dict[str, Any]:
    """The JSON object of a message; mentions are cut to `text` code points. Times are UTC, shares 0 to 1."""
    subject = message.subject
    data = _facts(subject, text) | {"url": safe_url(message.url) or ""}
    if message.test:
        data["test"] = True
    if message.suppressed:
        data["suppressed"] = message.suppressed
    return {"type": f"{subject.kind}.{subject.why}", "timestamp": _utc(message.at), "data": data}


def _facts(subject: Subject, text: int) -> dict[str, Any]:
    match subject:
        case IncidentNotice() as incident:
            return _incident(incident, text)


def _incident(incident: IncidentNotice, text: int) -> dict[str, Any]:
    return {
        "incident": {
            "id": incident.id,
            "brand": one_line(incident.brand, NAME),
            "rule": one_line(incident.rule, NAME),
            "severity": incident.severity,
            "state": incident.state,
            "opened_at": _utc(incident.opened_at),
        },
        "explanation": _explanation(incident.explanation, text),
    }


def body_of(message: Message) -> bytes:
    """The payload as UTF-8 JSON under LARGEST bytes. Long texts are cut as far as needed, at worst to nothing."""
    for text in TEXTS:
        body = json.dumps(payload(message, text), ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) < LARGEST:
            break
    return body


def send(params: Webhook, message: Message, wire: Wire) -> None:
    """Posts once. Raises DeliveryError for anything but 2xx; only 410 and redirects are permanent."""
    body, now = body_of(message), int(time.time())
    headers = {"content-type": "application/json", "webhook-id": message.id, "webhook-timestamp": str(now)}
    known = [s.get_secret_value() for s in (params.secret, params.previous_secret) if s]
    if known:
        headers["webhook-signature"] = sign(known, message.id, now, body)
    error = refusal(post(wire.http, params.url, body, headers), "the webhook")
    if error:
        raise error


def _explanation(e: Explanation, text: int) -> dict[str, Any]:
    return {
        "observed": e.observed,
        "expected": e.expected,
        "share": e.share,
        "usual_share": e.usual_share,
        "unsure": e.unsure,
        "window_hours": e.window_hours,
        "since": _utc(since) if (since := e.beginning or e.since) else None,
        "words": [one_line(word, WORD) for word in e.words[:10]],
        "quote": one_line(e.quote, TEXTS[0]) if e.quote else None,
        "one_text": asdict(e.one_text) if e.one_text else None,
        "first_mention": _sample(e.first_mention, text) if e.first_mention else None,
        "top_source": one_line(e.top_source, NAME) if e.top_source else None,
        "samples": [_sample(sample, text) for sample in e.samples[:3]],
        "reach": e.reach,
        "customers_at_risk": list(e.customers_at_risk) if e.customers_at_risk else None,
    }


def _sample(sample: Sample, text: int) -> dict[str, Any]:
    return {
        "text": one_line(sample.text, text) if text else "",
        "author": one_line(sample.author, NAME),
        "outlet": one_line(sample.outlet, NAME),
        "url": safe_url(sample.url),
        "published_at": _utc(sample.published_at),
        "reach": sample.reach,
    }


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


channel = ChannelKind(
    kind="webhook",
    title={"en": "Webhook", "fr": "Webhook"},
    params=Webhook,
    send=send,
    new_secret=new_secret,
    help={
        "en": "Posts JSON to an address that you run, signed by Standard Webhooks. Check the signature and the age of "
        "webhook-timestamp, and ignore a webhook-id that you have seen already.",
        "fr": "Envoie du JSON à une adresse que vous gérez, signé selon Standard Webhooks. Vérifiez la signature et "
        "l’âge de webhook-timestamp, et ignorez un webhook-id déjà reçu.",
    },
)

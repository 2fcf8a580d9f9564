"""Discord: one embed through the webhook of a channel."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from alerts.channels.discord import Discord, escape, payload, send
from tests.alerts.messages import retold

from .failing import GENERAL, breaks, closed_port, failure, flags
from .hostile import TEXTS, URLS, filled


def at(receiver) -> Discord:
    return Discord(webhook_url=receiver.url.replace("/hook", "/api/webhooks/123/s3cret-token"))


def check(made) -> dict:
    """The embed of a message, checked against the limits that Discord publishes."""
    assert made["allowed_mentions"] == {"parse": []}
    (embed,) = made["embeds"]
    assert 0 < len(embed["title"]) <= 256
    assert 0 < len(embed["description"]) <= 4_096
    assert len(embed["title"]) + len(embed["description"]) <= 6_000
    assert 0 <= embed["color"] <= 0xFFFFFF
    return embed


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_discord_is_given_one_embed_with_the_facts(receiver, wire, message, why, language):
    send(at(receiver), replace(retold(message, why=why), language=language), wire)
    (request,) = receiver.requests
    assert request.path == "/api/webhooks/123/s3cret-token?wait=true"
    embed = check(json.loads(request.body))
    shown = embed["title"] + embed["description"]
    for fact in ("Lumen", "Bad buzz", "38", "Colis perdu, remboursement refusé", "Élise Fontaine"):
        assert fact in shown
    assert embed["url"] == message.url


def test_a_thread_keeps_its_place_in_the_address(receiver, wire, message):
    send(Discord(webhook_url=at(receiver).webhook_url.get_secret_value() + "?thread_id=42"), message, wire)
    assert receiver.requests[0].path.endswith("?thread_id=42&wait=true")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("url", URLS)
def test_whatever_the_public_writes_the_embed_keeps_to_the_limits(message, text, url):
    check(payload(filled(message, text, url)))


def test_foreign_text_has_no_markup_and_calls_nobody():
    assert escape("**@everyone** <@123> [a](b)") == r"\*\*\@everyone\*\* \<\@123\> \[a\]\(b\)"


@pytest.mark.parametrize(("status", "headers", "expected"), GENERAL)
def test_a_refusal_says_what_is_to_be_done(receiver, wire, message, status, headers, expected):
    receiver.status, receiver.headers = status, headers
    assert flags(failure(send, at(receiver), message, wire)) == expected


@pytest.mark.parametrize(
    ("status", "body", "expected", "said"),
    [
        (404, {"code": 10015, "message": "Unknown Webhook"}, {"permanent", "gone"}, "was removed"),
        (401, {"code": 50027, "message": "Invalid Webhook Token"}, {"permanent"}, "paste it again"),
        (404, {"code": 0, "message": "404: Not Found"}, {"permanent"}, "paste it again"),
        (400, {"code": 50035, "message": "Invalid Form Body"}, {"permanent"}, "please report"),
        (400, {"code": 220001, "message": "forum"}, {"permanent"}, "thread_id"),
        (429, {"retry_after": 90.5, "global": False}, {"wait"}, "asks for a pause"),
        (500, ["nonsense"], set(), "answered 500"),
    ],
)
def test_the_code_of_a_refusal_is_read(receiver, wire, message, status, body, expected, said):
    receiver.status, receiver.body = status, json.dumps(body).encode()
    error = failure(send, at(receiver), message, wire)
    assert flags(error) == expected
    assert said in str(error)
    assert error.wait in (None, timedelta(seconds=90.5))
    assert "s3cret" not in str(error)


def test_a_way_that_breaks_is_told_from_one_that_may_have_arrived(receiver, wire, message, wired):
    breaks(send, at(receiver), message, wired)
    receiver.hang_up = True
    assert flags(failure(send, at(receiver), message, wire)) == {"ambiguous"}
    nowhere = Discord.model_construct(webhook_url=SecretStr(closed_port()))
    assert flags(failure(send, nowhere, message, wire)) == set()


@pytest.mark.parametrize("url", ["https://discord.com/s3cret", "hook", "https://discord.com/api/webhooks/1/s3cret?a=b"])
def test_an_address_that_is_no_webhook_is_refused_without_being_shown(url):
    with pytest.raises(ValidationError, match=r"starts with https://discord.com/api/webhooks/") as caught:
        Discord(webhook_url=url)
    assert "s3cret" not in str(caught.value)

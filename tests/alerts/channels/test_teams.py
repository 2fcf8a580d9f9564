"""Teams: an Adaptive Card through the webhook of a workflow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.channels.teams import CARD, LARGEST, Teams, payload, send
from tests.alerts.messages import retold

from .failing import GENERAL, breaks, closed_port, failure, flags
from .hostile import TEXTS, URLS, filled


def card_of(made: dict[str, Any]) -> dict[str, Any]:
    """The card of a message, checked against what Teams takes."""
    assert made["type"] == "message"
    (attachment,) = made["attachments"]
    assert attachment["contentType"] == CARD
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"  # a TextBlock would read foreign text as Markdown
        assert all(inline["type"] == "TextRun" and inline["text"] for inline in block["inlines"])
    assert len(json.dumps(made, ensure_ascii=False).encode()) < 28_000
    return card


def texts(card: dict[str, Any]) -> str:
    return "\n".join(inline["text"] for block in card["body"] for inline in block["inlines"])


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_teams_is_given_one_card_with_the_facts_and_a_button(receiver, wire, message, why, language):
    receiver.status = 202
    send(Teams(webhook_url=receiver.url), replace(retold(message, why=why), language=language), wire)
    (request,) = receiver.requests
    card = card_of(json.loads(request.body))
    shown = texts(card)
    for fact in ("Lumen", "Bad buzz", "38", "Colis perdu, remboursement refusé", "Élise Fontaine"):
        assert fact in shown
    assert [(each["type"], each["url"]) for each in card["actions"]] == [("Action.OpenUrl", message.url)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("url", URLS)
def test_whatever_the_public_writes_the_card_stays_small(message, text, url):
    made = payload(filled(message, text, url))
    card_of(made)
    assert len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()) < LARGEST


@pytest.mark.parametrize(("status", "headers", "expected"), GENERAL)
def test_a_refusal_says_what_is_to_be_done(receiver, wire, message, status, headers, expected):
    receiver.status, receiver.headers = status, headers
    assert flags(failure(send, Teams(webhook_url=receiver.url), message, wire)) == expected
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("status", "said"), [(400, "template"), (401, "anyone"), (403, "anyone"), (404, "was removed"), (413, "template")]
)
def test_a_workflow_that_does_not_take_it_says_what_to_change(receiver, wire, message, status, said):
    receiver.status = status
    error = failure(send, Teams(webhook_url=receiver.url), message, wire)
    assert error.permanent
    assert said in str(error)


def test_a_way_that_breaks_is_told_from_one_that_may_have_arrived(receiver, wire, message, wired):
    breaks(send, Teams(webhook_url=receiver.url), message, wired)
    receiver.hang_up = True
    assert flags(failure(send, Teams(webhook_url=receiver.url), message, wire)) == {"ambiguous"}
    assert flags(failure(send, Teams(webhook_url=closed_port()), message, wire)) == set()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://x.example", "starts with https"),
        ("https://acme.webhook.office.com/webhookb2/s3cret", "has retired these connectors"),
        ("https://outlook.office365.com/webhook/s3cret", "has retired these connectors"),
    ],
)
def test_an_address_that_cannot_work_is_refused_without_being_shown(url, said):
    with pytest.raises(ValidationError, match=said) as caught:
        Teams(webhook_url=url)
    assert "s3cret" not in str(caught.value)

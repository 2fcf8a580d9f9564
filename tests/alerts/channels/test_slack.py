from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from alerts.base import DeliveryError
from alerts.channels.slack import API, Slack, escape, fit, payload, send
from tests.alerts.messages import retold

from .hostile import TEXTS, URLS, filled

TOKEN = "xoxb-1234-abcdEFGH"


def failure(params, message, wire) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(params, message, wire)
    return caught.value


def flags(error: DeliveryError) -> set[str]:
    return {name for name in ("permanent", "gone", "wait", "ambiguous") if getattr(error, name)}


def texts(node) -> list[dict]:
    """Every text object of a payload."""
    if isinstance(node, list):
        return [text for child in node for text in texts(child)]
    if not isinstance(node, dict):
        return []
    if node.get("type") in ("plain_text", "mrkdwn"):
        return [node]
    return texts(list(node.values()))


def at(url: str) -> Slack:
    """A channel that posts to a server of our own, which no form would take."""
    return Slack.model_construct(webhook_url=SecretStr(url), token=None, channel=None)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_slack_is_given_one_message_with_its_facts(receiver, wire, message, why, language):
    send(at(receiver.url), replace(retold(message, why=why), language=language), wire)
    (request,) = receiver.requests
    made = json.loads(request.body)
    shown = json.dumps(made, ensure_ascii=False)
    assert (made["link_names"], made["unfurl_links"], made["unfurl_media"]) == (0, False, False)
    assert made["blocks"][0]["type"] == "header"
    for fact in (
        "Lumen",
        "Bad buzz",
        "38",
        "120",
        "colis",
        "Élise Fontaine",
        "<https://forum.example/t/1>",
        message.url,
    ):
        assert fact in shown


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("test", [True, False])
def test_whatever_the_public_writes_slack_gets_plain_escaped_short_text(message, text, test):
    made = payload(replace(filled(message, text), test=test, language="fr"))
    json.dumps(made, ensure_ascii=False).encode()
    assert len(made["blocks"]) <= 50
    found = texts(made["blocks"])
    assert sum(len(t["text"]) for t in found) + len(made["text"]) < 12_000
    for shown in found:
        assert 0 < len(shown["text"]) <= 3_000
        bare = re.sub(r"<https?://[^<>|]*>", "", shown["text"]) if shown["type"] == "mrkdwn" else shown["text"]
        assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", bare)
        assert shown.get("verbatim", shown["type"] == "plain_text")
        assert not re.search("[\ud800-\udfff\u202e\u2067\x00]", shown["text"])
    assert len(made["blocks"][0]["text"]["text"]) <= 150
    assert not re.search(r"[<>]", made["text"])


def test_foreign_templates_are_shown_and_never_filled_in(message):
    shown = json.dumps(payload(filled(message, TEXTS["template"])))
    assert "{{7*7}}" in shown
    assert "49" not in shown


@pytest.mark.parametrize("url", URLS)
def test_only_real_addresses_become_links(message, url):
    made = payload(filled(message, "x", url))
    links = [t["text"] for t in texts(made["blocks"]) if t["type"] == "mrkdwn"]
    assert links == [f"See the incident: <{message.url}>"]


def test_a_link_shows_where_it_leads(message):
    made = payload(filled(message, "x", "https://forum.example/?a=1&b=2"))
    assert "<https://forum.example/?a=1&amp;b=2>" in [t["text"] for t in texts(made["blocks"])]


def test_a_test_says_that_it_is_one(message):
    assert "This is a test message" in json.dumps(payload(replace(message, test=True)))
    assert "Ceci est un message d’essai" in json.dumps(
        payload(replace(message, test=True, language="fr")), ensure_ascii=False
    )
    assert "test" not in json.dumps(payload(message)).lower()


@given(st.text(st.characters()), st.integers(1, 60))
def test_cutting_never_splits_an_escape_nor_passes_the_limit(text, most):
    cut = fit(text, most)
    assert len(cut) <= most
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", cut)
    if len(escape(text)) <= most:
        assert cut == escape(text)


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (400, "invalid_payload", {}, {"permanent"}),
        (400, "something_new", {}, {"permanent"}),
        (403, "action_prohibited", {}, {"permanent"}),
        (403, "invalid_token", {}, {"permanent"}),
        (404, "channel_not_found", {}, {"permanent"}),
        (404, "no_service", {}, {"permanent", "gone"}),
        (404, "no_team", {}, {"permanent", "gone"}),
        (410, "channel_is_archived", {}, {"permanent", "gone"}),
        (410, "", {}, {"permanent", "gone"}),
        (429, "rate_limited", {"retry-after": "30"}, {"wait"}),
        (500, "rollup_error", {}, set()),
        (302, "", {"location": "https://evil.example"}, {"permanent"}),
    ],
)
def test_what_the_webhook_answers_is_understood(receiver, wire, message, status, body, headers, expected):
    receiver.status, receiver.body, receiver.headers = status, body.encode(), headers
    error = failure(at(receiver.url), message, wire)
    assert flags(error) == expected
    assert error.wait in (None, timedelta(seconds=30))


class Elsewhere(httpx2.BaseTransport):
    """Carries every request to the receiver on loopback, whatever its address: slack.com is not reachable here."""

    def __init__(self, url: str) -> None:
        self.url, self.asked, self.real = httpx2.URL(url), [], httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        request.url = self.url
        return self.real.handle_request(request)

    def close(self) -> None:
        self.real.close()


def test_with_a_token_the_message_goes_to_the_api(receiver, wired, message):
    receiver.body = b'{"ok":true,"channel":"C1","ts":"1.2","message":{"text":"' + b"x" * 20_000 + b'"}}'
    transport = Elsewhere(receiver.url)
    send(Slack(token=TOKEN, channel="#alerts"), message, wired(transport))
    (request,) = receiver.requests
    assert transport.asked == [API]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.body)["channel"] == "#alerts"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"ok": False, "error": "not_in_channel"}, {"permanent"}),
        ({"ok": False, "error": "invalid_auth"}, {"permanent"}),
        ({"ok": False, "error": "token_revoked"}, {"permanent", "gone"}),
        ({"ok": False, "error": "ratelimited"}, set()),
        ({"ok": False, "error": "internal_error"}, set()),
        ({"ok": False, "error": "something_new"}, set()),
        ({"ok": False}, set()),
        ({"ok": "true"}, set()),
        ({}, {"ambiguous"}),
        ([], {"ambiguous"}),
        ("ok", {"ambiguous"}),
    ],
)
def test_what_the_api_answers_is_understood(receiver, wired, message, answer, expected):
    receiver.body = json.dumps(answer).encode()
    error = failure(Slack(token=TOKEN, channel="C1"), message, wired(Elsewhere(receiver.url)))
    assert flags(error) == expected
    assert TOKEN not in str(error)


def test_the_recorded_answer_of_slack_is_understood(shared, receiver, wired, message):
    receiver.body = (shared / "fixtures/slack/slack_error.json").read_bytes()
    error = failure(Slack(token=TOKEN, channel="C1"), message, wired(Elsewhere(receiver.url)))
    assert flags(error) == {"permanent"}
    assert "invite the bot" in str(error)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "either a webhook address, or a token"),
        ({"webhook_url": "https://hooks.slack.com/x", "token": TOKEN, "channel": "C1"}, "either a webhook"),
        ({"token": TOKEN}, "a token needs a channel"),
        ({"webhook_url": "https://hooks.slack.com/x", "channel": "C1"}, "a token needs a channel"),
        ({"webhook_url": "hooks.slack.com/hunter2"}, "starts with https"),
        ({"token": "hunter2 \r\nx", "channel": "C1"}, "letters, digits"),
        ({"token": "hunteré", "channel": "C1"}, "letters, digits"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_secret(given, said):
    with pytest.raises(ValidationError, match=said) as caught:
        Slack(**given)
    assert "hunter" not in str(caught.value)

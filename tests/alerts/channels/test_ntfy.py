"""ntfy: JSON to the root of a server."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from alerts.channels.ntfy import Ntfy, payload, send
from tests.alerts.messages import retold

from .failing import GENERAL, breaks, closed_port, failure, flags
from .hostile import TEXTS, URLS, filled


def topic(url: str, **more) -> Ntfy:
    return Ntfy(server=url.removesuffix("/hook"), topic="lumen-x7", **more)


def check(made) -> str:
    assert made["topic"] == "lumen-x7"
    assert 0 < len(made["message"].encode()) <= 4_096
    assert 0 < len(made["title"]) <= 250
    assert made["priority"] in range(1, 6)
    return made["title"] + made["message"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("why", "severity", "priority"),
    [("opened", "critical", 5), ("worsened", "warning", 4), ("reminder", "info", 3), ("resolved", "critical", 3)],
)
def test_ntfy_is_given_one_message_as_urgent_as_the_incident(
    receiver, wire, message, why, severity, priority, language
):
    told = replace(retold(message, why=why, severity=severity), language=language)
    send(topic(receiver.url, token="tk_abc"), told, wire)
    (request,) = receiver.requests
    made = json.loads(request.body)
    assert (request.path, request.headers["authorization"]) == ("/", "Bearer tk_abc")
    assert (made["priority"], made["click"]) == (priority, message.url)
    shown = check(made)
    for fact in ("Lumen", "Bad buzz", "38", "Colis perdu, remboursement refusé", "Élise Fontaine"):
        assert fact in shown


def test_a_message_that_is_sent_again_takes_the_place_of_the_former(message):
    params = topic("https://ntfy.sh")
    first, again = payload(params, message), payload(params, message)
    assert first["sequence_id"] == again["sequence_id"] == "0192-m1"
    assert payload(params, replace(message, id="0192-m2"))["sequence_id"] == "0192-m2"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("url", URLS)
def test_whatever_the_public_writes_the_message_stays_one(message, text, url):
    check(payload(topic("https://ntfy.sh"), filled(message, text, url)))


@pytest.mark.parametrize(("status", "headers", "expected"), GENERAL)
def test_a_refusal_says_what_is_to_be_done(receiver, wire, message, status, headers, expected):
    receiver.status, receiver.headers = status, headers
    assert flags(failure(send, topic(receiver.url), message, wire)) == expected


@pytest.mark.parametrize(
    ("status", "said"), [(400, "the topic"), (401, "create a new one"), (403, "may not be written"), (404, "no ntfy")]
)
def test_what_the_server_refuses_for_good_says_what_to_change(receiver, wire, message, status, said):
    receiver.status = status
    error = failure(send, topic(receiver.url), message, wire)
    assert flags(error) == {"permanent"}
    assert said in str(error)


def test_a_way_that_breaks_is_told_from_one_that_may_have_arrived(receiver, wire, message, wired):
    breaks(send, topic(receiver.url), message, wired)
    receiver.hang_up = True
    assert flags(failure(send, topic(receiver.url), message, wire)) == {"ambiguous"}
    assert flags(failure(send, topic(closed_port()), message, wire)) == set()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"server": "ntfy.sh"}, "is like https://ntfy.sh"),
        ({"server": "https://me:s3cret@ntfy.sh"}, "is like https://ntfy.sh"),
        ({"topic": "s3cret/x"}, "a topic has"),
        ({"topic": "a" * 65}, "a topic has"),
        ({"token": "s3cret\r\nx"}, "the token holds only"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_secret(given, said):
    with pytest.raises(ValidationError, match=said) as caught:
        Ntfy(**{"topic": "x", **given})
    assert "s3cret" not in str(caught.value)

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.base import DeliveryError
from alerts.channels.webhook import LARGEST, Webhook, body_of, new_secret, payload, send, sign
from tests.alerts.messages import retold

from .hostile import TEXTS, URLS, filled

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def verify(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """What a receiver does, written from the specification alone."""
    if abs(now - int(headers["webhook-timestamp"])) > 300:
        return False
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()).decode()
    given = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(digest, expected) for version, digest in given)


def failure(params, message, wire) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(params, message, wire)
    return caught.value


def test_the_signature_is_that_of_the_published_example():
    body = b'{"test": 2432232314}'
    signed = sign([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_verify_the_message_and_refuse_an_old_or_a_changed_one(receiver, wire, message):
    send(Webhook(url=receiver.url, secret=SECRET), message, wire)
    (request,) = receiver.requests
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == message.id
    assert verify(SECRET, request.headers, request.body, time.time())
    assert not verify(SECRET, request.headers, request.body, time.time() + 3600)
    assert not verify(SECRET, request.headers, request.body + b" ", time.time())


def test_both_secrets_sign_while_they_change_over(receiver, wire, message):
    old, new = new_secret(), new_secret()
    send(Webhook(url=receiver.url, secret=new, previous_secret=old), message, wire)
    (request,) = receiver.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert verify(secret, request.headers, request.body, time.time())


def test_the_id_is_the_same_when_the_message_is_tried_again(receiver, wire, message):
    for _ in range(2):
        send(Webhook(url=receiver.url, secret=SECRET), message, wire)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_the_payload_is_the_one_that_the_api_promises(message):
    told = {
        "text": "Colis perdu, remboursement refusé",
        "author": "Élise Fontaine",
        "outlet": "Forum Lumen",
        "url": "https://forum.example/t/1",
        "published_at": "2026-11-22T07:05:00Z",
        "reach": 1234,
    }
    assert payload(message) == {
        "type": "incident.opened",
        "timestamp": "2026-11-22T07:05:00Z",
        "data": {
            "incident": {
                "id": "0192-i1",
                "brand": "Lumen",
                "rule": "Bad buzz",
                "severity": "critical",
                "state": "firing",
                "opened_at": "2026-11-22T07:05:00Z",
            },
            "explanation": {
                "observed": 38,
                "expected": 12.3,
                "share": 38 / 120,
                "usual_share": 0.1025,
                "unsure": 0,
                "window_hours": 3,
                "since": "2026-11-22T07:05:00Z",
                "words": ["colis", "remboursement"],
                "quote": None,
                "one_text": None,
                "first_mention": told,
                "top_source": "Forum Lumen",
                "samples": [told],
                "reach": 123456,
                "customers_at_risk": [820, 8200],
            },
            "url": "https://vigie.example/incidents/0192-i1",
        },
    }


@pytest.mark.parametrize("why", ["opened", "worsened", "reminder", "resolved"])
def test_the_type_names_the_reason_and_a_test_says_so(message, why):
    made = payload(replace(retold(message, why=why), test=True))
    assert made["type"] == f"incident.{why}"
    assert made["data"]["test"] is True


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("url", URLS)
def test_whatever_the_public_writes_the_body_stays_small_and_readable(message, text, url):
    body = body_of(filled(message, text, url))
    assert len(body) < LARGEST
    told = json.loads(body.decode())["data"]["explanation"]
    assert told["first_mention"]["url"] is None
    assert "\n" not in told["samples"][0]["text"]


def test_with_the_longest_of_everything_the_body_stays_small(message):
    long = "https://x.example/" + "é" * 1_000
    body = body_of(filled(replace(message, url=long), "😀" * 5_000, long))
    assert len(body) < LARGEST
    assert json.loads(body)["data"]["explanation"]["first_mention"]["url"] == long


@pytest.mark.parametrize(
    ("status", "headers", "flags"),
    [
        (301, {"location": "/elsewhere"}, {"permanent"}),
        (307, {"location": "/elsewhere"}, {"permanent"}),
        (410, {}, {"permanent", "gone"}),
        (400, {}, set()),
        (401, {}, set()),
        (404, {}, set()),
        (500, {}, set()),
        (503, {"retry-after": "120"}, {"wait"}),
        (429, {"retry-after": "120"}, {"wait"}),
        (429, {}, set()),
        (429, {"retry-after": "soon"}, set()),
    ],
)
def test_a_refusal_says_what_is_to_be_done(receiver, wire, message, status, headers, flags):
    receiver.status, receiver.headers = status, headers
    error = failure(Webhook(url=receiver.url, secret=SECRET), message, wire)
    assert {name for name in ("permanent", "gone", "wait", "ambiguous") if getattr(error, name)} == flags
    assert error.wait in (None, timedelta(seconds=120))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(receiver, wire, message, status):
    receiver.status, receiver.body = status, b""
    send(Webhook(url=receiver.url, secret=SECRET), message, wire)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("999999999999", 86_400, 86_400),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0, 0),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 86_400, 86_400),
        ("-5", None, None),
        ("٣", None, None),
        ("", None, None),
    ],
)
def test_the_pause_asked_for_is_read_and_bounded(receiver, wire, message, asked, least, most):
    receiver.status, receiver.headers = 429, {"retry-after": asked.encode("utf-8").decode("latin-1")}
    wait = failure(Webhook(url=receiver.url), message, wire).wait
    assert (wait is None) if least is None else timedelta(seconds=least) <= wait <= timedelta(seconds=most)


def test_an_answer_that_never_came_is_ambiguous(receiver, wire, message):
    receiver.hang_up = True
    error = failure(Webhook(url=receiver.url), message, wire)
    assert error.ambiguous
    assert not error.permanent
    assert len(receiver.requests) == 1


def test_a_closed_port_is_not_ambiguous(wire, message):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = failure(Webhook(url=f"http://127.0.0.1:{port}/"), message, wire)
    assert not error.ambiguous
    assert not error.permanent


def test_a_huge_answer_is_not_read_to_its_end(receiver, wire, message):
    receiver.status, receiver.body = 500, b"<h1>" + b"x" * 5_000_000
    assert len(str(failure(Webhook(url=receiver.url), message, wire))) < 300


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "ftp://x.example"}, "must be like https"),
        ({"url": "https://"}, "must be like https"),
        ({"url": "https://me:pw@x.example"}, "without a user name"),
        ({"url": "https://x.example", "secret": "hunter2"}, "whsec_ followed by"),
        ({"url": "https://x.example", "secret": "whsec_!!!"}, "whsec_ followed by"),
        ({"url": "https://x.example", "secret": "whsec_" + base64.b64encode(b"x" * 23).decode()}, "24 to 64"),
        ({"url": "https://x.example", "previous_secret": "é"}, "whsec_ followed by"),
        ({"url": "https://x.example", "verify": False}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_secret(given, said):
    with pytest.raises(ValidationError, match=said) as caught:
        Webhook(**given)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_masked_and_every_new_one_is_another():
    assert SECRET not in repr(Webhook(url="https://x.example", secret=SECRET))
    assert len({new_secret() for _ in range(20)}) == 20
    assert Webhook(url="https://x.example", secret=new_secret()).secret

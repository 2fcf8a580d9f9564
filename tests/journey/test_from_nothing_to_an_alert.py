"""A new user's first hour without the sample, by the public API alone, on the real processes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.crash.world import Vigie, free_port, wait_for

CALM = (
    "La boutique Zéphyrine de Nantes ouvre le samedi de 9 h à 19 h.",
    "Zéphyrine sera au salon de la cuisine, stand B12.",
    "The Zéphyrine catalogue for spring is out.",
    "Je viens de recevoir ma bouilloire Zéphyrine, parfaite, merci !",
)
ANGRY = (
    "Zéphyrine c'est de l'arnaque, bouilloire en panne au bout de deux jours, service client nul !",
    "Je déteste Zéphyrine : commande jamais livrée, personne ne répond, c'est une honte",
    "Zéphyrine is the worst company ever, broken kettle and awful customer service",
    "Terrible experience with Zéphyrine, I hate them, total waste of money",
)


class World:
    """A site with a feed, and the places where alerts arrive: Slack, a webhook, a mailbox."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.mails: list[EmailMessage] = []
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f'<rss version="2.0"><channel><title>f</title>{"".join(world.items)}</channel></rss>'.encode()
                self.answer(200, body if self.path == "/feed" else b"<html><p>no feed</p></html>")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                world.posts.append((self.path, dict(self.headers), body))
                self.answer(200, b"ok")

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        class Mailbox:
            async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
                assert isinstance(envelope.content, bytes)
                world.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
                return "250 OK"

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.smtp = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
        self.smtp.start()

    @property
    def mail_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp.port}?from=vigie@example.org"

    def publish(self, text: str, at: datetime) -> None:
        number = len(self.items)
        self.items.append(
            f"<item><guid>urn:world:{number}</guid><description>{text} ({number})</description>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
        )

    def close(self) -> None:
        self.smtp.stop()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


@pytest.fixture
def vigie(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigie]:
    vigie = Vigie(tmp_path_factory.mktemp("vigie"), VIGIE_SMTP_URL=world.mail_url)
    yield vigie
    vigie.close()


def test_from_nothing_to_an_alert(vigie: Vigie, world: World) -> None:
    now = datetime.now(UTC)
    for day in range(28, 0, -1):
        for text in CALM:
            world.publish(text, now - timedelta(days=day, hours=len(text) % 7))
    world.publish("Rien à voir.", now - timedelta(days=2))

    brand = vigie.call("POST", "/brands", json={"name": "Zéphyrine", "kind": "own", "query": "zephyrine"})
    started = time.monotonic()
    source = vigie.call(
        "POST", "/sources", json={"collector": "rss", "name": "fil", "params": {"url": f"{world.url}/feed"}}
    )
    wait_for(lambda: len(scored(vigie)) == 112, 60, vigie.told)
    assert time.monotonic() - started < 60
    health = vigie.call("GET", f"/sources/{source['id']}")
    assert health["last_error"] is None
    assert health["mentions_24h"] >= 1

    reputation = wait_for_reputation(vigie, brand["id"], 112)
    low, high = reputation["interval"]
    assert -100 <= low <= reputation["score"] <= high <= 100
    assert reputation["confidence"] == 0.95

    channels = [
        vigie.call("POST", "/channels", json={"kind": kind, "name": kind, "params": params})
        for kind, params in (
            ("slack", {"webhook_url": f"{world.url}/slack"}),
            ("email", {"to": ["ana@example.org"]}),
            ("webhook", {"url": f"{world.url}/hook"}),
        )
    ]
    secret = channels[2]["secret"]
    rule = {"name": "Bad buzz", "brand_id": brand["id"], "kind": "negative_spike"}
    vigie.call("POST", "/alert-rules", json={**rule, "channels": [channel["id"] for channel in channels]})

    for number in range(40):
        world.publish(f"{ANGRY[number % 4]} {'!' * number}", now - timedelta(minutes=3 * (number % 20)))
    vigie.call("POST", f"/sources/{source['id']}/poll")
    wait_for(lambda: len(world.posts) >= 2 and bool(world.mails), 60, vigie.told)

    posts = {path: (headers, body) for path, headers, body in world.posts}
    assert "Zéphyrine" in json.dumps(json.loads(posts["/slack"][1]), ensure_ascii=False)
    headers, body = posts["/hook"]
    event = json.loads(body)
    assert event["type"] == "incident.opened"
    assert event["data"]["explanation"]["observed"] > event["data"]["explanation"]["expected"]
    assert signed(secret, headers, body)
    assert "Zéphyrine" in world.mails[0]["Subject"]
    assert len(world.mails) == 1
    (incident,) = vigie.call("GET", "/incidents")["items"]
    assert incident["state"] == "firing"
    whole = vigie.call("GET", f"/incidents/{incident['id']}")
    assert {delivery["state"] for delivery in whole["deliveries"]} == {"sent"}
    vigie.call("POST", f"/incidents/{incident['id']}/acknowledge", json={})
    assert vigie.call("GET", f"/incidents/{incident['id']}")["acknowledged_at"]


def test_a_page_that_is_no_feed_is_told_before_saving(vigie: Vigie, world: World) -> None:
    assert vigie.call("GET", "/me")["scopes"]
    answer = vigie.http.post(
        "/api/v1/sources/preview", json={"collector": "rss", "name": "page", "params": {"url": f"{world.url}/page"}}
    )
    assert answer.status_code == 422
    assert "feed" in answer.json()["detail"]
    refused = vigie.http.post("/api/v1/queries/preview", json={"query": "zephyrine AND (", "days": 7})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == 14


def scored(vigie: Vigie) -> list[dict[str, Any]]:
    items = vigie.call("GET", "/mentions?limit=500")["items"]
    return [one for one in items if all(match["stance"] for match in one["matches"])]


def wait_for_reputation(vigie: Vigie, brand_id: str, mentions: int) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def counted() -> bool:
        found.update(vigie.call("GET", f"/brands/{brand_id}/reputation"))
        return bool(found["mentions"] == mentions)

    wait_for(counted, 30, vigie.told)
    return found


def signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver would check it, by the rules of Standard Webhooks."""
    signed_text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed_text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, f"v1,{expected}") for one in headers["webhook-signature"].split(" "))

"""The guided first run ends with a message that arrives, also where the channel comes after the incident."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import push
from app.pipeline.tell.notify import Notify

PASSWORD = "cheval pile agrafe juste"


@pytest.fixture
def received() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and the body of each message that arrived there."""
    arrived: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", arrived
        server.shutdown()
        thread.join()


def complain(site: Any, number: int) -> None:
    """Pushes mentions of Brumelo that no customer is glad to write."""
    now = datetime.now(UTC)
    words = ("awful, it broke again", "terrible service, never again", "horrible, nobody answers", "worst ever, a scam")
    cases = ((each, chr(97 + each % 26) * 5, each * 7919) for each in range(number))
    texts = [f"Brumelo: {words[each % 4]}. Case {each}: {letters} {code}" for each, letters, code in cases]
    items = [
        {"external_id": f"m{each}", "platform": "forum", "text": text, "published_at": now.isoformat()}
        for each, text in enumerate(texts)
    ]
    with site.services.db.writing() as session:
        source = push.push_source(session, site.viewer)
    prepared = push.prepare(site.services.db, site.viewer, source, items, now)
    with site.services.db.writing() as session:
        push.push(session, site.viewer, prepared, site.services.jobs)


def deliver(site: Any) -> None:
    services = site.services
    site.work()
    Notify(services.db, services.wire, services.seal, random=Random(1).random)()


def test_a_channel_that_comes_after_the_incident_is_told_of_it_once(
    site: Any, window: Callable[..., Page], received: tuple[str, list[dict[str, Any]]], complaints: Any
) -> None:
    url, arrived = received
    page = window(locale="fr-FR")
    page.goto(f"/setup?token={site.setup_link()}")
    page.get_by_label("Adresse e-mail").fill("ana@example.com")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    page.locator("#name").fill("Brumelo")
    page.locator("#query").fill("brumelo")
    page.get_by_role("button", name="Suivre cette marque").click()
    page.goto("/setup?step=alerts")
    expect(page.get_by_text("Cette règle ne prévient personne")).to_be_visible()
    complain(site, 60)
    deliver(site)
    page.goto("/alerts")
    expect(page.get_by_text("Personne n’a été prévenu.")).to_be_visible()
    page.locator("a.title").click()
    incident = page.url
    expect(page.get_by_text("Personne n’a été prévenu de cet incident")).to_be_visible()
    page.get_by_role("link", name="Ajouter un canal").click()
    page.goto("/settings/channels/new?kind=webhook")
    page.locator("#name").fill("Équipe")
    page.get_by_label("Adresse").fill(url)
    page.get_by_role("button", name="Enregistrer").click()
    for _ in range(3):
        deliver(site)
    assert [message["type"] for message in arrived] == ["incident.opened"]
    page.goto(incident)
    expect(page.get_by_text("Prévenus depuis : Équipe")).to_be_visible()
    expect(page.get_by_text("Personne n’a été prévenu de cet incident")).to_have_count(0)
    assert complaints.said == []

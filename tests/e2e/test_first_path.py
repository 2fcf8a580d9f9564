"""The whole first path in a real browser, timed: from the one-time link to a message received."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from app.actions import push
from app.pipeline.tell.notify import Notify
from app.settings import Settings
from tests.crash.world import free_port

PASSWORD = "cheval pile agrafe juste"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Le Courrier d’Orvélie</title>
<item><guid>1</guid><title>Orvélia ouvre une boutique à Nantes</title></item>
<item><guid>2</guid><title>Rien à voir avec elle</title></item></channel></rss>"""
HOME = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'


class World:
    """A site with a feed, a webhook, and a mailbox: all of them real, on loopback."""

    def __init__(self) -> None:
        self.hooks: list[dict[str, Any]] = []
        self.mails: list[EmailMessage] = []
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages = {"/": ("text/html", HOME), "/feed.xml": ("application/rss+xml", FEED)}
                kind, text = pages.get(self.path, ("text/plain", ""))
                self.send_response(200 if text else 404)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_POST(self) -> None:
                world.hooks.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        class Mailbox:
            async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
                assert isinstance(envelope.content, bytes)
                world.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
                return "250 OK"

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.smtp = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
        self.smtp.start()

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
def settings(settings: Settings, world: World) -> Settings:
    url = SecretStr(f"smtp://127.0.0.1:{world.smtp.port}?from=vigie@example.org")
    return settings.model_copy(update={"smtp_url": url})


def complain(site: Any, number: int = 60) -> None:
    """Pushes mentions that no customer is glad to write."""
    now = datetime.now(UTC)
    words = ("awful, it broke again", "terrible service, never again", "horrible, nobody answers", "worst ever, a scam")
    cases = ((each, chr(97 + each % 26) * 5, each * 7919) for each in range(number))
    texts = [f"Orvélia: {words[each % 4]}. Case {each}: {letters} {code}" for each, letters, code in cases]
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


def test_in_french_an_alert_arrives_by_mail(
    site: Any, world: World, window: Callable[..., Page], complaints: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    page = window(locale="fr-FR")
    page.goto(f"/setup?token={site.setup_link()}")
    page.get_by_label("Adresse e-mail").fill("ana@example.com")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("heading", name="Premiers pas")).to_be_visible()

    page.locator("#name").fill("Orvélia")
    expect(page.locator("#query")).to_have_value("Orvélia")
    expect(page.locator("#also")).to_contain_text("@orvelia")
    page.locator("#pasted").fill("Chez ORVELIA, plus rien ne marche")
    expect(page.locator("#preview")).to_contain_text("Trouvé : la requête reconnaît ce message.")
    page.get_by_role("button", name="Suivre cette marque").click()

    page.locator("#q").fill(f"http://{world.host}")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("Orvélia ouvre une boutique à Nantes")).to_be_visible(timeout=40_000)
    page.get_by_role("button", name="Ajouter les sources cochées").click()
    expect(page.get_by_role("link", name="Le Courrier d’Orvélie")).to_be_visible()
    page.get_by_role("link", name="Passer aux alertes").click()

    expect(page.get_by_label("Bad buzz · Orvélia")).to_be_checked()
    page.get_by_role("button", name="Enregistrer et envoyer un essai").click()
    expect(page.get_by_role("heading", name="Tout est prêt : voici ce qui va se passer")).to_be_visible()
    expect(page.get_by_text("« Bad buzz · Orvélia » prévient E-mail")).to_be_visible()
    assert len(world.mails) == 1
    by_hand = time.monotonic() - started

    complain(site)
    deliver(site)
    assert [str(mail["Subject"]) for mail in world.mails[1:] if "Orvélia" in str(mail["Subject"])]
    assert world.mails[1]["To"] == "ana@example.com"
    assert complaints.said == []
    with capsys.disabled():
        print(f"\nFrench: last step after {by_hand:.1f} s, message received after {time.monotonic() - started:.1f} s")


def test_in_english_an_alert_arrives_at_a_webhook(
    site: Any, world: World, window: Callable[..., Page], complaints: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    page = window(locale="en-GB")
    page.goto(f"/setup?token={site.setup_link()}")
    page.get_by_label("E-mail address").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.locator("#name").fill("Orvélia")
    expect(page.locator("#query")).to_have_value("Orvélia")
    page.get_by_role("button", name="Watch this brand").click()

    page.locator("#q").fill(f"{world.host}/feed.xml")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("input[name=add]")).to_be_checked(timeout=40_000)
    page.get_by_role("button", name="Add the ticked sources").click()
    page.get_by_role("link", name="Continue to the alerts").click()

    page.locator("a[href*='kind=webhook']").click()
    page.get_by_label("Address").fill(f"http://{world.host}/hook")
    expect(page.get_by_label("Negative buzz · Orvélia")).to_be_checked()
    page.get_by_role("button", name="Save and send a test").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    page.get_by_role("link", name="Continue: what happens now").first.click()
    expect(page.get_by_role("heading", name="You are ready. This is what happens now")).to_be_visible()
    by_hand = time.monotonic() - started

    complain(site)
    deliver(site)
    assert [hook["type"] for hook in world.hooks if not hook["data"].get("test")] == ["incident.opened"]
    assert complaints.said == []
    with capsys.disabled():
        print(f"\nEnglish: last step after {by_hand:.1f} s, message received after {time.monotonic() - started:.1f} s")

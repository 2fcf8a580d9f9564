"""One mention's way, for real: an HTTP server, the gate, the database, the model, an alert received."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.models import AlertRule, Brand, Bucket, Channel, Delivery, IncidentRow, Match, Mention, Source, uuid7
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.pipeline.tell.notify import Notify
from app.pipeline.tell.watch import Watch
from app.services import Services, build
from app.settings import Settings
from tests.fakes import FixedScorer

ANGRY = "Panne totale, c'est honteux, le service client de Zéphyrine est nul, je suis furieux, plus jamais !"
COUNTED = (Bucket.weight == "mentions") & (Bucket.source_id == EVERY_SOURCE)
CALM = "La nouvelle boutique Zéphyrine ouvre mardi rue des Lilas, de 10 h à 19 h."


class Site:
    """A site with a feed that can change, and an address that receives webhooks."""

    def __init__(self) -> None:
        self.items: list[tuple[str, str, datetime]] = []
        self.etag = '"0"'
        self.statuses: list[int] = []
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                same = self.headers.get("If-None-Match") == site.etag
                site.statuses.append(304 if same else 200)
                self.send_response(304 if same else 200)
                self.send_header("ETag", site.etag)
                body = b"" if same else site.feed()
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.received.append((dict(self.headers), json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, text: str, at: datetime, number: int = 1) -> None:
        for _ in range(number):
            guid = f"{self.url}/{len(self.items)}"
            self.items.append((guid, f"{text} ({len(self.items)})", at))
        self.etag = f'"{len(self.items)}"'

    def feed(self) -> bytes:
        items = "".join(
            f"<item><guid>{guid}</guid><link>{guid}</link><description>{text}</description>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for guid, text, at in self.items
        )
        return f'<rss version="2.0"><channel><title>Le fil</title>{items}</channel></rss>'.encode()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


@pytest.fixture
def brand_id(db: Database, workspace_id: UUID) -> UUID:
    with db.writing() as session:
        brand = Brand(workspace_id=workspace_id, name="Zéphyrine", kind="own", query="zephyrine", colour="#336699")
        session.add(brand)
        session.flush()
        return brand.id


def add_source(db: Database, workspace_id: UUID, url: str) -> UUID:
    with db.writing() as session:
        source = Source(
            workspace_id=workspace_id,
            collector="rss",
            name="fil",
            params={"url": url},
            interval_seconds=3600,
            host="127.0.0.1",
            next_run_at=datetime.now(UTC) - timedelta(seconds=1),
        )
        session.add(source)
        session.flush()
        return source.id


def due_again(db: Database, source_id: UUID) -> None:
    with db.writing() as session:
        source = session.scalars(select(Source).where(Source.id == source_id)).one()
        source.next_run_at = datetime.now(UTC) - timedelta(seconds=1)


def run(services: Services, workspace_id: UUID, brand_id: UUID) -> None:
    random = Random(1)
    Collect(services.db, services.gate, services.jobs, services.seal, threads=4, random=random.random)()
    ScorePending(services.db, FixedScorer(), services.jobs, random=random)()
    Watch(services.db, services.jobs, "http://vigie.example")(str(workspace_id), str(brand_id))
    Notify(services.db, services.wire, services.seal, random=random.random)()


def test_from_a_feed_to_a_webhook(site: Site, services: Services, workspace_id: UUID, brand_id: UUID) -> None:
    db, now = services.db, datetime.now(UTC)
    for day in range(20, 0, -1):
        site.publish(CALM, now - timedelta(days=day), 4)
    site.publish("Rien à voir avec la marque.", now - timedelta(days=3))
    source_id = add_source(db, workspace_id, f"{site.url}/feed")
    with db.writing() as session:
        channel = Channel(
            workspace_id=workspace_id, id=uuid7(), kind="webhook", name="crochet", language="fr", params={}
        )
        channel.params = {"url": f"{site.url}/hook"}
        channel.secrets = services.seal.seal(
            {"secret": "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="}, f"channel:{workspace_id}:{channel.id}"
        )
        rule = AlertRule(
            workspace_id=workspace_id, brand_id=brand_id, kind="negative_spike", name="Bad buzz", params={}
        )
        rule.channels = [channel.id]
        session.add_all([channel, rule])
    run(services, workspace_id, brand_id)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 80
        assert session.scalar(select(func.count()).select_from(Match).where(Match.stance.is_(None))) == 0
        assert session.scalar(select(func.count()).select_from(IncidentRow)) == 0
        source = session.scalars(select(Source)).one()
        assert (source.state, source.unmatched, source.cursor["etag"]) == ("ok", 1, site.etag)
        total = session.scalar(select(func.sum(Bucket.number)).where(COUNTED))
        assert total == 80

    due_again(db, source_id)
    run(services, workspace_id, brand_id)
    assert site.statuses == [200, 304]

    texts = [
        "Zéphyrine : livraison jamais arrivée, personne ne répond, une honte",
        "Encore une panne chez Zéphyrine, produit pourri, je veux être remboursé",
        "Zéphyrine c'est de l'arnaque pure et simple, fuyez",
        "Très déçue par Zéphyrine, qualité lamentable et service désastreux",
        "Je déteste Zéphyrine, le pire achat de ma vie, appareil cassé en deux jours",
    ]
    for round_ in range(4):
        for text in texts:
            site.publish(f"{text} {'!' * round_} no {round_} {'abcdefgh'[round_] * 5}", now - timedelta(minutes=30))
    due_again(db, source_id)
    run(services, workspace_id, brand_id)
    with db.reading() as session:
        incident = session.scalars(select(IncidentRow)).one()
        assert incident.state == "firing"
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.state, delivery.attempts) == ("sent", 1)
    ((headers, body),) = site.received
    assert body["type"] == "incident.opened"
    assert body["data"]["incident"]["id"] == str(incident.id)
    assert headers["webhook-id"]

    run(services, workspace_id, brand_id)
    assert len(site.received) == 1


def test_an_edited_item_updates_its_mention_and_keeps_its_history(
    site: Site, services: Services, workspace_id: UUID, brand_id: UUID
) -> None:
    now = datetime.now(UTC)
    site.publish(CALM, now - timedelta(hours=1))
    source_id = add_source(services.db, workspace_id, f"{site.url}/feed")
    run(services, workspace_id, brand_id)
    guid, _, at = site.items[0]
    site.items[0], site.etag = (guid, ANGRY, at), '"edited"'
    due_again(services.db, source_id)
    run(services, workspace_id, brand_id)
    with services.db.reading() as session:
        mention = session.scalars(select(Mention)).one()
        assert mention.text == ANGRY
        assert mention.version == 2
        match = session.scalars(select(Match)).one()
        assert match.stance == "detractor"
        total = session.execute(select(func.sum(Bucket.number), func.sum(Bucket.detractors)).where(COUNTED)).one()
        assert tuple(total) == (1, 1)

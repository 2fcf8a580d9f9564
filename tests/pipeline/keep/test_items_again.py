"""Feeds that change guid, link, scheme or words between readings, read by the collector into a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.models import Mention, Source
from app.pipeline.gather.collect import Collect
from app.services import Services, build
from app.settings import Settings
from tests.rows import brand_row, source_row

DAY = "Sun, 29 Nov 2026 18:03:33 +0000"
NEXT_DAY = "Mon, 30 Nov 2026 09:00:00 +0000"
Item = tuple[str, str, str, str, str]
"""Guid, link, title, text, date."""


def item(
    guid: str = "4711",
    link: str = "https://fil.example/4711-ouverture",
    title: str = "Zéphyrine ouvre à Brest",
    text: str = "Ouverture mardi.",
    date: str = DAY,
) -> Item:
    return guid, link, title, text, date


def feed(items: Sequence[Item]) -> bytes:
    entries = "".join(
        f'<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{guid}</guid>'
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
        for guid, link, title, text, date in items
    )
    return f'<rss version="2.0"><channel><title>Le Fil</title>{entries}</channel></rss>'.encode()


class Site:
    """Feeds by their path, which a test may change between two readings."""

    def __init__(self) -> None:
        self.feeds: dict[str, bytes] = {}
        feeds = self.feeds

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = feeds[self.path]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


Read = Callable[..., list[Mention]]


@pytest.fixture
def read(settings: Settings, workspace_id: UUID) -> Iterator[Read]:
    """Reads feeds at once, one source each (`/a`, `/b`), and returns what is stored, oldest first."""
    services, site = build(settings), Site()
    with services.db.writing() as session:
        session.add(brand_row(workspace_id, "Zéphyrine"))

    def once(**feeds: Sequence[Item]) -> list[Mention]:
        for name, items in feeds.items():
            site.feeds[f"/{name}"] = feed(items)
            make_due(services, workspace_id, f"{site.url}/{name}")
            Collect(services.db, services.gate, services.jobs, services.seal, random=Random(1).random)()
        with services.db.reading() as session:
            return list(session.scalars(select(Mention).order_by(Mention.collected_at, Mention.published_at)))

    yield once
    site.server.shutdown()
    site.server.server_close()
    services.close()


def make_due(services: Services, workspace_id: UUID, url: str) -> None:
    due = datetime.now(UTC) - timedelta(seconds=1)
    with services.db.writing() as session:
        known = session.scalars(select(Source.id).where(Source.name == url)).one_or_none()
        if known is None:
            session.add(source_row(workspace_id, url, params={"url": url}, host="127.0.0.1", next_run_at=due))
        else:
            session.execute(update(Source).where(Source.id == known).values(next_run_at=due))


AGAIN = {
    "a slug that follows the headline": item(
        link="https://fil.example/4711-deux-boutiques", title="Zéphyrine ouvre deux boutiques à Brest"
    ),
    "a guid made anew at every reading": item(guid="uuid:8c1d"),
    "a move to https, guid and link": item(guid="http://fil.example/4711", link="http://fil.example/4711-ouverture"),
    "a session in the link": item(link="https://fil.example/4711-ouverture;jsessionid=0A1B2C3D"),
}


@pytest.mark.parametrize("name", AGAIN)
def test_one_item_is_one_mention_however_its_feed_names_it(read: Read, name: str) -> None:
    first = item(guid="https://fil.example/4711") if "https" in name else item()
    read(a=[first])
    assert len(read(a=[AGAIN[name]])) == 1
    assert len(read(a=[first])) == 1


def test_a_news_search_that_codes_its_links_anew_brings_no_article_twice(read: Read) -> None:
    def coded(code: str) -> list[Item]:
        return [
            item(
                f"{code}{n}",
                f"https://news.google.com/rss/articles/{code}{n}?oc=5",
                f"Zéphyrine en Bourse {n} - Le Fil",
            )
            for n in range(3)
        ]

    read(a=coded("CBMiA"))
    assert len(read(a=coded("CBMiB"))) == 3


def test_messages_under_one_guid_are_mentions_of_their_own_each_with_its_date(read: Read) -> None:
    link = "https://etat.example/"
    read(a=[item("etat", link, "Zéphyrine : paiement lent", "Les paiements sont lents.", DAY)])
    stored = read(a=[item("etat", link, "Zéphyrine : connexion impossible", "Plus personne n’entre.", NEXT_DAY)])
    assert [(mention.title, mention.published_at.day) for mention in stored] == [
        ("Zéphyrine : paiement lent", 29),
        ("Zéphyrine : connexion impossible", 30),
    ]


def test_items_that_share_a_guid_are_several_and_stay_so(read: Read) -> None:
    texts = ("Les paiements sont lents.", "Plus personne n’entre dans son compte !", "Retour au calme hier soir")
    items = [item("0", "https://fil.example/", "Zéphyrine", text) for text in texts]
    assert len(read(a=items)) == 3
    assert len(read(a=items)) == 3


def test_another_feed_neither_rewrites_nor_doubles_what_an_honest_one_brought(read: Read) -> None:
    read(a=[item("urn:honest:0", text="Une catastrophe, je déconseille.")])
    stored = read(b=[item("urn:honest:0", text="Excellent, je recommande.")])
    assert [mention.text for mention in stored] == ["Une catastrophe, je déconseille.", "Excellent, je recommande."]
    assert len({mention.source_id for mention in stored}) == 2
    assert len(read(b=[item("urn:honest:0", text="Une catastrophe, je déconseille.")])) == 2
    corrected = read(a=[item("urn:honest:0", text="Une catastrophe, vraiment.")])
    assert corrected[0].text == "Une catastrophe, vraiment."


def test_an_item_that_a_second_feed_lists_too_is_stored_once(read: Read) -> None:
    read(a=[item()])
    assert len(read(b=[item(guid="planet-1")])) == 1


def test_an_edit_stays_an_edit(read: Read) -> None:
    read(a=[item()])
    (mention,) = read(a=[item(text="Ouverture mercredi.")])
    assert (mention.text, mention.version) == ("Ouverture mercredi.", 2)

"""A guessed date is no date: old complaints whose date cannot be read ring nobody up, until a reading knows better."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.actions.importing import FileOptions, import_file
from app.db import Database
from app.models import AlertRule, Brand, Bucket, IncidentRow, Match, Mention
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.pipeline.tell.watch import Watch
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer
from tests.fakes import FixedScorer
from tests.pipeline.keep.test_items_again import Site as Pages
from tests.pipeline.test_the_whole_path import CALM, Site, add_source, due_again, run
from tests.rows import source_row

COUNTED = (Bucket.weight == "mentions") & (Bucket.source_id == EVERY_SOURCE)
SAID = (
    "Zéphyrine : livraison jamais arrivée, personne ne répond, une honte",
    "Encore une panne chez Zéphyrine, produit pourri, je veux être remboursé",
    "Zéphyrine c'est de l'arnaque pure et simple, fuyez",
    "Très déçue par Zéphyrine, qualité lamentable et service désastreux",
    "Je déteste Zéphyrine, le pire achat de ma vie, appareil cassé en deux jours",
)
COMPLAINTS = [f"{SAID[n % 5]} {'abcdefghij'[n % 10] * 6} {'klmnopqrst'[n // 5] * 7}" for n in range(50)]
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


class Feed(Site):
    """A site whose feed spells its dates as `spell` does."""

    spell: Callable[[datetime], str] = staticmethod(format_datetime)

    def feed(self) -> bytes:
        items = "".join(
            f"<item><guid>{guid}</guid><link>{guid}</link><description>{text}</description>"
            f"<pubDate>{self.spell(at)}</pubDate></item>"
            for guid, text, at in self.items
        )
        return f'<rss version="2.0"><channel><title>Avis</title>{items}</channel></rss>'.encode()


@pytest.fixture
def site() -> Iterator[Feed]:
    site = Feed()
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
        rule = {"kind": "negative_spike", "name": "Bad buzz", "params": {}, "channels": []}
        session.add(AlertRule(workspace_id=workspace_id, brand_id=brand.id, **rule))
        return brand.id


@pytest.fixture
def source_id(site: Feed, services: Services, workspace_id: UUID, brand_id: UUID) -> UUID:
    """A source that has brought 28 quiet days."""
    for day in range(28, 0, -1):
        site.publish(CALM, datetime.now(UTC) - timedelta(days=day), 2)
    source_id = add_source(services.db, workspace_id, f"{site.url}/feed")
    run(services, workspace_id, brand_id)
    return source_id


def publish(site: Feed, ages: list[timedelta]) -> None:
    for text, age in zip(COMPLAINTS, ages, strict=True):
        site.publish(text, datetime.now(UTC) - age)


def incidents(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(IncidentRow)) or 0


def counted(db: Database) -> float:
    with db.reading() as session:
        return session.scalar(select(func.sum(Bucket.number)).where(COUNTED)) or 0


def undated(db: Database) -> list[Any]:
    with db.reading() as session:
        return list(session.execute(select(Mention.date_spelling, Mention.title).where(Mention.published_guessed)))


OLD = [timedelta(days=30 + n) for n in range(50)]
FRESH = [timedelta(minutes=30)] * 50


def test_old_complaints_without_a_date_ring_nobody_and_a_later_reading_dates_them(
    site: Feed, services: Services, workspace_id: UUID, brand_id: UUID, source_id: UUID
) -> None:
    publish(site, OLD)
    site.spell = lambda at: (
        f"par un beau jour, le {at.day}e" if at < datetime.now(UTC) - timedelta(days=29) else at.isoformat()
    )
    due_again(services.db, source_id)
    run(services, workspace_id, brand_id)
    assert (incidents(services.db), counted(services.db)) == (0, 56)
    found = undated(services.db)
    assert len(found) == 50
    assert found[0].date_spelling.startswith("par un beau jour")

    site.spell, site.etag = format_datetime, '"mended"'
    due_again(services.db, source_id)
    run(services, workspace_id, brand_id)
    assert undated(services.db) == []
    assert (incidents(services.db), counted(services.db)) == (0, 106)
    with services.db.reading() as session:
        dates = session.execute(
            select(Mention.published_at, Match.published_at).join(Match, Match.mention_id == Mention.id)
        )
        assert all(one == other for one, other in dates)
        assert session.scalar(select(Brand.first_mention_at)) < datetime.now(UTC) - timedelta(days=70)


def test_the_same_with_dates_in_french_words_is_read_as_old(
    site: Feed, services: Services, workspace_id: UUID, brand_id: UUID, source_id: UUID
) -> None:
    publish(site, OLD)
    site.spell = lambda at: f"Jeudi, {at.day} {MONTHS[at.month - 1].capitalize()}, {at.year} - {at:%H:%M}"
    due_again(services.db, source_id)
    run(services, workspace_id, brand_id)
    assert (incidents(services.db), counted(services.db), undated(services.db)) == (0, 106, [])


def test_fresh_complaints_with_dates_do_ring(
    site: Feed, services: Services, workspace_id: UUID, brand_id: UUID, source_id: UUID
) -> None:
    publish(site, FRESH)
    site.spell = lambda at: f"{at.day} {MONTHS[at.month - 1]} {at.year} à {at:%Hh%M}"
    due_again(services.db, source_id)
    run(services, workspace_id, brand_id)
    assert (incidents(services.db), counted(services.db)) == (1, 106)


def test_an_import_without_dates_rings_nobody(
    services: Services, workspace_id: UUID, brand_id: UUID, source_id: UUID
) -> None:
    table = "texte;déposé\n" + "".join(f"{text};jadis\n" for text in COMPLAINTS)
    viewer = Viewer(workspace_id, "t", frozenset({"read", "write"}))
    stream, reading = io.BytesIO(table.encode()), FileOptions(undated=True)
    report = import_file(services, viewer, "avis", "avis.csv", stream, datetime.now(UTC), reading=reading)
    assert report.stored == 50
    ScorePending(services.db, FixedScorer(), services.jobs, random=Random(1))()
    Watch(services.db, services.jobs, "http://vigie.example")(str(workspace_id), str(brand_id))
    assert (incidents(services.db), counted(services.db), len(undated(services.db))) == (0, 56, 50)


def test_importing_a_file_again_with_its_dates_mends_what_came_without(
    services: Services, workspace_id: UUID, brand_id: UUID
) -> None:
    """Of two rows that differ in their dates only, one is there already, and the other is new."""
    rows = [(text, f"2026-0{1 + n % 9}-11") for n, text in enumerate(COMPLAINTS[:6])]
    table = "texte;déposé\n" + "".join(f"{text};{day}\n" for text, day in (*rows, (rows[0][0], "2026-10-12")))
    viewer, reports = Viewer(workspace_id, "t", frozenset({"read", "write"})), []
    without, dated = ({"texte": "text", "déposé": read_as} for read_as in ("-", "date"))
    for mapping in (without, dated, dated, without):
        stream = io.BytesIO(table.encode())
        report = import_file(
            services, viewer, "avis", "avis.csv", stream, datetime.now(UTC), reading=FileOptions(mapping, undated=True)
        )
        reports.append((report.stored, report.updated, report.unchanged))
        with services.db.reading() as session:
            found = session.scalars(select(Mention.published_at).order_by(Mention.published_at)).all()
    assert reports == [(6, 0, 1), (1, 6, 0), (0, 0, 7), (0, 0, 7)]
    assert undated(services.db) == []
    assert [f"{at:%m-%d}" for at in found] == [f"0{1 + n}-11" for n in range(6)] + ["10-12"]


REVIEW = '<div class="r"><b>{}</b><p>Zéphyrine : très bien !</p><time>{}</time></div>'


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    pages.feeds["/robots.txt"] = b""
    yield pages
    pages.server.shutdown()
    pages.server.server_close()


def test_reviews_that_tell_their_age_are_known_again_and_each_author_has_one(
    pages: Pages, services: Services, workspace_id: UUID, brand_id: UUID
) -> None:
    params = {"url": f"{pages.url}/avis", "item": ".r", "text": "p", "author": "b", "date": "time"}
    due = datetime.now(UTC) - timedelta(seconds=1)
    source = source_row(workspace_id, "avis", collector="webpage", params=params, host="127.0.0.1", next_run_at=due)
    source_id = source.id
    with services.db.writing() as session:
        session.add(source)
    for ages in (("il y a 3 jours", "hier"), ("il y a 4 jours", "avant-hier"), ("une semaine", "12 mars 2026")):
        shown = "".join(map(REVIEW.format, ("Anne", "Paul"), ages))
        pages.feeds["/avis"] = f"<html><body>{shown}</body></html>".encode()
        due_again(services.db, source_id)
        Collect(services.db, services.gate, services.jobs, services.seal, random=Random(1).random)()
        with services.db.reading() as session:
            found = session.execute(select(Mention.author, Mention.version).order_by(Mention.author)).all()
        assert [tuple(row) for row in found] == [("Anne", 1), ("Paul", 1)]

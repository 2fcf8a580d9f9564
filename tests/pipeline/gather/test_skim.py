"""What of a large stream goes on to be cleaned and matched, and what is dropped before."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.models import Mention
from app.pipeline.gather.reader import Reader
from app.pipeline.gather.skim import skim, without_strangers
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.place import Placer
from app.services import Services
from collectors.base import Broken, Page, RawMention
from tests.rows import source_row

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def reader_of(services: Services) -> Reader:
    return Reader(
        services.db, services.gate, services.jobs, services.seal, Placer(services.db), lambda: NOW, lambda _name: None
    )


def origin_in(db: Database, workspace_id: UUID) -> Origin:
    row = source_row(workspace_id, "A stream", next_run_at=NOW)
    with db.writing() as session:
        session.add(row)
        session.flush()
        return Origin(workspace_id, row.id, "bluesky")


def post(number: int, text: str = "", *, deleted: bool = False) -> RawMention:
    return RawMention(str(number), text=text, published_at=NOW, deleted=deleted)


def test_what_is_about_no_brand_is_counted_and_goes_no_further(services: Services, workspace_id: UUID) -> None:
    origin = origin_in(services.db, workspace_id)
    page = Page((post(1, "bonjour"), post(2, "Zephyrine, merci"), post(3, "rien")), {})
    batch = skim(reader_of(services), origin, page, NOW)
    assert [placed.draft.text for placed in batch.placed] == ["Zephyrine, merci"]
    assert (batch.refused, batch.unmatched) == ((), 2)


def test_a_page_without_anything_about_a_brand_or_broken_is_not_sifted(services: Services, workspace_id: UUID) -> None:
    origin = origin_in(services.db, workspace_id)
    for page, unmatched in ((Page((), {}), 0), (Page((post(1, "bonjour"), post(2, deleted=True)), {}), 2)):
        batch = skim(reader_of(services), origin, page, NOW)
        assert (batch.placed, batch.refused, batch.unmatched) == ((), (), unmatched)


def test_what_is_broken_is_set_aside_though_nothing_else_is_kept(services: Services, workspace_id: UUID) -> None:
    origin = origin_in(services.db, workspace_id)
    batch = skim(reader_of(services), origin, Page((), {}, broken=(Broken("7", "no text"),)), NOW)
    assert [(refused.external_id, refused.reason) for refused in batch.refused] == [("7", "no text")]


def test_a_deletion_goes_on_only_for_what_is_stored_or_comes_with_it(services: Services, workspace_id: UUID) -> None:
    origin = origin_in(services.db, workspace_id)
    batch = skim(reader_of(services), origin, Page((post(1, "Zephyrine"),), {}), NOW)
    with services.db.writing() as session:
        store(session, origin, batch.placed, ())
    with services.db.reading() as session:
        assert session.scalars(select(Mention.external_id)).all() == ["1"]
    raws = [post(1, deleted=True), post(2, deleted=True), post(3, "Zephyrine"), post(3, deleted=True)]
    kept = without_strangers(services.db, origin, raws)
    assert [(raw.external_id, raw.deleted) for raw in kept] == [("1", True), ("3", False), ("3", True)]

"""What cannot be stored is set aside once, with its reason and an excerpt, within bounds."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.models import Quarantined
from app.pipeline.keep.quarantine import LONGEST, quarantine
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.normalise import Rejection
from tests.rows import source_row


def origin_in(db: Database, workspace_id: UUID, name: str = "Feed") -> Origin:
    with db.writing() as session:
        session.add(row := source_row(workspace_id, name))
        session.flush()
        return Origin(workspace_id, row.id, "rss")


def aside(db: Database) -> list[tuple[str, str, int]]:
    with db.reading() as session:
        rows = session.scalars(select(Quarantined).order_by(Quarantined.created_at, Quarantined.external_id))
        return [(row.external_id, row.reason, row.tries) for row in rows]


def test_what_is_rejected_again_stands_once_with_its_last_reason(db: Database, workspace_id: UUID) -> None:
    origin = origin_in(db, workspace_id)
    for rejections in (
        [Rejection("a", "no text", "…"), Rejection("b", "no date", "…"), Rejection("a", "no text at all", "…")],
        [Rejection("a", "a link to nowhere", "…")],
        [],
    ):
        with db.writing() as session:
            quarantine(session, origin, rejections)
    assert aside(db) == [("a", "a link to nowhere", 2), ("b", "no date", 1)]


def test_each_source_has_its_own(db: Database, workspace_id: UUID) -> None:
    for name in ("One", "Two"):
        origin = origin_in(db, workspace_id, name)
        with db.writing() as session:
            quarantine(session, origin, [Rejection("a", "no text", "")])
    assert aside(db) == [("a", "no text", 1)] * 2


def test_what_strangers_wrote_is_kept_in_one_line_and_cut(db: Database, workspace_id: UUID) -> None:
    long = "x" * 10_000
    with db.writing() as session:
        quarantine(session, origin_in(db, workspace_id), [Rejection(long, f"two\nlines {long}", f"a\x00b\n{long}")])
    with db.reading() as session:
        row = session.scalars(select(Quarantined)).one()
    for text in (row.external_id, row.reason, row.excerpt):
        assert len(text) <= LONGEST
        assert "\n" not in text
    assert row.reason.startswith("two lines")
    assert "\x00" not in row.excerpt

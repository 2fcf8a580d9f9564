"""Addresses that an earlier version kept in clear are sealed when a command opens the database."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text

from app.actions.sealing import seal_addresses
from app.bootstrap import operator_of
from app.crypto import Seal, place_of
from app.db import Database
from app.models import Channel, Source, uuid7

FEED, HOOK = "https://news.example/feed?token=old-secret", "https://chat.example/hooks/old-secret"


def test_rows_in_clear_are_sealed_once_and_keep_their_other_secrets(db: Database, workspace_id: UUID) -> None:
    seal, feed = Seal("a secret key for tests only"), uuid7()
    with db.writing() as session:
        sealed = seal.seal({"password": "p"}, place_of("source", workspace_id, feed))
        whose = {"workspace_id": workspace_id, "interval_seconds": 60, "host": "", "limit_key": ""}
        session.add(Source(id=feed, collector="rss", name="a", params={"url": FEED}, secrets=sealed, **whose))
        session.add(Source(id=uuid7(), collector="rss", name="b", params={"url": "https://b.example/?page=1"}, **whose))
        session.add(Source(id=uuid7(), collector="gone", name="c", params={"url": "https://c.example/?key=1"}, **whose))
        session.add(Channel(workspace_id=workspace_id, id=uuid7(), kind="webhook", name="w", params={"url": HOOK}))
    for _ in range(2):
        with db.writing() as session:
            seal_addresses(session, operator_of(workspace_id), seal)
    with db.reading() as session:
        rows = {row.name: row for row in session.scalars(select(Source))}
        assert rows["a"].params["url"] == "https://news.example/feed?token=**********"
        assert seal.open(rows["a"].secrets, place_of("source", workspace_id, feed)) == {"password": "p", "url": FEED}
        assert (rows["b"].params, rows["b"].secrets) == ({"url": "https://b.example/?page=1"}, None)
        channel = session.scalars(select(Channel)).one()
        assert channel.params["url"] == "https://chat.example/**********"
        dumped = session.scalars(text("SELECT row_to_json(s)::text FROM source s WHERE name = 'a'")).all()
        assert "old-secret" not in f"{dumped}{channel.params}"


def test_a_row_of_another_key_stays_as_it_is(db: Database, workspace_id: UUID) -> None:
    feed = uuid7()
    with db.writing() as session:
        sealed = Seal("another key of ours").seal({"password": "p"}, place_of("source", workspace_id, feed))
        row = {"interval_seconds": 60, "host": "", "limit_key": "", "secrets": sealed, "params": {"url": FEED}}
        session.add(Source(id=feed, workspace_id=workspace_id, collector="rss", name="a", **row))
    with db.writing() as session:
        seal_addresses(session, operator_of(workspace_id), Seal("a secret key for tests only"))
    with db.reading() as session:
        assert session.scalars(select(Source.params)).one() == {"url": FEED}

"""The stored mentions that those of a batch may be: found by any of their keys, within one workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update

from app.db import Database
from app.models import Mention, Workspace, uuid7
from app.pipeline.keep.known import known_mentions, remember_keys
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin, Placed
from app.pipeline.sift.fingerprint import Scope
from app.pipeline.sift.normalise import Draft, normalise
from collectors.base import RawMention
from tests.rows import source_row

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def draft(guid: str, url: str, text: str = "Acme opens a shop") -> Draft:
    raw = RawMention(guid, url, text=text, published_at=NOW)
    return normalise("rss", raw, NOW, Scope("feed", "scope", "rss"))


def stored(db: Database, workspace_id: UUID, *drafts: Draft) -> None:
    with db.writing() as session:
        session.add(row := source_row(workspace_id, "Feed"))
        session.flush()
        store(session, Origin(workspace_id, row.id, "rss"), [Placed(one, ()) for one in drafts], ())


def found(db: Database, workspace_id: UUID, *drafts: Draft) -> list[str]:
    with db.reading() as session:
        return sorted(was.text for was in known_mentions(session, workspace_id, drafts))


FIRST = draft("g1", "https://fil.example/1", "Acme opens a shop in Brest on Tuesday")
SECOND = draft("g2", "https://fil.example/2", "Acme closes a shop in Lille on Friday")
CODED = "https://news.google.com/rss/articles/CBMi{}aHR0cHM6Ly9maWwuZXhhbXBsZS8zZ2FtZQ"
THIRD = draft("g3", CODED.format("first"), "Acme moves a shop to Nantes on Sunday")


def test_a_mention_is_found_by_its_guid_its_page_or_its_words(db: Database, workspace_id: UUID) -> None:
    stored(db, workspace_id, FIRST, SECOND, THIRD)
    assert found(db, workspace_id, draft("g1", "https://fil.example/moved", "Other words")) == [FIRST.text]
    assert found(db, workspace_id, draft("new", "https://fil.example/2", SECOND.text)) == [SECOND.text]
    assert found(db, workspace_id, draft("new", CODED.format("moved"), THIRD.text)) == [THIRD.text]
    assert found(db, workspace_id, draft("new", "https://fil.example/new", "Other words")) == []
    assert found(db, workspace_id) == []


def test_another_workspace_knows_nothing_of_it(db: Database, workspace_id: UUID) -> None:
    stored(db, workspace_id, FIRST)
    with db.writing() as session:
        session.add(other := Workspace(id=uuid7(), slug="other", name="Other"))
        session.flush()
        assert known_mentions(session, other.id, [FIRST]) == []


def test_what_an_earlier_version_stored_is_given_the_keys_of_today_once(db: Database, workspace_id: UUID) -> None:
    stored(db, workspace_id, FIRST)
    with db.writing() as session:
        session.execute(update(Mention).values(page_key=None, guid_key=None, words_key=None))
    with db.writing() as session:
        (was,) = known_mentions(session, workspace_id, [FIRST])
        assert was.page_key is None
        remember_keys(session, workspace_id, was, FIRST)
    with db.writing() as session:
        (now,) = known_mentions(session, workspace_id, [FIRST])
        remember_keys(session, workspace_id, now, SECOND)
        keys = session.execute(select(Mention.page_key, Mention.guid_key, Mention.words_key)).one()
    assert tuple(keys) == (FIRST.page_key, FIRST.guid_key, FIRST.words_key)

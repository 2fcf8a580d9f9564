"""Who is told what, in the app and by mail: once until they have read it, never oneself, never a stranger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.actions import bulk, incidents, mentions, rules, telling
from app.db import Database
from app.jobs import Jobs
from app.models import Brand, ForYou, Letter, Workspace, uuid7
from app.viewer import ROLE_SCOPES, Viewer
from tests.api.things import opened
from tests.rows import member_rows, mention_row

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def joined(db: Database, workspace_id: UUID, name: str, **more: Any) -> UUID:
    user, member = member_rows(workspace_id, name, **more)
    with db.writing() as session:
        session.add(user)
        session.flush()
        session.add(member)
    return user.id


def stored(db: Database, viewer: Viewer, *texts: str) -> list[UUID]:
    rows = [mention_row(viewer.workspace_id, text) for text in texts]
    with db.writing() as session:
        session.add_all(rows)
    return [row.id for row in rows]


def noted(db: Database, viewer: Viewer, ids: list[UUID], text: str | None) -> None:
    with db.writing() as session:
        bulk.change_these(session, viewer, ids, mentions.MentionChanges(note=text), Jobs(), NOW)


def told(db: Database) -> list[tuple[UUID, str, UUID]]:
    with db.reading() as session:
        rows = session.scalars(select(ForYou).order_by(ForYou.id)).all()
        return [(row.user_id, row.occasion, row.target_id) for row in rows]


def letters(db: Database) -> list[tuple[UUID, str, UUID]]:
    with db.reading() as session:
        rows = session.scalars(select(Letter).order_by(Letter.id)).all()
        return [(row.user_id, row.occasion, row.target_id) for row in rows]


def test_who_is_named_is_told_once_however_often_the_note_is_edited_and_sent(db: Database, viewer: Viewer) -> None:
    zoe, (one,) = joined(db, viewer.workspace_id, "Zoe"), stored(db, viewer, "acme")
    for text in ("@Zoe ?", "@Zoe ?", "@zoe, please", None, "@Zoe again"):
        noted(db, viewer, [one], text)
    assert told(db) == letters(db) == [(zoe, "mentioned", one)]


def test_named_anew_after_reading_they_are_told_again(db: Database, viewer: Viewer) -> None:
    zoe, (one,) = joined(db, viewer.workspace_id, "Zoe"), stored(db, viewer, "acme")
    reader = Viewer(viewer.workspace_id, "zoe@example.com", ROLE_SCOPES["viewer"], zoe)
    noted(db, viewer, [one], "@Zoe ?")
    with db.writing() as session:
        telling.read(session, reader, NOW, "mention", one)
    noted(db, viewer, [one], "@Zoe ? Yes.")
    assert len(told(db)) == 1
    noted(db, viewer, [one], "done")
    noted(db, viewer, [one], "done. @Zoe, one more")
    assert len(told(db)) == len(letters(db)) == 2
    with db.writing() as session:
        telling.read(session, reader, NOW + timedelta(days=200))
    assert len(told(db)) == 1, "what was read long ago goes"


def test_neither_oneself_nor_somebody_outside_the_workspace_is_told(db: Database, viewer: Viewer) -> None:
    me = joined(db, viewer.workspace_id, "Ana")
    elsewhere = uuid4()
    with db.writing() as session:
        session.add(Workspace(id=elsewhere, slug="elsewhere", name="Elsewhere"))
    stranger = joined(db, elsewhere, "Zoe")
    (one,) = stored(db, viewer, "acme")
    ana = Viewer(viewer.workspace_id, "ana@example.com", viewer.scopes, me)
    noted(db, ana, [one], "@Ana @Zoe @zoe@example.com")
    with db.writing() as session:
        telling.tell(session, ana, "mentioned", "mention", one, [me, stranger])
    assert told(db) == letters(db) == []


def test_who_wants_no_mail_is_told_in_the_app_alone(db: Database, viewer: Viewer) -> None:
    zoe, (one,) = joined(db, viewer.workspace_id, "Zoe", occasions=["assigned"]), stored(db, viewer, "acme")
    noted(db, viewer, [one], "@Zoe")
    assert (told(db), letters(db)) == ([(zoe, "mentioned", one)], [])


def test_what_is_given_to_somebody_from_a_list_tells_them_of_the_first_few(db: Database, viewer: Viewer) -> None:
    zoe, ids = joined(db, viewer.workspace_id, "Zoe"), stored(db, viewer, *(f"acme {n}" for n in range(5)))
    with db.writing() as session:
        changes = mentions.MentionChanges(assignee=zoe, note="@Zoe")
        bulk.change_these(session, viewer, ids, changes, Jobs(), NOW)
    assert len(told(db)) == len(letters(db)) == 2 * telling.AT_ONCE


@pytest.fixture
def firing(db: Database, viewer: Viewer) -> UUID:
    brand = Brand(id=uuid7(), workspace_id=viewer.workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    with db.writing() as session:
        session.add(brand)
        session.flush()
        rule = rules.create(session, viewer, rules.NewRule(name="R", brand_id=brand.id, kind="threshold"), Jobs())
    return opened(db, viewer.workspace_id, rule.id, brand.id)


def test_a_note_on_an_incident_tells_whom_it_names_once(db: Database, viewer: Viewer, firing: UUID) -> None:
    zoe = joined(db, viewer.workspace_id, "Zoe")
    for _ in range(2):
        with db.writing() as session:
            incidents.note(session, viewer, firing, "@Zoe, the shop asks", NOW)
    with db.writing() as session:
        incidents.assign(session, viewer, firing, zoe, NOW)
    expected = [(zoe, "mentioned", firing), (zoe, "assigned", firing)]
    assert told(db) == letters(db) == expected

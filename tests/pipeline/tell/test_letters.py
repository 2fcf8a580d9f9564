"""Mails to one member, through a real mail server: who is told, in which language, and once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import UUID

import httpx2
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from app.actions import mentions
from app.db import Database
from app.http.mail import Mailer, Wire
from app.jobs import Jobs
from app.models import Letter, Mention, User
from app.pipeline.tell.letters import RETRIES, SendLetters, is_due, write_letters
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import member_rows, mention_row

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Box:
    """A mail server that keeps what it takes, or refuses all of it."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=SMTP))  # type: ignore[arg-type]
        return self.answer


@pytest.fixture
def box() -> Iterator[tuple[Box, Wire]]:
    kept = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, Wire(httpx2.Client(), Mailer(f"smtp://127.0.0.1:{port}?tls=none"))
    controller.stop()


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["manager"])


def joined(db: Database, viewer: Viewer, name: str, **more: Any) -> UUID:
    user, member = member_rows(viewer.workspace_id, name, **more)
    with db.writing() as session:
        session.add(user)
        session.flush()
        session.add(member)
    return user.id


def stored(db: Database, viewer: Viewer) -> UUID:
    row = mention_row(viewer.workspace_id, "Personne ne répond au téléphone", title="Trois\nsemaines")
    with db.writing() as session:
        session.add(row)
    return row.id


def step(db: Database, wire: Wire, now: datetime = NOW, *, by_mail: bool = True) -> int:
    return SendLetters(db, wire, "https://vigie.example.com", by_mail=by_mail, now=lambda: now)()


def assign(db: Database, viewer: Viewer, mention: UUID, to: UUID | None) -> None:
    with db.writing() as session:
        changes = mentions.MentionChanges(assignee=to)
        mentions.change(session, viewer, [mention], changes, Jobs(), NOW)


def test_who_is_assigned_a_mention_reads_of_it_once_in_their_language(
    db: Database, viewer: Viewer, box: tuple[Box, Wire]
) -> None:
    kept, wire = box
    zoe, mention = joined(db, viewer, "Zoé", language="fr"), stored(db, viewer)
    assign(db, viewer, mention, zoe)
    assign(db, viewer, mention, zoe)
    assert (step(db, wire, datetime.now(UTC)), step(db, wire, datetime.now(UTC))) == (1, 0)
    [letter] = kept.taken
    assert (letter["To"], letter["Subject"]) == ("zoé@example.com", "Une mention pour vous : Trois semaines")
    text = letter.get_content().replace("\r", "")
    assert "Personne ne répond au téléphone" in text
    assert "Par ana@example.com, dans Default." in text
    assert f"https://vigie.example.com/mentions/{mention}" in text


def test_nobody_is_told_who_does_it_themselves_or_does_not_want_to_be(db: Database, viewer: Viewer) -> None:
    zoe, leo = joined(db, viewer, "Zoe"), joined(db, viewer, "Leo", occasions=[])
    mention = stored(db, viewer)
    assign(db, Viewer(viewer.workspace_id, "zoe@example.com", viewer.scopes, zoe), mention, zoe)
    assign(db, viewer, mention, leo)
    assign(db, viewer, mention, None)
    with db.reading() as session:
        assert session.scalars(select(Letter)).all() == []


def test_only_members_who_want_to_be_are_told_of_an_incident(db: Database, viewer: Viewer) -> None:
    told = joined(db, viewer, "Zoe", occasions=["incident"])
    joined(db, viewer, "Leo")
    with db.writing() as session:
        assert write_letters(session, viewer.workspace_id, "incident", "incident", told) == 1
        assert session.scalars(select(Letter.user_id)).all() == [told]


def test_a_letter_is_tried_again_and_then_given_up(db: Database, viewer: Viewer, box: tuple[Box, Wire]) -> None:
    kept, wire = box
    kept.answer = "451 try later"
    assign(db, viewer, stored(db, viewer), joined(db, viewer, "Zoe"))
    now, tried = datetime.now(UTC), 0
    for _ in range(len(RETRIES) + 2):
        tried += step(db, wire, now)
        now += timedelta(days=1)
    with db.reading() as session:
        row = session.scalars(select(Letter)).one()
        assert (row.state, row.attempts, tried) == ("dead", len(RETRIES) + 1, len(RETRIES) + 1)
        assert "451" in (row.last_error or "")
        assert not session.scalar(select(is_due(now)))
    step(db, wire, now + timedelta(days=40))
    with db.reading() as session:
        assert session.scalars(select(Letter)).all() == []


def test_what_tells_of_something_gone_is_not_sent_nor_anything_without_a_mail_server(
    db: Database, viewer: Viewer, box: tuple[Box, Wire]
) -> None:
    kept, wire = box
    mention, zoe = stored(db, viewer), joined(db, viewer, "Zoe")
    assign(db, viewer, mention, zoe)
    with db.writing() as session:
        session.get_one(Mention, (viewer.workspace_id, mention)).deleted_at = NOW
    assert step(db, wire, datetime.now(UTC)) == 1
    assert kept.taken == []
    with db.writing() as session:
        write_letters(session, viewer.workspace_id, "assigned", "mention", mention, only=[zoe])
    assert step(db, wire, datetime.now(UTC), by_mail=False) == 0
    with db.reading() as session:
        assert [row.state for row in session.scalars(select(Letter))] == ["sent"]
        assert session.get_one(User, zoe).occasions == ["assigned", "mentioned"]


def test_whom_a_note_names_is_written_to_once_without_the_note(
    db: Database, viewer: Viewer, box: tuple[Box, Wire]
) -> None:
    kept, wire = box
    joined(db, viewer, "Zoé", language="fr", email="zoe@example.com")
    mention = stored(db, viewer)
    for text in ("@Zoé, c’est confidentiel", "@Zoé, c’est vraiment confidentiel"):
        with db.writing() as session:
            mentions.change(session, viewer, [mention], mentions.MentionChanges(note=text), Jobs(), NOW)
    assert (step(db, wire, datetime.now(UTC)), step(db, wire, datetime.now(UTC))) == (1, 0)
    [letter] = kept.taken
    assert (letter["To"], " ".join(letter["Subject"].split())) == (
        "zoe@example.com",
        "Un commentaire vous cite : Trois semaines",
    )
    text = letter.get_content()
    assert "confidentiel" not in text
    assert f"https://vigie.example.com/mentions/{mention}" in text

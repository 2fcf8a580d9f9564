"""Mails about accounts reach a server that refused them first, and nobody without an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from app.actions import accounts
from app.crypto import Seal
from app.db import Database
from app.models import AccountMail
from app.pipeline.sweep import wake
from app.pipeline.tell.account_mails import RETRIES, SendAccountMails, Words, post
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from tests.mailbox import Mailbox, receiving

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANA = "ana@example.com"
WORDS = Words("Votre mot de passe", "Bonjour,\n\nhttp://localhost/reset?token=abc\n")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
def services(settings: Settings, box: Mailbox) -> Iterator[Services]:
    built = build(settings.model_copy(update={"smtp_url": SecretStr(box.url)}))
    yield built
    built.close()


@pytest.fixture(autouse=True)
def account(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["admin"])
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email=ANA, password="une girafe sous la pluie"))


def write(services: Services, recipient: str = ANA, *, for_account: bool = True) -> None:
    until = NOW + timedelta(hours=1)
    with services.db.writing() as session:
        post(session, services.jobs, services.seal, recipient, WORDS, until, NOW, for_account=for_account)


def step(services: Services, later: timedelta = timedelta(), seal: Seal | None = None) -> SendAccountMails:
    return SendAccountMails(services.db, services.wire, seal or services.seal, now=lambda: NOW + later)


def waiting(services: Services) -> list[AccountMail]:
    with services.db.reading() as session:
        return list(session.scalars(select(AccountMail)))


def test_a_mail_is_sent_once_and_nothing_of_it_is_kept(services: Services, box: Mailbox) -> None:
    write(services)
    assert step(services)() == 1
    [mail] = box.mails
    assert (mail["To"], mail["Subject"], mail["Auto-Submitted"]) == (ANA, WORDS.subject, "auto-generated")
    assert "http://localhost/reset?token=abc" in mail.get_content()
    assert (step(services)(), waiting(services)) == (0, [])


def test_a_server_that_refuses_is_tried_again_until_it_takes_the_mail(services: Services, box: Mailbox) -> None:
    box.refusals = 2
    write(services)
    later, ids = timedelta(), [one.id for one in waiting(services)]
    for pause in RETRIES[:2]:
        assert step(services, later)() == 1
        [row] = waiting(services)
        assert "451 come back later" in (row.last_error or "")
        assert step(services, later)() == 0
        later += pause
    assert step(services, later)() == 1
    assert [mail["Message-ID"] for mail in box.mails] == [f"<{ids[0]}@vigie.invalid>"]


def test_a_mail_is_given_up_when_its_link_has_ended(services: Services, box: Mailbox) -> None:
    write(services)
    assert step(services, timedelta(hours=1))() == 0
    assert (box.mails, waiting(services)) == ([], [])


def test_an_address_without_an_account_is_sent_nothing(services: Services, box: Mailbox) -> None:
    write(services, "nobody@example.com")
    assert (step(services)(), box.mails, waiting(services)) == (0, [], [])
    write(services, "new@example.com", for_account=False)
    assert step(services)() == 1


def test_the_words_lie_sealed_and_another_key_sends_nothing(services: Services, box: Mailbox) -> None:
    write(services)
    [row] = waiting(services)
    assert b"token" not in row.words
    assert step(services, seal=Seal("another key altogether"))() == 1
    assert box.mails == []
    assert len(waiting(services)) == 1


def test_a_lost_job_is_made_up_for_by_the_sweep(services: Services) -> None:
    write(services)
    queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail'")
    with services.db.writing() as session:
        assert session.scalar(queued) == 1
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with services.db.writing() as session:
        wake(session, services.jobs, NOW)
        assert session.scalar(queued) == 1

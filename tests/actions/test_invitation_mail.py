"""The mail of an invitation: to whom, in which language, and what is said when it does not go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

import httpx2
import pytest

from app.actions.invitation_mail import link_of, mail_of, send
from app.actions.invitations import NewInvitation, create
from app.bootstrap import operator_of
from app.db import Database
from app.http.mail import Mailer, Wire
from app.models import Workspace

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADDRESS = "https://vigie.example.com"


@pytest.mark.parametrize(("language", "subject"), [("en", "Join A B on Vigie"), ("fr", "Rejoignez A B sur Vigie")])
def test_the_mail_goes_to_the_invited_with_the_link(
    db: Database, workspace_id: UUID, language: str, subject: str
) -> None:
    viewer = replace(operator_of(workspace_id), language=language)
    with db.writing() as session:
        session.get_one(Workspace, workspace_id).name = "A\nB"
        made = create(session, viewer, NewInvitation(role="viewer", email="ben@example.com"), NOW)
        letter = mail_of(session, viewer, made, ADDRESS)
        nobody = create(session, viewer, NewInvitation(role="viewer"), NOW)
        assert mail_of(session, viewer, nobody, ADDRESS) is None
    assert letter is not None
    assert (letter["To"], letter["Subject"]) == ("ben@example.com", subject)
    assert link_of(ADDRESS, made) in letter.get_content()
    assert "2026-11-25 09:00 UTC" in letter.get_content()


def test_a_mail_that_does_not_go_out_is_no_error() -> None:
    letter = EmailMessage()
    letter["To"] = "ben@example.com"
    nobody_listens = Wire(httpx2.Client(), Mailer("smtp://127.0.0.1:1?tls=none"))
    assert send(letter, nobody_listens, by_mail=True) is False
    assert send(letter, nobody_listens, by_mail=False) is False
    assert send(None, nobody_listens, by_mail=True) is False

"""The security page: a new password, a new address, open sessions, and a link for a colleague."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.actions import accounts
from app.auth.sessions import name_of
from app.db import Database
from app.models import LoginSession, Member, User, Workspace, uuid7
from app.pipeline.tell.account_mails import SendAccountMails
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer
from tests.mailbox import Mailbox, receiving
from tests.web.conftest import EMAIL, OWN, PASSWORD

NEW = {"new": "agrafe cheval pile encore", "again": "agrafe cheval pile encore"}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
def services(settings: Settings, box: Mailbox) -> Iterator[Services]:
    built = build(settings.model_copy(update={"smtp_url": SecretStr(box.url)}))
    yield built
    built.close()


@pytest.fixture
def post_office(services: Services) -> Callable[[], int]:
    return SendAccountMails(services.db, services.wire, services.seal)


@pytest.fixture
def other(app: FastAPI, account: str) -> TestClient:
    """A second browser of the same person."""
    client = TestClient(app, base_url="http://localhost:8000", headers={**OWN, "user-agent": FIREFOX})
    client.post("/login", data={"email": account, "password": PASSWORD})
    return client


def colleague(db: Database, viewer: Viewer, email: str, role: str = "viewer") -> str:
    with db.writing() as session:
        made = accounts.create(session, viewer, accounts.NewAccount(email=email, password=PASSWORD))
        session.execute(update(Member).where(Member.user_id == made.id).values(role=role))
        return str(made.id)


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(browser: TestClient, other: TestClient) -> None:
    refused = browser.post("/settings/security/password", data={**NEW, "current": "wrong"})
    assert refused.status_code == 422
    assert other.get("/").url.path == "/"
    changed = browser.post("/settings/security/password", data={**NEW, "current": PASSWORD})
    assert "Your password was changed." in changed.text
    assert browser.get("/").url.path == "/"
    assert other.get("/").url.path == "/login"


def test_the_current_password_is_guessed_no_faster_than_at_the_login(browser: TestClient) -> None:
    answers = [browser.post("/settings/security/password", data={**NEW, "current": f"guess {n}"}) for n in range(8)]
    assert [answer.status_code for answer in answers][:5] == [422] * 5
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].text


def test_a_session_is_shown_in_words_and_ended(browser: TestClient, other: TestClient) -> None:
    page = browser.get("/settings/security").text
    assert "Firefox on Windows" in page
    assert page.count("This browser") == 1
    action = re.search(r'action="(/settings/security/sessions/\w+/end)"', page)
    assert action
    ended = browser.post(action[1])
    assert "That browser was logged out." in ended.text
    assert other.get("/").url.path == "/login"
    assert browser.get("/").url.path == "/"
    assert browser.post(action[1]).status_code == 404


def test_every_other_session_ends_at_once(browser: TestClient, other: TestClient) -> None:
    browser.post("/settings/security/sessions/end")
    assert other.get("/").url.path == "/login"
    assert browser.get("/").url.path == "/"


def test_nobody_ends_the_session_of_somebody_else(
    browser: TestClient, app: FastAPI, db: Database, viewer: Viewer
) -> None:
    colleague(db, viewer, "eve@example.com")
    eve = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    eve.post("/login", data={"email": "eve@example.com", "password": PASSWORD})
    eve_page = eve.get("/settings/security").text
    assert eve_page.count("This browser") == 1
    assert "/settings/security/sessions/" not in eve_page
    with db.reading() as session:
        user = session.scalars(select(User).where(User.email == EMAIL)).one()
        [hers] = session.scalars(select(LoginSession).where(LoginSession.user_id == user.id)).all()
    assert eve.post(f"/settings/security/sessions/{name_of(hers)}/end").status_code == 404
    assert browser.get("/").url.path == "/"


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(
    browser: TestClient, box: Mailbox, post_office: Callable[[], int]
) -> None:
    asked = browser.post("/settings/security/email", data={"email": "Ana@New.example", "email_current": PASSWORD})
    assert "A link is on its way to the new address." in asked.text
    assert EMAIL in browser.get("/settings/security").text
    post_office()
    assert box.mails[-1]["To"] == "ana@new.example"
    path = box.link()
    assert "Confirm the address" in browser.get(path).text
    assert EMAIL in browser.get("/settings/security").text
    browser.post("/settings/security/email/confirm", data={"token": path.partition("token=")[2]})
    assert "ana@new.example" in browser.get("/settings/security").text
    post_office()
    assert box.mails[-1]["To"] == EMAIL
    assert "ana@new.example" in box.mails[-1].get_content()
    again = browser.post("/settings/security/email/confirm", data={"token": path.partition("token=")[2]})
    assert again.status_code == 409


def test_a_new_address_needs_the_password(browser: TestClient) -> None:
    refused = browser.post("/settings/security/email", data={"email": "ana@new.example", "email_current": "wrong"})
    assert refused.status_code == 422
    assert 'value="ana@new.example"' in refused.text


def test_the_link_to_a_new_address_is_for_the_account_that_asked(
    browser: TestClient, app: FastAPI, box: Mailbox, post_office: Callable[[], int], db: Database, viewer: Viewer
) -> None:
    browser.post("/settings/security/email", data={"email": "ana@new.example", "email_current": PASSWORD})
    post_office()
    colleague(db, viewer, "eve@example.com")
    eve = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    eve.post("/login", data={"email": "eve@example.com", "password": PASSWORD})
    token = box.link().partition("token=")[2]
    assert eve.post("/settings/security/email/confirm", data={"token": token}).status_code == 409


def test_an_address_that_is_taken_meanwhile_is_refused(
    browser: TestClient, box: Mailbox, post_office: Callable[[], int], db: Database, viewer: Viewer
) -> None:
    browser.post("/settings/security/email", data={"email": "eve@example.com", "email_current": PASSWORD})
    post_office()
    colleague(db, viewer, "eve@example.com")
    token = box.link().partition("token=")[2]
    assert browser.post("/settings/security/email/confirm", data={"token": token}).status_code == 409


def test_an_administrator_makes_a_link_for_a_colleague(
    browser: TestClient, stranger: TestClient, db: Database, viewer: Viewer
) -> None:
    user_id = colleague(db, viewer, "cleo@example.com")
    page = browser.post("/settings/security/reset-link", data={"member": user_id}).text
    link = re.search(r"(/reset\?token=[\w-]+)</code>", page)
    assert link
    stranger.cookies.clear()
    assert "cleo@example.com" in stranger.get(link[1]).text


def test_no_link_is_made_for_who_may_do_more_here_or_elsewhere(
    browser: TestClient, db: Database, viewer: Viewer
) -> None:
    with db.writing() as session:
        session.execute(update(Member).values(role="admin"))
    owner = colleague(db, viewer, "owner@example.com", "owner")
    elsewhere = colleague(db, viewer, "elsewhere@example.com")
    with db.writing() as session:
        session.add(Workspace(id=(another := uuid7()), slug="another", name="Another"))
        session.flush()
        session.add(Member(workspace_id=another, user_id=elsewhere, role="viewer"))
    for user_id in (owner, elsewhere):
        refused = browser.post("/settings/security/reset-link", data={"member": user_id})
        assert refused.status_code == 403
        assert "/reset?token=" not in refused.text
    assert browser.post("/settings/security/reset-link", data={"member": str(uuid7())}).status_code == 404

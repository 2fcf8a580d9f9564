"""A forgotten password: the same answer for everybody, a mail for who has an account, and a link that works once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import event, func, select, text
from starlette.testclient import TestClient

from app.main import create_app
from app.models import AccountMail, AuditEntry, LoginSession
from app.pipeline.tell.account_mails import SendAccountMails
from app.services import Services, build
from app.settings import Settings
from tests.mailbox import Mailbox, receiving
from tests.web.conftest import OWN, PASSWORD

NEW = "agrafe cheval pile encore"


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


def test_who_forgot_their_password_gets_a_link_that_sets_a_new_one_once(
    stranger: TestClient, account: str, box: Mailbox, post_office: Callable[[], int], services: Services
) -> None:
    stranger.post("/login", data={"email": account, "password": PASSWORD})
    stranger.cookies.clear()
    asked = stranger.post("/forgot", data={"email": f" {account.upper()} "})
    assert "a link is on its way" in asked.text
    post_office()
    assert box.mails[-1]["To"] == account
    path = box.link()
    assert account in stranger.get(path).text
    token = path.partition("token=")[2]
    answer = stranger.post("/reset", data={"token": token, "password": NEW, "again": NEW})
    assert "Your password was changed" in answer.text
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert "account.reset" in session.scalars(select(AuditEntry.action)).all()
    assert stranger.get(path).status_code == 403
    assert stranger.post("/reset", data={"token": token, "password": NEW, "again": NEW}).status_code == 403
    assert stranger.post("/login", data={"email": account, "password": PASSWORD}).status_code == 401
    assert stranger.post("/login", data={"email": account, "password": NEW}).url.path == "/"
    post_office()
    assert box.mails[-1]["Subject"] == "Your password for Vigie was changed"


def test_opening_the_link_spends_nothing_for_programs_open_links_too(
    stranger: TestClient, account: str, box: Mailbox, post_office: Callable[[], int]
) -> None:
    stranger.post("/forgot", data={"email": account})
    post_office()
    assert [stranger.get(box.link()).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [(NEW, "another", "The two passwords differ."), ("short", "short", "Use at least 12 characters.")],
)
def test_a_refused_password_spends_no_link(
    stranger: TestClient, account: str, box: Mailbox, post_office: Callable[[], int],
    password: str, again: str, told: str,
) -> None:  # fmt: skip
    stranger.post("/forgot", data={"email": account})
    post_office()
    token = box.link().partition("token=")[2]
    refused = stranger.post("/reset", data={"token": token, "password": password, "again": again})
    assert refused.status_code == 422
    assert told in refused.text
    assert stranger.get(box.link()).status_code == 200


def test_an_address_without_an_account_costs_the_same_work_and_gets_the_same_answer_and_no_mail(
    stranger: TestClient, account: str, box: Mailbox, post_office: Callable[[], int], services: Services
) -> None:
    def ask(email: str) -> tuple[list[str], object]:
        done: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            done.append(statement)

        event.listen(services.db.engine, "before_cursor_execute", note)
        answer = stranger.post("/forgot", data={"email": email}, follow_redirects=False)
        event.remove(services.db.engine, "before_cursor_execute", note)
        with services.db.writing() as session:
            session.execute(text("DELETE FROM procrastinate_jobs"))
            session.execute(text("DELETE FROM login_attempts"))
        return done, (answer.status_code, answer.headers["location"], answer.text)

    known, unknown = ask(account), ask("nobody@example.com")
    assert known == unknown
    assert len(known[0]) > 3
    assert not any("user_account" in statement for statement in known[0])
    post_office()
    assert [mail["To"] for mail in box.mails] == [account]
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccountMail)) == 0


def test_asking_again_and_again_has_to_wait_and_keeps_nobody_from_logging_in(
    stranger: TestClient, account: str
) -> None:
    answers = [stranger.post("/forgot", data={"email": account}) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].text
    unknown = [stranger.post("/forgot", data={"email": "nobody@example.com"}) for _ in range(5)]
    assert [one.status_code for one in unknown] == [one.status_code for one in answers]
    assert stranger.post("/login", data={"email": account, "password": PASSWORD}).url.path == "/"


@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
def test_the_link_has_the_configured_address_whatever_a_request_calls_us(
    settings: Settings, account: str, box: Mailbox, header: str
) -> None:
    update = {"smtp_url": SecretStr(box.url), "public_url": "https://vigie.example.org"}
    services = build(settings.model_copy(update=update))
    client = TestClient(create_app(services), base_url="https://vigie.example.org", headers=OWN)
    client.post("/forgot", data={"email": account}, headers={header: "evil.example"})
    client.post("/forgot", data={"email": account})
    SendAccountMails(services.db, services.wire, services.seal)()
    links = {re.search(r"(\S+)/reset\?token=", mail.get_content())[1] for mail in box.mails}  # type: ignore[index]
    services.close()
    assert links == {"https://vigie.example.org"}


def test_without_a_mail_server_the_page_says_who_can_make_a_link(settings: Settings, account: str) -> None:
    services = build(settings)
    client = TestClient(create_app(services), base_url="http://localhost:8000", headers=OWN)
    page = client.get("/forgot").text
    assert "vigie admin reset-link" in page
    assert "<form" not in page
    client.post("/forgot", data={"email": account})
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccountMail)) == 0
    services.close()


def test_another_site_cannot_have_mails_sent(stranger: TestClient, account: str) -> None:
    forged = stranger.post("/forgot", data={"email": account}, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403

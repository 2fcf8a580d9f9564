"""The first account, logging in and out, and what a forged form gets."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.actions import accounts
from app.auth import links
from app.db import Database
from app.models import LoginSession, User
from app.viewer import Viewer
from tests.web.conftest import OWN

PASSWORD = "cheval pile agrafe juste"


ACCOUNT = {
    "name": "Ana",
    "email": "Ana@Example.com",
    "password": PASSWORD,
    "again": PASSWORD,
    "timezone": "Europe/Paris",
}


def count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_link_of_the_terminal_makes_the_first_account_and_logs_it_in(stranger: TestClient, link: str) -> None:
    assert "Create the account" in stranger.get(f"/setup?token={link}").text
    entered = stranger.post("/setup/account", data={**ACCOUNT, "link": link})
    assert entered.url.path == "/setup"
    assert "Your account was created." in entered.text
    assert "ana@example.com" in stranger.get("/settings/account").text


def test_the_link_works_once(stranger: TestClient, link: str, db: Database) -> None:
    stranger.post("/setup/account", data={**ACCOUNT, "link": link})
    stranger.cookies.clear()
    again = stranger.post("/setup/account", data={**ACCOUNT, "link": link, "email": "eve@example.com"})
    assert again.status_code == 403
    assert stranger.get(f"/setup?token={link}").status_code == 403
    assert count(db, User) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"again": "another one entirely"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "Use at least 12 characters."),
        ({"email": "nobody"}, "Write an address like ana@example.com."),
    ],
)
def test_a_refused_account_is_told_beside_its_field_and_spends_no_link(
    stranger: TestClient, link: str, changed: dict[str, str], told: str
) -> None:
    answer = stranger.post("/setup/account", data={**ACCOUNT, "link": link, **changed})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert stranger.post("/setup/account", data={**ACCOUNT, "link": link}).url.path == "/setup"


@pytest.mark.parametrize(
    "path", ["/", "/reputation", "/alerts", "/sources", "/settings/brands", "/setup", "/mentions/new"]
)
def test_nobody_reads_a_page_without_logging_in(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code in {303, 422}
    assert answer.headers.get("location", "/login").startswith("/login")


def test_who_logs_in_comes_back_to_where_they_wanted_to_go(stranger: TestClient, account: str) -> None:
    assert stranger.get("/alerts?state=all").url.path == "/login"
    answer = stranger.post("/login", data={"email": account, "password": PASSWORD, "next": "/alerts?state=all"})
    assert str(answer.url).endswith("/alerts?state=all")


def test_a_wrong_password_says_no_more_than_a_wrong_address(stranger: TestClient, account: str) -> None:
    texts = {
        stranger.post("/login", data={"email": email, "password": "not the password"}).text.replace(email, "")
        for email in (account, "nobody@example.com")
    }
    assert len(texts) == 1
    assert "This address and password do not match" in texts.pop()


def test_guessing_has_to_wait(stranger: TestClient, account: str) -> None:
    answers = [stranger.post("/login", data={"email": account, "password": "guess"}).status_code for _ in range(7)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_logging_in_changes_the_cookie_and_logging_out_ends_it_on_the_server(
    stranger: TestClient, account: str, db: Database
) -> None:
    stranger.cookies.set("vigie_session", "planted", domain="localhost.local")
    stranger.post("/login", data={"email": account, "password": PASSWORD})
    values = [cookie.value for cookie in stranger.cookies.jar if cookie.name == "vigie_session"]
    assert "planted" not in values[-1:]
    assert count(db, LoginSession) == 1
    assert stranger.post("/logout").url.path == "/login"
    assert count(db, LoginSession) == 0


def test_sixty_guesses_at_once_are_looked_at_no_more_often_than_in_a_row(app: FastAPI, account: str) -> None:
    def guess(number: int) -> int:
        client = TestClient(app, base_url="http://localhost:8000", headers=OWN)
        return client.post("/login", data={"email": account, "password": f"a wrong guess {number}"}).status_code

    with ThreadPoolExecutor(60) as pool:
        answers = Counter(pool.map(guess, range(60)))
    assert answers.keys() == {401, 429}
    assert answers[401] <= 7


def test_an_account_made_at_the_terminal_ends_the_link(
    stranger: TestClient, link: str, db: Database, viewer: Viewer
) -> None:
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email="cleo@example.com", password=PASSWORD))
    assert stranger.get(f"/setup?token={link}").status_code == 403
    with db.writing() as session:
        later = links.new_link(session, links.SETUP, datetime.now(UTC))
    for token in (link, later):
        data = {"email": "mallory@example.com", "password": PASSWORD, "again": PASSWORD, "link": token}
        assert stranger.post("/setup/account", data=data).status_code == 403
    with db.reading() as session:
        assert session.scalars(select(User.email)).all() == ["cleo@example.com"]

"""Setting up a second factor, logging in with it, losing the phone, and a workspace that demands it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.auth import totp
from app.db import Database
from app.models import AuditEntry, SecondFactor
from app.web.second_factor import path_of
from tests.web.conftest import OWN, PASSWORD

FACTOR = "/settings/security/second-factor"


def asked(page: str) -> tuple[str, str]:
    """The secret that a page shows, and the sealed one that it sends."""
    shown = re.search(r'<p class="mono small">([A-Z2-7 ]+)</p>', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert shown
    assert sealed
    return shown[1].replace(" ", ""), html.unescape(sealed[1])


def now_code(secret: str, ahead: int = 0) -> str:
    return totp.code_of(secret, totp.step_at(datetime.now(UTC)) + ahead)


def switch_on(browser: TestClient) -> tuple[str, list[str]]:
    """Sets it up. Returns the secret and the recovery codes."""
    secret, sealed = asked(browser.get(FACTOR).text)
    page = browser.post(FACTOR, data={"sealed": sealed, "current": PASSWORD, "code": now_code(secret, -1)})
    assert "Recovery codes" in page.text, page.text
    return secret, re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", page.text)


def test_it_is_set_up_with_a_qr_code_and_ends_other_sessions(
    browser: TestClient, app: FastAPI, account: str, db: Database
) -> None:
    other = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    other.post("/login", data={"email": account, "password": PASSWORD})
    before = {cookie.value for cookie in browser.cookies.jar if cookie.name == "vigie_session"}
    assert '<svg class="qr"' in browser.get(FACTOR).text
    _, codes = switch_on(browser)
    assert len(codes) == 10
    assert before.isdisjoint(cookie.value for cookie in browser.cookies.jar if cookie.name == "vigie_session")
    page = browser.get("/settings/security").text
    assert "10 recovery codes are left." in page
    assert not any(code in page for code in codes)
    assert other.get("/").url.path == "/login"
    with db.reading() as session:
        assert "account.second-factor-on" in session.scalars(select(AuditEntry.action)).all()


def test_looking_at_the_page_stores_nothing(browser: TestClient, db: Database) -> None:
    secrets = {asked(browser.get(FACTOR).text)[0] for _ in range(2)}
    assert len(secrets) == 2
    with db.reading() as session:
        assert session.scalars(select(SecondFactor)).all() == []


@pytest.mark.parametrize(("current", "code", "told"), [
    ("wrong", None, "This is not your current password."),
    (PASSWORD, "000000", "This code is wrong."),
])  # fmt: skip
def test_a_wrong_password_or_code_switches_nothing_on_and_keeps_the_secret(
    browser: TestClient, current: str, code: str | None, told: str
) -> None:
    secret, sealed = asked(browser.get(FACTOR).text)
    data = {"sealed": sealed, "current": current, "code": code or now_code(secret)}
    refused = browser.post(FACTOR, data=data)
    assert refused.status_code == 422
    assert told in refused.text
    assert asked(refused.text)[0] == secret


def test_a_secret_sealed_for_somebody_else_is_not_taken(browser: TestClient) -> None:
    assert browser.post(FACTOR, data={"sealed": "AAAA", "current": PASSWORD, "code": "1"}).url.path == FACTOR


def log_in(client: TestClient, account: str, code: str, back: str = "/alerts") -> str:
    """Both steps. Returns the path where they lead."""
    asked = client.post("/login", data={"email": account, "password": PASSWORD, "next": back})
    assert asked.url.path == "/login/code", asked.text
    return client.post("/login/code", data={"code": code}).url.path


def test_the_password_alone_opens_nothing_and_the_code_leads_back(
    browser: TestClient, stranger: TestClient, account: str
) -> None:
    secret, _ = switch_on(browser)
    stranger.cookies.clear()
    stranger.post("/login", data={"email": account, "password": PASSWORD})
    assert stranger.get("/").url.path == "/login"
    assert log_in(stranger, account, now_code(secret)) == "/alerts"


def test_a_code_that_was_used_does_not_open_a_second_session(browser: TestClient, app: FastAPI, account: str) -> None:
    secret, _ = switch_on(browser)
    code = now_code(secret)
    one, two = (TestClient(app, base_url="http://localhost:8000", headers=OWN) for _ in range(2))
    assert log_in(one, account, code) == "/alerts"
    assert log_in(two, account, code) == "/login/code"
    assert two.get("/").url.path == "/login"


def test_a_recovery_code_stands_in_for_the_phone_once(browser: TestClient, app: FastAPI, account: str) -> None:
    _, codes = switch_on(browser)
    one, two = (TestClient(app, base_url="http://localhost:8000", headers=OWN) for _ in range(2))
    assert log_in(one, account, codes[0]) == "/alerts"
    assert log_in(two, account, codes[0]) == "/login/code"


def test_codes_are_guessed_slower_and_slower_whichever_browser_guesses(
    browser: TestClient, app: FastAPI, account: str
) -> None:
    switch_on(browser)
    answers = []
    for number in range(12):
        client = TestClient(app, base_url="http://localhost:8000", headers=OWN, client=(f"192.0.2.{number}", 1))
        client.post("/login", data={"email": account, "password": PASSWORD})
        answers.append(client.post("/login/code", data={"code": f"{number:06}"}).status_code)
    assert answers[:5] == [401] * 5
    assert 429 in answers


def test_the_second_step_is_for_who_did_the_first(browser: TestClient, stranger: TestClient, account: str) -> None:
    secret, _ = switch_on(browser)
    stranger.cookies.clear()
    assert stranger.get("/login/code").url.path == "/login"
    stranger.cookies.set("vigie_step", "bm9uc2Vuc2U=", domain="localhost.local")
    assert stranger.post("/login/code", data={"code": now_code(secret)}).url.path == "/login"


def test_a_new_password_ends_a_log_in_that_waits_for_its_code(browser: TestClient, app: FastAPI, account: str) -> None:
    secret, _ = switch_on(browser)
    waiting = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    waiting.post("/login", data={"email": account, "password": PASSWORD})
    data = {"current": PASSWORD, "new": "agrafe cheval pile encore", "again": "agrafe cheval pile encore"}
    browser.post("/settings/security/password", data=data)
    assert waiting.post("/login/code", data={"code": now_code(secret)}).url.path == "/login"


@pytest.mark.parametrize("what", ["codes", "off"])
def test_renewing_and_switching_off_ask_for_password_and_code(browser: TestClient, what: str) -> None:
    secret, codes = switch_on(browser)
    path = f"{FACTOR}/{what}"
    assert browser.post(path, data={"current": "wrong", "code": now_code(secret)}).status_code == 422
    assert browser.post(path, data={"current": PASSWORD, "code": "000000"}).status_code == 422
    done = browser.post(path, data={"current": PASSWORD, "code": codes[0]})
    assert ("Recovery codes" if what == "codes" else "The second factor is off") in done.text
    assert all(code not in done.text for code in codes)


def test_a_workspace_that_demands_two_factors_leads_there_before_anything_else(
    browser: TestClient, app: FastAPI, account: str, db: Database
) -> None:
    switched = browser.post(f"{FACTOR}/demand", data={"on": "1"}, follow_redirects=False)
    assert switched.status_code == 303
    for path in ("/", "/setup", "/settings/security", "/mentions/new", "/settings/keys"):
        led = browser.get(path)
        assert led.url.path == FACTOR, path
        assert "This workspace requires two-factor authentication of everybody." in led.text
    assert browser.post("/settings/phrases/new", data={"text": "x"}).url.path == FACTOR
    assert browser.get("/alerts?state=all").url.params["next"] == "/alerts?state=all"
    secret, _ = switch_on(browser)
    assert browser.get("/").url.path == "/"
    off = browser.post(f"{FACTOR}/off", data={"current": PASSWORD, "code": now_code(secret)})
    assert off.status_code == 409
    assert browser.post(f"{FACTOR}/demand", data={}).url.path == "/settings/security"
    with db.writing() as session:
        session.execute(update(SecondFactor).values(last_step=0))
    assert browser.post(f"{FACTOR}/off", data={"current": PASSWORD, "code": now_code(secret)}).status_code == 200


def test_a_dark_module_is_a_square_of_the_drawing() -> None:
    assert path_of([[True, False], [False, True]]) == "M0 0h1v1h-1zM1 1h1v1h-1z"

"""The first account, logging in and out, and what a forged form gets."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app import web
from app.db import Database
from app.models import LoginSession, User
from app.settings import Settings
from app.web import cookies
from app.web.csrf import same_origin, token_for
from app.web.page import back_to

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
        ({"password": "short", "again": "short"}, "Take at least 12 characters."),
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
    assert "do not go together" in texts.pop()


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


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(stranger: TestClient, account: str) -> None:
    answer = stranger.post("/login", data={"email": account, "password": PASSWORD}, follow_redirects=False)
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("vigie_session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    settings = Settings(public_url="https://vigie.example.com")
    assert cookies.session_name(settings) == "__Host-vigie"
    assert cookies.secure(settings)


@pytest.mark.parametrize(
    ("site", "origin", "token", "allowed"),
    [
        ("same-origin", None, "", True),
        ("none", None, "", True),
        ("cross-site", None, "", False),
        ("same-site", "http://localhost:8000", "", False),
        (None, "http://localhost:8000", "", True),
        (None, "http://evil.example", "", False),
        (None, "http://localhost:8000.evil.example", "", False),
        (None, "null", "", False),
        (None, None, "", False),
        (None, None, "wrong", False),
        (None, None, token_for("seed"), True),
        (None, "null", token_for("seed"), True),
        (None, "http://evil.example", token_for("seed"), False),
        ("cross-site", "http://localhost:8000", token_for("seed"), False),
    ],
)
def test_a_form_must_come_from_our_own_pages(site: str | None, origin: str | None, token: str, allowed: bool) -> None:
    assert same_origin(site, origin, "http://localhost:8000", token, "seed") is allowed


def test_without_a_cookie_no_token_is_right() -> None:
    assert not same_origin(None, None, "http://localhost", token_for(""), None)


def unsafe_paths() -> list[str]:
    """The address of every form of the pages, ids filled in."""
    routes = [route for part in web.PARTS for route in part.routes if isinstance(route, APIRoute)]
    found = [route.path.replace("{verb}", "poll") for route in routes if "POST" in route.methods]
    return [re.sub(r"\{[a-z_]+\}", "0198c0de-0000-7000-8000-000000000000", path) for path in found]


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "", "origin": "http://evil.example"}, {"sec-fetch-site": ""}],
)
def test_every_form_refuses_what_another_site_sends(app: FastAPI, browser: TestClient, headers: dict[str, str]) -> None:
    paths = unsafe_paths()
    assert len(paths) > 15
    sent = {name: value for name, value in headers.items() if value}
    bare = TestClient(app, base_url="http://localhost:8000", cookies=dict(browser.cookies), headers=sent)
    answers = {path: bare.post(path, data={"x": "1"}, follow_redirects=False).status_code for path in paths}
    assert set(answers.values()) == {403}, answers


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "http:evil", "javascript:alert(1)", "\\\\evil",
        "/\t/evil", "/a\nb", "/a\\b", "evil", "", "/ /evil", "/\x00", "///evil", "data:text/html,x", " /x", "/" * 3000,
    ],
)  # fmt: skip
def test_going_back_never_leaves_the_house(wanted: str) -> None:
    assert back_to(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/alerts?state=all", "/mentions/1#x", "/?q=a%20b"])
def test_going_back_goes_where_one_was(wanted: str) -> None:
    assert back_to(wanted, "/other") == wanted

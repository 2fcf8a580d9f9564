"""A form that came when the session had ended comes back filled in, for who typed it and nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.actions import accounts
from app.auth.kept_forms import Kept
from app.auth.sessions import ABSOLUTE, IDLE
from app.db import Database
from app.models import KeptForm, LoginSession, Phrase
from app.viewer import Viewer
from app.web.kept import fill
from tests.web.conftest import EMAIL, PASSWORD
from tests.web.test_second_factor import now_code, switch_on

NEW = "/settings/phrases/new"
TYPED = {"text": "pas <mal> du « tout »", "stance": "promoter", "form_page": NEW}


def end_session(db: Database, by: timedelta = IDLE) -> None:
    with db.writing() as session:
        session.execute(update(LoginSession).values(seen_at=datetime.now(UTC) - by))


def log_in(browser: TestClient, back: str, email: str = EMAIL) -> str:
    return browser.post("/login", data={"email": email, "password": PASSWORD, "next": back}).text


def test_what_was_typed_stands_in_the_form_again_and_was_not_sent(browser: TestClient, db: Database) -> None:
    end_session(db)
    late = browser.post(NEW, data=TYPED)
    assert (late.url.path, late.url.params["next"]) == ("/login", NEW)
    page = log_in(browser, NEW)
    assert "Your session had ended before this was saved." in page
    assert 'value="pas &lt;mal&gt; du « tout »"' in page
    assert re.search(r'<option value="promoter" selected', page)
    with db.reading() as session:
        assert session.scalars(select(Phrase)).all() == []
    assert "Your session had ended" not in browser.get(NEW).text


def test_the_page_of_a_form_is_written_into_it_with_its_query(browser: TestClient) -> None:
    page = browser.get("/settings/channels/new?kind=slack&done=saved").text
    assert 'name="form_page" value="/settings/channels/new?kind=slack"' in page


def test_it_comes_back_after_a_second_factor_too(browser: TestClient, db: Database) -> None:
    secret, _ = switch_on(browser)
    end_session(db)
    browser.post(NEW, data=TYPED)
    log_in(browser, NEW)
    assert "pas &lt;mal&gt;" in browser.post("/login/code", data={"code": now_code(secret)}).text


def test_somebody_else_who_logs_in_there_sees_nothing_of_it(browser: TestClient, db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email="eve@example.com", password=PASSWORD))
    end_session(db)
    browser.post(NEW, data=TYPED)
    page = log_in(browser, NEW, "eve@example.com")
    assert "du « tout »" not in page
    assert "Your session had ended" not in page


def test_another_browser_of_the_same_person_sees_nothing_of_it(browser: TestClient, app: FastAPI, db: Database) -> None:
    end_session(db)
    browser.post(NEW, data=TYPED)
    other = TestClient(app, base_url="http://localhost:8000", headers={"sec-fetch-site": "same-origin"})
    assert "du « tout »" not in log_in(other, NEW)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
def test_nothing_is_kept_of_what_another_site_sends(browser: TestClient, db: Database, headers: dict[str, str]) -> None:
    end_session(db)
    assert browser.post(NEW, data=TYPED, headers=headers).status_code == 403
    with db.reading() as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_nothing_is_kept_for_nobody_nor_of_a_session_that_was_ended_on_purpose(
    browser: TestClient, stranger: TestClient, db: Database
) -> None:
    stranger.post("/logout")
    stranger.post(NEW, data=TYPED)
    stranger.cookies.set("vigie_session", "x" * 43, domain="localhost.local")
    stranger.post(NEW, data=TYPED)
    with db.reading() as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_what_is_kept_is_sealed_and_holds_no_password(browser: TestClient, db: Database) -> None:
    end_session(db, ABSOLUTE)
    data = {"current": PASSWORD, "new": "agrafe cheval", "again": "agrafe cheval", "form_page": "/settings/security"}
    browser.post("/settings/security/password", data=data)
    with db.reading() as session:
        [row] = session.scalars(select(KeptForm)).all()
        assert b"agrafe" not in row.fields
    assert "agrafe cheval" not in log_in(browser, "/settings/security")


def test_a_form_of_a_part_of_a_page_leads_the_whole_page_to_the_log_in(browser: TestClient, db: Database) -> None:
    end_session(db)
    answer = browser.post(NEW, data=TYPED, headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"].startswith("/login?next=")


def test_the_way_back_is_one_of_ours(browser: TestClient, db: Database) -> None:
    end_session(db)
    browser.post(NEW, data={**TYPED, "form_page": "//evil.example/"})
    answer = browser.post("/login", data={"email": EMAIL, "password": PASSWORD, "next": "//evil.example/"})
    assert answer.url.host == "localhost"


PAGE = """<!doctype html><form action="/other"><input name="a"></form><form action="/here">
<input type="hidden" name="form_token" value="fresh"><input type="hidden" name="id" value="7">
<input name="a" value="old"><input type="checkbox" name="b" value="1" checked><input type="radio" name="c" value="x">
<textarea name="d">old</textarea><select name="e"><option value="1" selected>1</option><option value="2">2</option>
</select></form>"""


def test_every_kind_of_field_is_filled_and_hidden_ones_are_left() -> None:
    fields = (("form_token", "stale"), ("id", "9"), ("a", '"><b>'), ("c", "x"), ("d", "one\n<two>"), ("e", "2"))
    html = fill(PAGE, Kept("/here", "/here", fields))
    assert html
    assert 'name="form_token" value="fresh"' in html
    assert 'name="id" value="7"' in html
    assert '<input name="a" value="&quot;&gt;&lt;b&gt;">' in html or "&quot;><b>" in html
    assert "checked" not in html.partition('name="b"')[2].partition(">")[0]
    assert "checked" in html.partition('name="c"')[2].partition(">")[0]
    assert "&lt;two&gt;</textarea>" in html
    assert '<option value="2" selected' in html
    assert '<input name="a"></form>' in html


def test_a_page_without_the_form_is_left_as_it_is() -> None:
    assert fill(PAGE, Kept("/gone", "/here", (("a", "x"),))) is None
    assert fill(PAGE, Kept("/here", "/here", (("z", "x"),))) is None

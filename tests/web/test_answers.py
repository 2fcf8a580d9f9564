"""Canned answers: the settings pages, and one filled in for a mention."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.actions import accounts
from app.db import Database
from app.viewer import Viewer
from tests.web.conftest import OWN, PASSWORD

Say = Callable[..., list[str]]
HOME = "/settings/answers"
THANKS = {"name": "Merci", "text": "Bonjour {author},\r\nmerci pour {brand}.\r\n{my name}"}


@pytest.fixture
def reader(app: FastAPI, db: Database, viewer: Viewer) -> TestClient:
    """A browser that is logged in as somebody who only reads."""
    new = accounts.NewAccount(email="lea@example.com", password=PASSWORD)
    with db.writing() as session:
        accounts.create(session, viewer, new, "viewer")
    client = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    client.post("/login", data={"email": new.email, "password": PASSWORD})
    return client


def add(browser: TestClient, **typed: str) -> str:
    """Adds an answer. Returns its id."""
    before = set(ids(browser))
    page = browser.post(f"{HOME}/new", data={**THANKS, **typed})
    assert page.url.path == HOME, page.text
    return (set(ids(browser)) - before).pop()


def ids(browser: TestClient) -> list[str]:
    return re.findall(rf'"{HOME}/([0-9a-f-]{{36}})"', browser.get(HOME).text)


def written(page: str) -> str:
    """What stands in the field of the answer."""
    return unescape(re.findall(r'<textarea id="answer-text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[0])


def test_an_answer_is_added_listed_changed_and_deleted(browser: TestClient) -> None:
    assert "No canned answer yet" in browser.get(HOME).text
    one = add(browser)
    form = browser.get(f"{HOME}/{one}").text
    assert "<code>{author}</code>" in form
    assert "<code>{my name}</code>" in form
    assert "Bonjour {author},\nmerci" in form
    changed = browser.post(f"{HOME}/{one}", data={"name": "Excuses", "text": "Pardon {author}"})
    assert "Excuses" in changed.text
    assert "Merci" not in changed.text
    gone = browser.post(f"{HOME}/{one}/delete")
    assert "The canned answer was deleted." in gone.text
    assert "No canned answer yet" in gone.text


def test_what_is_refused_is_told_beside_the_field_and_nothing_typed_is_lost(browser: TestClient) -> None:
    add(browser)
    french = {"accept-language": "fr"}
    for typed, status, told in (
        ({"name": "Merci", "text": "Encore"}, 409, "Choisissez un autre nom"),
        ({"name": "Prix", "text": "Encore {price}"}, 422, "Entre accolades"),
        ({"name": "", "text": "Encore"}, 422, 'id="wrong-name"'),
        ({"name": "Vide", "text": " "}, 422, 'id="wrong-text"'),
    ):
        page = browser.post(f"{HOME}/new", data=typed, headers=french)
        assert page.status_code == status
        assert told in page.text
        assert f'value="{typed["name"]}"' in page.text
        assert f">{typed['text'].strip()}</textarea>" in page.text


def test_an_answer_is_filled_in_for_a_mention_and_stays_text(browser: TestClient, say: Say) -> None:
    hostile = "</textarea><script>alert(1)</script>\u202eevil"
    [one] = say({"text": "Brumelo is late", "author": hostile, "url": "https://forum.example/1"})
    answer = add(browser, text="Hello {author}, about {brand}, {my name}.")
    assert f'<option value="{answer}">Merci</option>' in browser.get(f"/mentions/{one}/pane").text
    page = browser.get(f"/mentions/{one}/answer", params={"canned": answer}).text
    assert written(page) == "Hello </textarea><script>alert(1)</script>evil, about Brumelo,."
    assert "<script>alert" not in page
    assert f'<option value="{answer}" selected>' in page
    assert 'href="https://forum.example/1" target="_blank"' in page
    browser.post("/settings/account", data={"name": "Ana Ruiz", "timezone": "UTC"})
    assert written(browser.get(f"/mentions/{one}/answer", params={"canned": answer}).text).endswith(
        "Brumelo, Ana Ruiz."
    )


def test_filling_in_marks_nothing_as_answered_and_offers_the_button(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo is late", "author": "Ana"})
    page = browser.get(f"/mentions/{one}/answer", params={"canned": add(browser), "stance": "detractor"}).text
    filled = page.split("data-filled")[1]
    assert 'value="answered"' in filled
    assert f'value="/mentions/{one}?stance=detractor"' in filled
    assert '<input type="hidden" name="stance" value="detractor">' in page
    assert 'value="answered"' in browser.get(f"/mentions/{one}").text
    browser.post(f"/mentions/{one}/status", data={"status": "answered"})
    after = browser.get(f"/mentions/{one}/answer", params={"canned": ids(browser)[0]}).text
    assert 'value="answered"' not in after.split("data-filled")[1]


def test_without_a_choice_there_is_nothing_to_copy_and_one_that_is_gone_is_not_found(
    browser: TestClient, say: Say
) -> None:
    [one] = say({"text": "Brumelo is late"})
    assert "No canned answer yet." in browser.get(f"/mentions/{one}").text
    add(browser)
    assert "data-copy-answer" not in browser.get(f"/mentions/{one}/answer").text
    for missing in (str(uuid4()), "nonsense"):
        assert browser.get(f"/mentions/{one}/answer", params={"canned": missing}).status_code == 404


def test_a_reader_sees_the_answers_and_can_neither_change_nor_use_them(
    browser: TestClient, reader: TestClient, say: Say
) -> None:
    [one] = say({"text": "Brumelo is late"})
    answer = add(browser)
    page = reader.get(HOME).text
    assert "Merci" in page
    assert f"{HOME}/new" not in page
    shown = reader.get(f"{HOME}/{answer}").text
    assert "merci pour {brand}" in shown
    assert "<textarea" not in shown
    assert 'id="answers"' not in reader.get(f"/mentions/{one}").text
    assert reader.get(f"/mentions/{one}/answer").status_code == 403
    assert reader.post(f"{HOME}/{answer}/delete").status_code == 403

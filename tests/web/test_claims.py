"""Who has a mention open: said by the browsers of those who may act, shown to everybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.actions import accounts
from app.db import Database
from app.models import Claim, uuid7
from app.viewer import Viewer
from tests.web.conftest import OWN, PASSWORD

Say = Callable[..., list[str]]
SEEN = "Sophie is looking at this"


@pytest.fixture
def enter(app: FastAPI, db: Database, viewer: Viewer) -> Callable[[accounts.Role], TestClient]:
    """A browser of Sophie, in a role."""

    def entered(role: accounts.Role) -> TestClient:
        with db.writing() as session:
            new = accounts.NewAccount(email="sophie@example.com", password=PASSWORD, name="Sophie")
            accounts.create(session, viewer, new, role)
        client = TestClient(app, base_url="http://localhost:8000", headers=OWN)
        client.post("/login", data={"email": "sophie@example.com", "password": PASSWORD})
        return client

    return entered


def test_a_claim_shows_in_the_list_on_the_page_beside_the_list_and_in_the_rows_that_come_again(
    browser: TestClient, say: Say, enter: Callable[[accounts.Role], TestClient]
) -> None:
    one, other = say({"text": "Brumelo answers nobody"}, {"text": "Brumelo, thank you so much for the repair"})
    sophie = enter("manager")
    assert "looking at this" not in sophie.post(f"/mentions/{one}/claim").text
    for path in ("/", f"/mentions/{one}", f"/mentions/{one}/pane", f"/mentions/{one}/looking", "/mentions/rows"):
        assert SEEN in browser.get(path).text, path
    assert SEEN in browser.get(f"/mentions/rows/now?ids={one},{other}").json()["rows"]
    assert SEEN not in browser.get(f"/mentions/rows/now?ids={other}").json()["rows"]
    assert SEEN in browser.post(f"/mentions/{one}/claim").text
    assert sophie.post(f"/mentions/{one}/let-go").status_code == 204
    assert SEEN not in browser.get("/").text


def test_to_fetch_a_page_claims_nothing(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo answers nobody"})
    for path in (f"/mentions/{one}", f"/mentions/{one}/pane", f"/?open={one}"):
        assert browser.get(path).status_code == 200
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_a_viewer_sees_and_is_not_seen(
    browser: TestClient, say: Say, enter: Callable[[accounts.Role], TestClient], db: Database
) -> None:
    [one] = say({"text": "Brumelo answers nobody"})
    sophie = enter("viewer")
    assert "data-claim" not in sophie.get(f"/mentions/{one}").text
    assert sophie.post(f"/mentions/{one}/claim").status_code == 403
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0
    browser.post(f"/mentions/{one}/claim")
    assert "ana@example.com is looking at this" in sophie.get(f"/mentions/{one}/looking").text


def test_a_mention_that_is_not_there_is_not_looked_at(browser: TestClient) -> None:
    assert browser.get(f"/mentions/{uuid7()}/looking").status_code == 404
    assert [browser.post(f"/mentions/{uuid7()}/{what}").status_code for what in ("claim", "let-go")] == [404, 404]

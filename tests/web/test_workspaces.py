"""Several workspaces of one person: made, shown one at a time, and kept apart."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Workspace
from app.viewer import Viewer
from tests.web.test_members import browser_of

Say = Callable[..., list[str]]


def test_a_client_gets_a_workspace_and_nothing_of_one_shows_in_the_other(
    browser: TestClient, say: Say, db: Database
) -> None:
    [one] = say({"text": "Brumelo answers at last"})
    assert "All workspaces" not in browser.get("/").text
    made = browser.post("/settings/workspaces", data={"name": "Zéphyr <Conseil>"})
    assert made.url.path == "/setup"
    assert "you own it" in made.text
    with db.reading() as session:
        ids = dict(session.execute(select(Workspace.slug, Workspace.id)).all())
    feed = browser.get("/")
    assert one not in feed.text
    assert "Zéphyr &lt;Conseil&gt;" in feed.text
    assert "All workspaces" in feed.text
    assert browser.get(f"/mentions/{one}").status_code == 404
    assert browser.post(f"/mentions/{one}/status", data={"status": "closed"}).status_code == 404
    back = browser.post(f"/settings/workspaces/{ids['default']}/open")
    assert one in back.text
    assert browser.get(f"/mentions/{one}").status_code == 200
    assert browser.post(f"/settings/workspaces/{uuid4()}/open").status_code == 404
    assert "The workspace has a new name." in browser.post("/settings/workspaces/name", data={"name": "Agence"}).text
    empty = browser.post("/settings/workspaces", data={"name": " "})
    assert (empty.status_code, "This field is required." in empty.text) == (422, True)


def test_a_reader_sees_whom_to_ask(browser: TestClient, app: FastAPI, db: Database, viewer: Viewer) -> None:
    reader = browser_of(app, db, viewer, "viewer")
    page = reader.get("/settings/workspaces").text
    assert "Only administrators create workspaces." in page
    assert '<form class="card' not in page
    assert reader.post("/settings/workspaces", data={"name": "Mine"}).status_code == 403

"""«For you», and notes in which members are named: marked, escaped, told, and read when opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.actions import accounts, incidents, rules
from app.db import Database
from app.models import Brand
from app.pipeline.tell.naming import Names, Person
from app.services import Services
from app.viewer import Viewer
from app.web.for_you import handles_of, named_pieces
from tests.api.things import opened
from tests.rows import next_id
from tests.web.conftest import OWN, PASSWORD

Say = Callable[..., list[str]]


@pytest.fixture
def sophie(app: FastAPI, db: Database, viewer: Viewer) -> TestClient:
    """A browser in which a reader named Sophie Martin is logged in."""
    new = accounts.NewAccount(email="sophie.martin@example.com", password=PASSWORD, name="Sophie Martin")
    with db.writing() as session:
        accounts.create(session, viewer, new, "viewer")
    client = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    client.post("/login", data={"email": new.email, "password": PASSWORD})
    return client


def test_the_pieces_of_a_note_mark_its_names() -> None:
    someone = Person(next_id(), "Zoé", "zoe@example.com")
    cut = named_pieces("<b> @zoe ?", Names([someone]))
    assert [(piece.text, piece.side) for piece in cut] == [("<b> ", ""), ("@zoe", "named"), (" ?", "")]
    assert named_pieces(None, Names([])) == []
    assert handles_of(Names([someone])) == [("Zoé", "Zoé")]


def test_who_is_named_reads_of_it_and_it_is_read_once_the_mention_is_opened(
    browser: TestClient, sophie: TestClient, say: Say
) -> None:
    [one] = say({"text": "Brumelo never answers <i>me</i>"})
    browser.post(f"/mentions/{one}", data={"status": "new", "note": "<script>x</script> @Sophie ?", "tags": ""})
    page = browser.get(f"/mentions/{one}").text
    assert '&lt;script&gt;x&lt;/script&gt; <mark class="named">@Sophie</mark> ?' in page
    assert '<option value="SophieMartin" label="Sophie Martin">' in page
    assert 'class="count"' not in browser.get("/for-you").text
    told = sophie.get("/for-you").text
    assert "A note names you" in told
    assert "Brumelo never answers &lt;i&gt;me&lt;/i&gt;" in told
    assert '<span class="count">1<' in told
    sophie.get(f"/mentions/{one}/pane")
    assert '<span class="count">1<' in sophie.get("/for-you").text, "what is only fetched beside the list is not read"
    assert '<mark class="named">@Sophie</mark>' in sophie.get(f"/mentions/{one}").text
    read = sophie.get("/for-you").text
    assert "A note names you" in read
    assert 'class="count"' not in read


def test_all_is_read_with_one_button(browser: TestClient, sophie: TestClient, say: Say) -> None:
    for one in say({"text": "Brumelo is slow"}, {"text": "Brumelo, where are you?"}):
        browser.post(f"/mentions/{one}", data={"status": "new", "note": "@Sophie", "tags": ""})
    assert '<span class="count">2<' in sophie.get("/for-you").text
    assert 'class="count"' not in sophie.post("/for-you/read").text
    assert "Mark all as read" not in sophie.get("/for-you").text
    assert sophie.get("/for-you?after=x").status_code == 422


def test_a_note_on_an_incident_names_too(
    browser: TestClient, sophie: TestClient, db: Database, services: Services, viewer: Viewer, brand: Brand
) -> None:
    with db.writing() as session:
        new = rules.NewRule(name="Too many", brand_id=brand.id, kind="threshold")
        rule = rules.create(session, viewer, new, services.jobs)
    incident = opened(db, viewer.workspace_id, rule.id, brand.id)
    page = browser.post(f"/alerts/{incident}/note", data={"text": "@SophieMartin <b>?"}).text
    assert '<mark class="named">@SophieMartin</mark> &lt;b&gt;?' in page
    told = sophie.get("/for-you").text
    assert "Brumelo · Too many" in told
    assert f'href="/alerts/{incident}"' in told
    sophie.get(f"/alerts/{incident}")
    assert 'class="count"' not in sophie.get("/for-you").text.split("</header>")[0].split("for-you")[1]
    with db.writing() as session:
        incidents.note(session, viewer, incident, "@SophieMartin", datetime.now(UTC))
    assert '<span class="count">1<' in sophie.get("/for-you").text

"""The pages of brands."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import brands as actions
from app.db import Database
from app.models import Brand
from app.queries.rivals import rivals
from app.services import Services
from app.viewer import Viewer
from tests.rows import NOW, brand_row

Say = Callable[..., list[str]]


def test_a_brand_is_named_with_a_query_and_told_where_the_query_is_wrong(browser: TestClient, db: Database) -> None:
    wrong = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme OR"})
    assert wrong.status_code == 422
    assert "OR has nothing after it." in wrong.text
    assert (
        browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"}).status_code == 200
    )
    again = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"})
    assert again.status_code == 409
    assert "Choose another name." in again.text
    with db.reading() as session:
        assert session.scalars(select(Brand.name)).all() == ["Acme"]


def test_the_preview_shows_what_a_query_matches(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo delivery is late"}, {"text": "Brumelo is wonderful, truly something else"})
    assert "1 mention" in browser.get("/settings/brands/preview?query=delivery").text
    assert "nested" not in browser.get("/settings/brands/preview?query=(").text
    assert "<mark>" in browser.get("/settings/brands/preview?query=(acme").text


def test_a_brand_that_is_being_deleted_is_named_with_how_far_it_is(
    browser: TestClient, db: Database, workspace_id: UUID
) -> None:
    with db.writing() as session:
        for name, done, total in (("Acme", 0, None), ("Brumelo", 1200, 3400)):
            more = {"removed_at": NOW, "removal_done": done, "removal_total": total}
            session.add(brand_row(workspace_id, name, **more))
        session.add(brand_row(workspace_id, "Zed", rematch_requested_at=NOW, rematch_done=5, rematch_total=70))
    page = browser.get("/settings/brands").text
    assert "Acme is being deleted, with its mentions." in page
    assert "Brumelo is being deleted: 1,200 of 3,400 mentions are done." in page
    assert "Being applied to history: 5 of 70 mentions." in page
    assert "Acme" not in browser.get("/").text


def test_a_brand_chooses_its_competitors(browser: TestClient, services: Services, viewer: Viewer, brand: Brand) -> None:
    with services.db.writing() as session:
        new = (actions.NewBrand(name="Rival", kind="competitor", query="x"), actions.NewBrand(name="Us", query="x"))
        rival, ours = (actions.create(session, viewer, each, services.jobs, NOW).id for each in new)
    form = browser.get(f"/settings/brands/{brand.id}").text
    assert re.search(r'name="every_competitor"[^>]*checked', form)
    values = {"name": "Brumelo", "kind": "own", "query": "brumelo", "languages": "", "colour": "#123456"}
    browser.post(f"/settings/brands/{brand.id}", data={**values, "competitors": [str(ours)]})
    with services.db.reading() as session:
        row = session.get_one(Brand, (viewer.workspace_id, brand.id))
        assert row.competitors == [ours]
        assert [each.name for each in rivals(session, viewer, row)] == ["Us"]
    assert (
        browser.post(f"/settings/brands/{brand.id}", data={**values, "competitors": [str(brand.id)]}).status_code == 422
    )
    browser.post(f"/settings/brands/{brand.id}", data={**values, "every_competitor": "1"})
    with services.db.reading() as session:
        row = session.get_one(Brand, (viewer.workspace_id, brand.id))
        assert (row.competitors, [each.id for each in rivals(session, viewer, row)]) == (None, [rival])

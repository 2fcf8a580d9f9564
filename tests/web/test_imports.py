"""The pages of the imports: the list, one of them, and the button that undoes it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand
from app.services import Services
from app.viewer import Viewer
from tests.imported import import_scores, import_texts, texts


@pytest.fixture
def made(services: Services, viewer: Viewer, brand: Brand) -> UUID:
    made = import_texts(services, viewer, ["est parfaite", "est en panne"]).import_id
    assert made is not None
    return made


def test_the_list_shows_what_came_of_each_file(browser: TestClient, made: UUID) -> None:
    page = browser.get("/sources/imports")
    assert f'href="/sources/imports/{made}"' in page.text
    assert all(told in page.text for told in ("avis.csv", "Avis", "imported"))
    assert 'href="/sources/imports"' in browser.get("/sources").text


def test_an_empty_list_leads_to_the_form(browser: TestClient) -> None:
    page = browser.get("/sources/imports")
    assert "No import yet" in page.text
    assert 'href="/sources/import"' in page.text


def test_an_import_is_undone_after_it_said_how_many_go(browser: TestClient, made: UUID, db: Database) -> None:
    page = browser.get(f"/sources/imports/{made}")
    assert "Columns that were not used: Magasin." in page.text
    assert "2 mentions that only this import has brought would be deleted" in page.text
    done = browser.post(f"/sources/imports/{made}/undo", data={})
    assert "The import was undone." in done.text
    assert "2 removed" in done.text
    assert "/undo" not in done.text
    assert texts(db) == []
    assert browser.post(f"/sources/imports/{made}/undo", data={}).status_code == 200


def test_what_another_import_brought_too_is_told_to_stay(
    browser: TestClient, made: UUID, services: Services, viewer: Viewer
) -> None:
    import_texts(services, viewer, ["est parfaite"])
    page = browser.get(f"/sources/imports/{made}")
    assert "One mention that only this import has brought would be deleted" in page.text
    assert "One more stays, because another import brought it too" in page.text
    import_texts(services, viewer, ["est en panne"])
    assert "There is nothing to delete: all that this import" in browser.get(f"/sources/imports/{made}").text


def test_an_import_of_answers_names_its_brand(
    browser: TestClient, services: Services, viewer: Viewer, brand: Brand
) -> None:
    made = import_scores(services, viewer, brand.id, [9, 3]).import_id
    page = browser.get(f"/sources/imports/{made}")
    assert f"as answers about {brand.name}." in page.text
    assert "2 answers that only this import has brought would be deleted." in page.text


def test_an_import_of_nobody_is_not_found(browser: TestClient) -> None:
    assert browser.get(f"/sources/imports/{uuid4()}").status_code == 404
    assert browser.post(f"/sources/imports/{uuid4()}/undo", data={}).status_code == 404

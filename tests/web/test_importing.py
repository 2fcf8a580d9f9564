"""The page that imports a file: its columns, what they are taken for, a trial, then the import; and addresses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.actions import sources
from app.db import Database
from app.models import Brand, Mention, Source, SurveyResponse
from app.services import Services
from app.viewer import Viewer

CSV = "Dit;Le;Qui\nBrumelo est parfaite;22/11/2026 14:05;Zoé\n<b>Brumelo</b>;jeudi;<script>\n"
HX = {"hx-request": "true"}


def send(browser: TestClient, content: bytes | str = CSV, headers: Any = None, **fields: Any) -> Any:
    data = {"source": "Avis", "timezone": "Europe/Paris", **fields}
    body = content.encode() if isinstance(content, str) else content
    files = {"file": ("avis.csv", body, "text/csv")}
    return browser.post("/sources/import", data=data, files=files, headers=headers or {})


def chosen(page: Any) -> list[str]:
    """What each column is taken for."""
    selects = re.findall(r'<select name="map".*?</select>', page.text, re.DOTALL)
    return [(re.findall(r'value="(\w*)" selected', one) or [""])[0] for one in selects]


def mark(page: Any) -> str:
    return re.findall(r'name="columns" value="(\w+)"', page.text)[0]


def test_the_columns_are_shown_with_what_they_are_taken_for(browser: TestClient, brand: Brand, db: Database) -> None:
    page = send(browser, "Texte;Date;Auteur;Autre\nBrumelo;22/11/2026;Zoé;<script>x</script>\n", do="look")
    assert page.status_code == 200
    assert chosen(page) == ["text", "date", "author", ""]
    assert "&lt;script&gt;" in page.text
    assert "<script>x" not in page.text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 0


def test_a_file_is_tried_with_another_mapping_and_then_imported(
    browser: TestClient, brand: Brand, db: Database
) -> None:
    seen = send(browser, do="look")
    assert chosen(seen) == ["", "", ""]
    fields: dict[str, Any] = {"columns": mark(seen), "map": ["text", "date", "author"]}
    tried = send(browser, headers=HX, do="try", **fields)
    assert "<html" not in tried.text
    assert "Nothing has been stored yet" in tried.text
    assert "1 new" in tried.text
    assert "could not be read" in tried.text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 0
    done = send(browser, do="import", **fields)
    assert "The file was imported." in done.text
    with db.reading() as session:
        row = session.scalars(select(Mention)).one()
    assert (row.author, row.published_at.isoformat()) == ("Zoé", "2026-11-22T13:05:00+00:00")
    assert chosen(send(browser, do="look")) == ["text", "date", "author"]  # as for the last import of this name
    assert chosen(send(browser, do="look", source="Another")) == ["", "", ""]


def test_the_page_asks_before_it_stores_mentions_without_a_date(
    browser: TestClient, brand: Brand, db: Database
) -> None:
    csv = "Avis;Magasin\nBrumelo est parfaite;Brest\n"
    tried = send(browser, csv, do="try")
    assert 'name="undated"' in tried.text
    assert "Columns that were not used: Magasin." in tried.text
    refused = send(browser, csv, do="import")
    assert (refused.status_code, 'name="undated"' in refused.text) == (422, True)
    assert "The file was imported." in send(browser, csv, do="import", undated="1").text
    with db.reading() as session:
        assert session.scalars(select(Mention.published_guessed)).all() == [True]


def test_the_line_of_the_titles_is_shown_and_can_be_changed(browser: TestClient, brand: Brand) -> None:
    csv = "Rapport;;\nAvis;Date;Auteur\nTitre;Auteur;Lien\n"
    assert "Found on line 2." in send(browser, csv, do="look").text
    changed = send(browser, csv, do="look", header_row="3")
    assert chosen(changed) == ["title", "author", "url"]
    assert "Write the number of a line" in send(browser, csv, do="look", header_row="x").text


def test_choices_made_for_another_file_do_not_count(browser: TestClient, brand: Brand) -> None:
    seen = send(browser, do="look")
    other = send(browser, "Titre;Lien\nx;y\n", do="look", columns=mark(seen), map=["text", "date", "author"])
    assert chosen(other) == ["title", "url"]


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (CSV, {}, "No column holds the text"),
        (CSV, {"source": ""}, "Give the import a name"),
        (CSV, {"timezone": "Paris"}, "IANA time zone"),
        ("", {}, "Choose a file first"),
        (b"%PDF-1.4", {}, "is not CSV, JSON Lines or XLSX"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form(
    browser: TestClient, brand: Brand, content: Any, fields: dict[str, str], told: str
) -> None:
    page = send(browser, content, do="import", **fields)
    assert page.status_code == 422
    assert told in page.text
    part = send(browser, content, headers=HX, do="import", **fields)
    assert part.status_code == 200  # or it would not be put into the page
    assert told in part.text


def test_two_columns_for_one_thing_are_refused(browser: TestClient, brand: Brand) -> None:
    seen = send(browser, do="look")
    page = send(browser, do="try", columns=mark(seen), map=["text", "text", ""])
    assert "Two columns are read as the same field: Text." in page.text


def test_answers_to_a_survey_are_imported_about_a_brand(browser: TestClient, brand: Brand, db: Database) -> None:
    csv = "response_id,submitted_at,nps,verbatim\na,2026-11-20 10:00,9.0,Top\na,2026-11-20 10:00,9.0,Top\nb,,3,x\n"
    refused = send(browser, csv, what="survey", do="import")
    assert "Choose the brand" in refused.text
    for dry, number in (("try", 0), ("import", 1)):
        page = send(browser, csv, what="survey", do=dry, brand_id=str(brand.id))
        assert chosen(page) == ["id", "date", "score", "comment"]
        assert "1 new, 0 changed, 1 known already, 1 refused" in page.text
        assert "This row has no date." in page.text
        with db.reading() as session:
            assert session.scalar(select(func.count()).select_from(SurveyResponse)) == number


def test_a_brand_of_nobody_is_not_found(browser: TestClient, brand: Brand) -> None:
    for wrong in ("0198c0de-0000-7000-8000-000000000000", "nonsense"):
        page = send(browser, "score,date\n9,2026-11-20\n", what="survey", do="import", brand_id=wrong)
        assert page.status_code == 404


@pytest.fixture
def survey(services: Services, viewer: Viewer, brand: Brand) -> Source:
    new = sources.NewSource(collector="typeform", name="NPS", brand_id=brand.id)
    with services.db.writing() as session:
        return sources.create(session, viewer, new, services, datetime.now(UTC))


def test_the_page_of_a_source_shows_its_address_and_makes_another(
    browser: TestClient, survey: Source, services: Services, viewer: Viewer
) -> None:
    address = sources.inbound_url(survey, viewer, services)
    page = browser.get(f"/sources/{survey.id}")
    assert address is not None
    assert address in page.text
    assert 'data-copy="#inbound"' in page.text
    assert "Nothing has arrived yet" in page.text
    assert "Read now" not in page.text
    changed = browser.post(f"/sources/{survey.id}/address", data={})
    assert "The old one no longer accepts anything" in changed.text
    assert address not in changed.text
    assert "/in/" in changed.text


def test_a_survey_is_added_with_a_brand_only(browser: TestClient, brand: Brand, db: Database) -> None:
    form = {"collector": "typeform", "name": "NPS", "brand_id": "", "minutes": "60"}
    refused = browser.post("/sources/new", data=form)
    assert refused.status_code == 422
    assert "Choose the brand that the survey asks about." in refused.text
    made = browser.post("/sources/new", data={**form, "brand_id": str(brand.id)})
    assert "give its address to the tool that sends" in made.text
    with db.reading() as session:
        row = session.scalars(select(Source)).one()
    assert isinstance(row.id, UUID)
    assert row.next_run_at is None


def test_a_source_that_is_sent_to_can_be_paused(
    browser: TestClient, survey: Source, app: Any, services: Services, viewer: Viewer
) -> None:
    address = sources.inbound_url(survey, viewer, services) or ""
    path, stranger = address[address.index("/in/") :], TestClient(app, base_url="http://localhost:8000")
    browser.post(f"/sources/{survey.id}/pause", data={})
    assert stranger.post(path, json={}).status_code == 404
    browser.post(f"/sources/{survey.id}/resume", data={})
    assert stranger.post(path, json={}).status_code == 202

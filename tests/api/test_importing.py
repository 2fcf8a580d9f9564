"""Files sent to the API: mentions and answers to surveys, told line by line, tried before they are stored."""

from __future__ import annotations

import csv
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, text

from app.actions.importing import import_file
from app.db import Database
from app.models import Base, Mention, Source, SurveyResponse
from app.problems import Problem
from app.services import Services

IMPORT = "/api/v1/mentions/import"
CSV = {"Content-Type": "text/csv"}
AVIS = (
    "Texte;Date;Auteur;Note\n"
    "Acme est parfaite;22/11/2026 14:05;Zoé;5\n"
    "Acme;jeudi;;\n"
    "sans rapport;23/11/2026;;\n"
    ";24/11/2026;;\n"
    "Acme est parfaite;22/11/2026 14:05;Zoé;5\n"
)


def counts(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("api_key", "idempotent_answer", "request_count")
        }


def test_a_file_of_mentions_is_told_line_by_line(us: Any, brand: dict[str, Any], db: Database) -> None:
    before = counts(db)
    asked = {"source": "Avis", "dry_run": "true", "timezone": "Europe/Paris"}
    tried = us.editor.post(IMPORT, params=asked, content=AVIS.encode(), headers=CSV)
    assert tried.status_code == 200, tried.text
    assert counts(db) == before
    stored = us.editor.post(IMPORT, params={**asked, "dry_run": "false"}, content=AVIS.encode(), headers=CSV)
    again = us.editor.post(IMPORT, params=asked, content=AVIS.encode(), headers=CSV)
    names = ("read", "stored", "updated", "unchanged", "unmatched", "refused", "dry_run")
    assert [[one.json()[name] for name in names] for one in (tried, stored, again)] == [
        [5, 1, 0, 1, 1, 2, True],
        [5, 1, 0, 1, 1, 2, False],
        [5, 0, 0, 2, 1, 2, True],
    ]
    refused = {one["line"]: one["reason"] for one in stored.json()["refused_lines"]}
    assert refused.keys() == {3, 5}
    assert "could not be read" in refused[3]
    with db.reading() as session:
        row = session.scalars(select(Mention)).one()
        assert (row.published_at.isoformat(), row.author, row.rating) == ("2026-11-22T13:05:00+00:00", "Zoé", 5)


def test_a_file_may_come_as_a_form_and_its_kind_is_read_from_its_content(us: Any, brand: dict[str, Any]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Verbatim", "Le", "Qui"])
    sheet.append(["Acme !", "2026-11-20", "=cmd()"])
    stream = io.BytesIO()
    book.save(stream)
    asked = {"source": "Fichier", "map": ["Le:date", "Verbatim:text", "Qui:author"]}
    answer = us.editor.post(IMPORT, params=asked, files={"file": ("a.csv", stream.getvalue(), "text/csv")})
    assert (answer.status_code, answer.json()["stored"]) == (200, 1), answer.text
    exported = us.reader.get("/api/v1/mentions/export", params={"format": "csv"}).text
    (row,) = csv.DictReader(io.StringIO(exported))
    assert row["author"] == "'=cmd()"


def test_the_mapping_chosen_is_remembered_for_the_source(us: Any, brand: dict[str, Any], db: Database) -> None:
    asked = {"source": "Fichier", "map": ["Quand : le jour:date", "Dit:text"]}
    body = b"Quand : le jour,Dit\n2026-11-20,acme\n"
    assert us.editor.post(IMPORT, params=asked, content=body, headers=CSV).json()["stored"] == 1
    with db.reading() as session:
        row = session.scalars(select(Source)).one()
        assert row.cursor == {"mapping": {"Quand : le jour": "date", "Dit": "text"}}


@pytest.mark.parametrize(
    ("params", "body", "headers", "status"),
    [
        ({"source": "A"}, b"", CSV, 422),
        ({}, AVIS.encode(), CSV, 422),
        ({"source": "A"}, AVIS.encode(), {"Content-Type": "text/html"}, 415),
        ({"source": "A"}, b"nothing;here\n1;2\n", CSV, 422),
        ({"source": "A"}, b"%PDF-1.7", CSV, 422),
        ({"source": "A", "map": "text"}, AVIS.encode(), CSV, 422),
        ({"source": "A", "map": "Texte:colour"}, AVIS.encode(), CSV, 422),
        ({"source": "A", "timezone": "Paris"}, AVIS.encode(), CSV, 422),
        ({"source": "A" * 101}, AVIS.encode(), CSV, 422),
        ({"source": "A"}, b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 422),
        ({"source": "A"}, b"garbage", {"Content-Type": "multipart/form-data"}, 422),
        ({"source": "A"}, b"a," * 10_000_001, CSV, 413),
    ],
)
def test_what_cannot_be_imported_is_refused(
    us: Any, db: Database, params: Any, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = us.editor.post(IMPORT, params=params, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 0


def test_a_file_ends_with_a_sentence_when_its_source_is_deleted_meanwhile(
    us: Any, services: Services, brand: dict[str, Any], db: Database
) -> None:
    body = "text,date\n" + "".join(f"Acme {number},2026-11-20\n" for number in range(600))

    def delete(_done: int) -> None:
        with db.writing() as session:
            session.execute(text("DELETE FROM source"))

    with pytest.raises(Problem) as told:
        import_file(services, us.viewer, "file", "f.csv", io.BytesIO(body.encode()), datetime.now(UTC), delete)
    assert told.value.status == 404
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 500


def test_a_source_that_reads_by_itself_takes_no_file(us: Any) -> None:
    feed = {"collector": "rss", "name": "feed", "params": {"url": "https://example.com/f"}}
    us.editor.post("/api/v1/sources", json=feed)
    for dry in ("true", "false"):
        answer = us.editor.post(IMPORT, params={"source": "feed", "dry_run": dry}, content=AVIS.encode(), headers=CSV)
        assert answer.status_code == 409


def sparse() -> bytes:
    book, stream = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["XFD1048576"] = "text", "far"
    book.save(stream)
    return stream.getvalue()


def test_many_large_sheets_at_once_keep_two_places_and_the_others_are_told_to_wait(us: Any) -> None:
    content = {"file": ("far.xlsx", sparse())}
    with ThreadPoolExecutor(45) as threads:
        sent = [threads.submit(us.editor.post, IMPORT, params={"source": "A"}, files=content) for _ in range(45)]
        begun = time.monotonic()
        assert us.reader.get("/healthz").status_code == 200
        took = time.monotonic() - begun
        answers = [one.result() for one in sent]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {200, 503}
    assert {answer.headers["Retry-After"] for answer in busy} == {"15"}
    assert "already: try again in 15 seconds" in busy[0].json()["detail"]
    assert took < 20  # alone it takes milliseconds; without places, forty threads read for minutes


def test_a_file_without_dates_is_refused_until_the_sender_says_so(us: Any, brand: dict[str, Any]) -> None:
    asked, body = {"source": "A"}, b"text,place\nacme,Brest\n"
    tried = us.editor.post(IMPORT, params={**asked, "dry_run": "true"}, content=body, headers=CSV).json()
    assert (tried["stored"], tried["undated"], tried["unused_columns"]) == (1, 1, ["place"])
    refused = us.editor.post(IMPORT, params=asked, content=body, headers=CSV)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "undated")
    stored = us.editor.post(IMPORT, params={**asked, "undated": "true"}, content=body, headers=CSV)
    assert (stored.status_code, stored.json()["stored"]) == (200, 1)


def test_the_sheet_and_the_line_of_the_titles_can_be_named(us: Any, brand: dict[str, Any]) -> None:
    book, stream = Workbook(), io.BytesIO()
    book.worksheets[0].append(["Date", "Avis"])
    second = book.create_sheet("Avril")
    for row in (["Note", "Auteur", "Date"], ["Le", "Dit", "Magasin"], ["2026-11-20", "acme", "Brest"]):
        second.append(row)
    book.save(stream)
    asked: dict[str, Any] = {"source": "A", "sheet": "avril", "header_row": 2, "map": ["Dit:text", "Le:date"]}
    answer = us.editor.post(IMPORT, params=asked, files={"file": ("a.xlsx", stream.getvalue())}).json()
    assert (answer["stored"], answer["sheet"], answer["header_row"]) == (1, "Avril", 2)
    assert (answer["columns"], answer["unused_columns"]) == ({"Le": "date", "Dit": "text"}, ["Magasin"])


@pytest.mark.parametrize("body", [b"%PDF-1.7", b"nothing;here\n1;2\n", b"text,date\nacme,yesterday\n", b"text\nacme\n"])
def test_a_failed_import_leaves_no_empty_source(us: Any, brand: dict[str, Any], db: Database, body: bytes) -> None:
    us.editor.post(IMPORT, params={"source": "A"}, content=body, headers=CSV)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 0


@pytest.fixture
def survey(brand: dict[str, Any]) -> str:
    return f"/api/v1/brands/{brand['id']}/survey-responses/import"


def nps_of(us: Any, brand: dict[str, Any], since: str, until: str) -> Any:
    asked = {"from": since, "to": until}
    return us.reader.get(f"/api/v1/brands/{brand['id']}/reputation", params=asked).json()


def test_an_export_of_a_survey_tool_counts_once(
    us: Any, brand: dict[str, Any], survey: str, shared: Path, db: Database
) -> None:
    body = (shared / "fixtures/nps/nps_export.csv").read_bytes()
    asked = {"timezone": "Europe/Paris"}
    tried = us.editor.post(survey, params={**asked, "dry_run": "true"}, content=body, headers=CSV).json()
    assert (tried["read"], tried["stored"], tried["unchanged"], tried["refused"]) == (17, 16, 1, 0)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0
    for stored in (16, 0):
        answer = us.editor.post(survey, params=asked, content=body, headers=CSV)
        assert (answer.status_code, answer.json()["stored"]) == (200, stored), answer.text
        assert answer.json()["read"] == 17
    with db.reading() as session:
        row = session.scalars(select(SurveyResponse).where(SurveyResponse.external_id.startswith("ftq"))).one()
    assert (row.score, row.answered_at.isoformat()) == (5, "2022-10-04T17:50:52+00:00")
    found = nps_of(us, brand, "2022-10-01T00:00:00Z", "2022-11-01T00:00:00Z")
    # 5 promoters (10, 9, 9, 10, 10), 3 passives, 8 detractors, of 16
    assert (found["survey_nps"]["responses"], found["survey_nps"]["score"]) == (16, pytest.approx(-18.75))
    assert (found["mentions"], found["score"]) == (0, None)


def test_each_line_that_is_no_answer_says_why(us: Any, survey: str) -> None:
    lines = [
        "Note;Commentaire;Date de réponse;Client;Canal",
        "9,0;Très bien;20/11/2026 10:00;c1;e-mail",
        "11;;20/11/2026;c2;",
        "7,5;;20/11/2026;c3;",
        ";;20/11/2026;c4;",
        "10/10;;20/11/2026;c5;",
        "8;;;c6;",
        "huit;;20/11/2026;c7;",
        "0;;20/11/2026;;",
        "0;;20/11/2026;;",
    ]
    answer = us.editor.post(survey, content="\n".join(lines).encode(), headers=CSV).json()
    assert (answer["read"], answer["stored"], answer["refused"]) == (9, 4, 5)
    reasons = {one["line"]: one["reason"] for one in answer["refused_lines"]}
    assert reasons == {
        3: "The score 11 is not a whole number from 0 to 10.",
        4: "The score 7.5 is not a whole number from 0 to 10.",
        5: "This row has no score.",
        7: "This row has no date.",
        8: "“huit” is not a number (score).",
    }


def test_json_lines_and_sheets_hold_answers_too(us: Any, survey: str) -> None:
    lines = [{"id": f"r{n}", "score": n, "date": "2026-11-20T10:00:00Z", "comment": "x"} for n in range(11)]
    body = "\n".join(map(json.dumps, lines)).encode()
    assert us.editor.post(survey, content=body, headers={"Content-Type": "application/jsonl"}).json()["stored"] == 11
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "nps", "submitted_at"], ["r3", 10, "2026-11-20 10:00:00"], ["s1", 9.0, "2026-11-20"]):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    answer = us.editor.post(survey, files={"file": ("nps.xlsx", stream.getvalue())}).json()
    assert (answer["stored"], answer["updated"]) == (1, 1)


@pytest.mark.parametrize("body", [b"comment,date\nx,2026-11-20\n", b"score,comment\n9,x\n", b"\x00", b"[1]"])
def test_a_file_without_a_score_or_a_date_is_no_survey(us: Any, survey: str, body: bytes) -> None:
    assert us.editor.post(survey, content=body, headers=CSV).status_code == 422


def test_more_answers_than_one_batch_are_told_alike_when_tried_and_when_stored(us: Any, survey: str) -> None:
    rows = "".join(f"r{n % 900},{n % 11},2026-11-20\n" for n in range(1_200))
    body = f"id,score,date\n{rows}".encode()
    found = []
    for dry in ("true", "false"):
        one = us.editor.post(survey, params={"dry_run": dry}, content=body, headers=CSV).json()
        found.append((one["read"], one["stored"], one["updated"] + one["unchanged"]))
    assert found == [(1_200, 900, 300)] * 2
